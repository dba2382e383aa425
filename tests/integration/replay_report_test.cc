// The formats of reports, show and diff.
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/integration/replay_command.h"

namespace temporalio::replayer {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class ReplayReport : public ReplayCommand {
 protected:
  // One of each verdict, and two that diverge in the same way.
  void write_all() const {
    write("all/1.json", history("TimerLoop"));
    write("all/2.json", history("Changed"));
    write("all/3.json", history("Changed", 3));
    write("all/4.json", history("<i>No|body"));
    write("all/5.json", history("Segfaults"));
    write("all/6.json", "{\"events\": <&\"|`>");
  }
};

TEST_F(ReplayReport, JsonIsAsPublished) {
  write_all();
  for (const char* options : {"all", "-j2 all", "--dedupe all", "--context 0 all/1.json", "all/6.json"}) {
    const Outcome outcome = replay(std::string("--output json ") + options);
    write("report.json", outcome.out);
    std::string arguments = TEMPORALIO_SOURCE_DIR;
    arguments.append("/tests/integration/validate_json.py ").append(TEMPORALIO_SOURCE_DIR);
    arguments.append("/replayer/README.md report.json");
    const Outcome validated = run_program("/usr/bin/python3", arguments);
    EXPECT_EQ(validated.exit_code, 0) << options << "\n" << validated.out << validated.err;
    EXPECT_EQ(json::parse(outcome.out).at("exitCode"), outcome.exit_code);
  }
  write("report.json", "{\"schemaVersion\": 2}");
  std::string arguments = TEMPORALIO_SOURCE_DIR;
  arguments.append("/tests/integration/validate_json.py ").append(TEMPORALIO_SOURCE_DIR);
  arguments.append("/replayer/README.md report.json");
  EXPECT_EQ(run_program("/usr/bin/python3", arguments).exit_code, 1);
}

TEST_F(ReplayReport, SeveralInOneRun) {
  write_all();
  const Outcome outcome = replay(
      "--report json=r.json --report junit=r.xml --report sarif=r.sarif --report github=r.txt --report markdown=r.md "
      "--report html=r.html all");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.out, HasSubstr("1 of 6 histories"));
  EXPECT_EQ(json::parse(read("r.json")).at("findings").size(), 4u);
  EXPECT_THAT(read("r.xml"), HasSubstr("failures=\"2\" errors=\"3\""));
  EXPECT_THAT(read("r.txt"), testing::ContainsRegex("::error file=[^:]*replay_faulty_workflows.cc,line=4[0-9],title="
                                                    "NONDETERMINISM Changed \\(2 histories\\)::"));
  EXPECT_THAT(read("r.md"), HasSubstr("| NONDETERMINISM | Changed | 2 | all/2.json |"));
}

TEST_F(ReplayReport, EqualDivergencesAreOneFinding) {
  write_all();
  const Outcome outcome = replay("all");
  EXPECT_THAT(outcome.out, HasSubstr("NONDETERMINISM  all/2.json"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("NONDETERMINISM  all/3.json")));
  EXPECT_THAT(outcome.out, HasSubstr("1 more like all/2.json: all/3.json\n"));
  EXPECT_THAT(replay("-v all").out, HasSubstr("NONDETERMINISM  all/3.json"));
}

TEST_F(ReplayReport, SarifPointsAtTheCode) {
  write_all();
  replay("--report sarif=r.sarif all");
  const json sarif = json::parse(read("r.sarif"));
  EXPECT_EQ(sarif.at("version"), "2.1.0");
  const json& results = sarif.at("runs")[0].at("results");
  ASSERT_EQ(results.size(), 4u);
  EXPECT_EQ(results[0].at("ruleId"), "nondeterminism");
  const json& place = results[0].at("locations")[0].at("physicalLocation");
  EXPECT_THAT(place.at("artifactLocation").at("uri").get<std::string>(), HasSubstr("replay_faulty_workflows.cc"));
  EXPECT_GT(place.at("region").at("startLine"), 1);
  EXPECT_EQ(results[3].at("locations")[0].at("physicalLocation").at("artifactLocation").at("uri"), "all/6.json");
}

TEST_F(ReplayReport, HtmlIsOneFileWithTheTimelineAndTheFaultMarked) {
  write_all();
  replay("--report html=r.html all");
  const std::string page = read("r.html");
  EXPECT_THAT(page, HasSubstr("<svg"));
  EXPECT_THAT(page, HasSubstr("<title>event 10</title>"));
  EXPECT_THAT(page, HasSubstr("timer: timer 1 (events 5 to 6, fired"));
  EXPECT_THAT(page, HasSubstr("&lt;i&gt;No|body"));
  for (const char* outside : {"<script", "http:", "https:", "src=", "@import"})
    EXPECT_THAT(page, Not(HasSubstr(outside)));
}

TEST_F(ReplayReport, ColoursWhereAskedFor) {
  write_all();
  EXPECT_THAT(replay("all").out, Not(HasSubstr("\x1b[")));
  EXPECT_THAT(replay("--color always all").out, HasSubstr("\x1b[1;31mNONDETERMINISM\x1b[0m  all/2.json"));
  EXPECT_EQ(replay("--color sometimes all").exit_code, 2);
}

TEST_F(ReplayReport, BadReportOptions) {
  write_all();
  for (const char* option : {"--report xml=r", "--report json", "--report text=r"}) {
    const Outcome outcome = replay(std::string(option) + " all");
    EXPECT_EQ(outcome.exit_code, 2) << option;
    EXPECT_THAT(outcome.err, HasSubstr("expected FORMAT=FILE")) << option;
  }
  EXPECT_THAT(replay("--report json=/nonexistent/r.json all").err, HasSubstr("expected a file that can be written"));
}

TEST_F(ReplayReport, ShowPrintsEventsWithTheirPayloads) {
  write("h.json", history("TimerLoop"));
  const Outcome shown = run_program(TEMPORAL_REPLAY, "show h.json");
  EXPECT_EQ(shown.exit_code, 0);
  EXPECT_THAT(shown.out, HasSubstr("h.json  TimerLoop  workflow id loop"));
  EXPECT_THAT(shown.out,
              testing::ContainsRegex("\n    5 +\\+[0-9.]+s  TimerStarted  timerId 1, startToFireTimeout 1s"));
  EXPECT_THAT(shown.out, HasSubstr("input 2"));
  EXPECT_EQ(run_program(TEMPORAL_REPLAY, "show --html p.html h.json").exit_code, 0);
  EXPECT_THAT(read("p.html"), HasSubstr("<svg"));
  const Outcome missing = run_program(TEMPORAL_REPLAY, "show missing.json");
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_THAT(missing.err, HasSubstr("missing.json: expected a history file"));
}

TEST_F(ReplayReport, DiffNamesFieldsAndEvents) {
  write("a.json", history("TimerLoop", 2));
  write("b.json", history("TimerLoop", 3));
  EXPECT_EQ(run_program(TEMPORAL_REPLAY, "diff a.json a.json").out, "no difference\n");
  const Outcome outcome = run_program(TEMPORAL_REPLAY, "diff a.json b.json");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("      input[0]: 2 -> 3\n"));
  EXPECT_THAT(outcome.out, testing::ContainsRegex("\\+ 1[0-9]  TimerStarted"));
  EXPECT_THAT(outcome.out, HasSubstr("      result[0]: 2 -> 3\n"));
  EXPECT_EQ(run_program(TEMPORAL_REPLAY, "diff a.json missing.json").exit_code, 2);
}

}  // namespace
}  // namespace temporalio::replayer
