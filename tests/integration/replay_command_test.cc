// What temporal-replay answers for histories that pass, diverge, crash, hang or throw.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/integration/replay_command.h"

namespace temporalio::replayer {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST_F(ReplayCommand, AllReplayed) {
  write("a.json", history("TimerLoop"));
  write("b.json", history("TimerLoop", 100));
  const Outcome outcome = replay("a.json b.json");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out, "2 of 2 histories replayed without a difference (520 events)\n");
}

TEST_F(ReplayCommand, VersionIsAnOption) {
  const Outcome outcome = run_program(TEMPORAL_REPLAY, "--version");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out, "temporal-replay " TEMPORALIO_VERSION "\n");
}

TEST_F(ReplayCommand, FoldersAreSearchedInOrderOfNames) {
  write("all/b/2.json", history("TimerLoop"));
  write("all/a.json", history("TimerLoop"));
  write("all/notes.txt", "not a history");
  const Outcome outcome = replay("--verbose all");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out,
            "PASS  all/a.json  TimerLoop  (15 events)\nPASS  all/b/2.json  TimerLoop  (15 events)\n"
            "2 of 2 histories replayed without a difference (30 events)\n");
}

TEST_F(ReplayCommand, ADivergenceIsShownWithBothSidesTheLineAndTheEventsAround) {
  write("h.json", history("Changed"));
  const Outcome outcome = replay("h.json");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("NONDETERMINISM  h.json  Changed  (15 events)\n  workflow id loop, run id "));
  EXPECT_THAT(outcome.out, HasSubstr("\n  event 10 (TimerStarted), workflow task 2 (completed by event 9)\n"));
  EXPECT_THAT(outcome.out, HasSubstr("the history recorded  TimerStarted"));
  EXPECT_THAT(outcome.out, HasSubstr("the code did          ScheduleActivity"));
  EXPECT_THAT(outcome.out, HasSubstr("Unrecorded"));
  EXPECT_THAT(outcome.out, testing::ContainsRegex("at .*replay_faulty_workflows.cc:4[0-9]\n"));
  EXPECT_THAT(outcome.out, HasSubstr("[TMPRL1100] Nondeterminism"));
  EXPECT_THAT(outcome.out, HasSubstr("\n     9  WorkflowTaskCompleted"));
  EXPECT_THAT(outcome.out, HasSubstr("\n  > 10  TimerStarted  timerId 2, startToFireTimeout 1s"));
  EXPECT_THAT(outcome.out, HasSubstr("\n    13  WorkflowTaskStarted"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("\n    14 ")));
  EXPECT_THAT(outcome.out, HasSubstr("workflow::patched("));
  EXPECT_THAT(outcome.out, HasSubstr("0 of 1 histories replayed"));
}

TEST_F(ReplayCommand, ContextIsAnOption) {
  write("h.json", history("Changed"));
  for (const char* option : {"", "--in-process "}) {
    const Outcome outcome = replay(std::string(option) + "--context 0 h.json");
    EXPECT_THAT(outcome.out, HasSubstr("\n  > 10  TimerStarted")) << option;
    EXPECT_THAT(outcome.out, Not(HasSubstr("  9  Workflow"))) << option;
  }
}

TEST_F(ReplayCommand, AnUnknownTypeHasItsOwnCode) {
  write("h.json", history("Nobody"));
  const Outcome outcome = replay("h.json");
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.out, HasSubstr("NOT REGISTERED  h.json  Nobody"));
  EXPECT_THAT(outcome.out, HasSubstr("TimerLoop"));  // what is known
}

TEST_F(ReplayCommand, ACrashIsOneResultAndTheRestStillRuns) {
  write("1.json", history("TimerLoop"));
  write("2.json", history("Segfaults"));
  write("3.json", history("TimerLoop"));
  write("4.json", history("Aborts"));
  write("5.json", history("Exits"));
  write("6.json", history("TimerLoop"));
  const Outcome outcome = replay("--verbose .");
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_THAT(outcome.out, HasSubstr("PASS  ./1.json"));
  EXPECT_THAT(outcome.out, HasSubstr("CODE FAILED  ./2.json  Segfaults  (15 events)"));
  EXPECT_THAT(outcome.out, HasSubstr("the workflow code was ended by SIGSEGV (Segmentation fault), at work on the task "
                                     "of event 8"));
  EXPECT_THAT(outcome.out, HasSubstr("  >  8  WorkflowTaskStarted"));
  EXPECT_THAT(outcome.out, HasSubstr("PASS  ./3.json"));
  EXPECT_THAT(outcome.out, HasSubstr("CODE FAILED  ./4.json"));
  EXPECT_THAT(outcome.out, HasSubstr("SIGABRT"));
  EXPECT_THAT(outcome.out, HasSubstr("CODE FAILED  ./5.json"));
  EXPECT_THAT(outcome.out, HasSubstr("the workflow code ended the process"));
  EXPECT_THAT(outcome.out, HasSubstr("PASS  ./6.json"));
  EXPECT_THAT(outcome.out, HasSubstr("3 of 6 histories"));
}

TEST_F(ReplayCommand, ACrashAmongSeveralHistoriesOfOneFile) {
  write("h.json", "[" + history("TimerLoop") + "," + history("Segfaults") + "," + history("TimerLoop") + "]");
  const Outcome outcome = replay("-v h.json");
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_THAT(outcome.out, HasSubstr("PASS  h.json[0]"));
  EXPECT_THAT(outcome.out, HasSubstr("CODE FAILED  h.json[1]"));
  EXPECT_THAT(outcome.out, HasSubstr("PASS  h.json[2]"));
}

TEST_F(ReplayCommand, ADeadlockIsFoundAndTheRestStillRuns) {
  write("1.json", history("Hangs"));
  write("2.json", history("TimerLoop"));
  const Outcome outcome = replay("-v --deadlock-timeout 1 1.json 2.json");
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_THAT(outcome.out, HasSubstr("CODE FAILED  1.json"));
  EXPECT_THAT(outcome.out, HasSubstr("did not yield within 1000 ms: potential deadlock"));
  EXPECT_THAT(outcome.out, HasSubstr("PASS  2.json"));
}

TEST_F(ReplayCommand, AnExceptionThatFailsTheTask) {
  write("h.json", history("Throws"));
  for (const char* option : {"", "--in-process "}) {
    const Outcome outcome = replay(std::string(option) + "h.json");
    EXPECT_EQ(outcome.exit_code, 4) << option;
    EXPECT_THAT(outcome.out, HasSubstr("CODE FAILED  h.json")) << option;
    EXPECT_THAT(outcome.out, HasSubstr("no such thing")) << option;
  }
}

TEST_F(ReplayCommand, TheMostSeriousCodeWins) {
  write("pass.json", history("TimerLoop"));
  write("differ.json", history("Changed"));
  write("unknown.json", history("Nobody"));
  write("throw.json", history("Throws"));
  EXPECT_EQ(replay("pass.json differ.json").exit_code, 1);
  EXPECT_EQ(replay("differ.json unknown.json pass.json").exit_code, 3);
  EXPECT_EQ(replay("unknown.json throw.json differ.json").exit_code, 4);
  EXPECT_EQ(replay("missing.json throw.json pass.json").exit_code, 2);
}

TEST_F(ReplayCommand, FailFastStopsAtTheFirst) {
  write("1.json", history("TimerLoop"));
  write("2.json", history("Changed"));
  write("3.json", history("Segfaults"));
  for (const char* option : {"", "--in-process "}) {
    const Outcome outcome = replay(std::string(option) + "--fail-fast 1.json 2.json 3.json");
    EXPECT_EQ(outcome.exit_code, 1) << option;
    EXPECT_THAT(outcome.out, Not(HasSubstr("3.json"))) << option;
  }
}

TEST_F(ReplayCommand, JsonOutputIsOnlyJson) {
  write("1.json", history("TimerLoop"));
  write("2.json", history("Changed"));
  const Outcome outcome = replay("--output json 1.json 2.json 1.json");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("printed by the workflow"));
  const nlohmann::json json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json.at("exitCode"), 1);
  EXPECT_EQ(json.at("histories"), 3);
  EXPECT_EQ(json.at("passed"), 2);
  ASSERT_EQ(json.at("results").size(), 3u);
  EXPECT_EQ(json.at("results")[0].at("verdict"), "passed");
  EXPECT_EQ(json.at("results")[2].at("name"), "1.json");
  const nlohmann::json& differs = json.at("results")[1];
  EXPECT_EQ(differs.at("verdict"), "nondeterminism");
  EXPECT_EQ(differs.at("workflowType"), "Changed");
  EXPECT_EQ(differs.at("divergence").at("eventId"), 10);
  EXPECT_EQ(differs.at("divergence").at("eventType"), "TimerStarted");
  EXPECT_EQ(differs.at("divergence").at("workflowTask"), 2);
  EXPECT_THAT(differs.at("divergence").at("sourceFile").get<std::string>(), HasSubstr("replay_faulty_workflows.cc"));
  EXPECT_EQ(differs.at("context").size(), 7u);
}

TEST_F(ReplayCommand, JunitReport) {
  write("1.json", history("TimerLoop"));
  write("2.json", history("Changed"));
  write("3.json", history("Segfaults"));
  EXPECT_EQ(replay("--junit report.xml 1.json 2.json 3.json").exit_code, 4);
  const std::string xml = read("report.xml");
  EXPECT_THAT(xml, HasSubstr(R"(<testsuite name="temporal-replay" tests="3" failures="1" errors="1">)"));
  EXPECT_THAT(xml, HasSubstr(R"(<testcase classname="TimerLoop" name="1.json"/>)"));
  EXPECT_THAT(xml, HasSubstr(R"(<failure type="nondeterminism")"));
  EXPECT_THAT(xml, HasSubstr("&quot;describe-the-change&quot;"));
  EXPECT_EQ(replay("--junit missing/report.xml 1.json").exit_code, 2);
}

TEST_F(ReplayCommand, OneCallInAProgramsOwnMain) {
  write("h.json", history("TimerLoop"));
  EXPECT_EQ(run_program(OWN_MAIN, "replay h.json").exit_code, 0);
  write("h.json", history("Segfaults"));
  EXPECT_EQ(run_program(OWN_MAIN, "replay h.json").exit_code, 3);
}

}  // namespace
}  // namespace temporalio::replayer
