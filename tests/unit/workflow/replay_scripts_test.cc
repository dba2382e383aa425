// Golden scripts of the workflow engine: fixtures/replay/*.txt. Above "----" stands a history in short form, below it
// what came of it: for each workflow task the commands that a live run issues in it, then the verdict of replaying the
// whole. UPDATE_GOLDEN=1 rewrites the part below; the diff is reviewed.
//
//   workflow Nap                     the workflow type (replay_scripts_workflows.h); the first line
//   start [fields]                   WorkflowExecutionStarted of that type
//   task [fields]                    a workflow task that is scheduled, started and completed
//   open task                        one that is only scheduled and started
//   ignorable                        an event of an unknown type that may be ignored
//   TimerFired started_event_id: 5   any other event: its type, and its attributes as protobuf text
//   @7 TimerFired ...                the same with an event id of its own
//
// Lines that begin with # are comments.
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "sdk/src/workflow/registry.h"
#include "sdk/src/workflow/replay.h"
#include "sdk/src/workflow/run.h"
#include "temporal/api/history/v1/message.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "tests/unit/workflow/replay_scripts_workflows.h"

namespace {

namespace wf = temporal::api::workflowservice::v1;
using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): event types
using temporal::api::history::v1::History;
using temporal::api::history::v1::HistoryEvent;
using temporalio::workflow::Registry;
using temporalio::workflow::TaskVerdict;

const Registry& registry() {
  static const Registry filled = [] {
    Registry made;
    replay_scripts::for_each_workflow([&]<class W>() { made.add(temporalio::workflow::definition<W>()); });
    return made;
  }();
  return filled;
}

// "TimerStarted" -> "TIMER_STARTED", or in small letters.
std::string with_underscores(const std::string& name, bool upper) {
  std::string text;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    if (i > 0 && std::isupper(c)) text += '_';
    text += static_cast<char>(upper ? std::toupper(c) : std::tolower(c));
  }
  return text;
}

class HistoryWriter {
 public:
  explicit HistoryWriter(std::string workflow) : workflow_(std::move(workflow)) {}

  void line(std::string text) {
    std::int64_t id = history_.events_size() > 0 ? history_.events(history_.events_size() - 1).event_id() + 1 : 1;
    if (text.front() == '@') {
      const std::size_t space = text.find(' ');
      id = std::stoll(text.substr(1, space - 1));
      text.erase(0, space + 1);
    }
    const std::size_t space = std::min(text.find(' '), text.size());
    const std::string word = text.substr(0, space);
    const std::string fields = space < text.size() ? text.substr(space + 1) : "";
    if (word == "start") {
      add(id, "WorkflowExecutionStarted", R"(workflow_type { name: ")" + workflow_ + R"(" } )" + fields);
    } else if (word == "task" || text == "open task") {
      add(id, "WorkflowTaskScheduled", "");
      add(id + 1, "WorkflowTaskStarted", "");
      if (word == "task") add(id + 2, "WorkflowTaskCompleted", fields);
    } else if (word == "ignorable") {
      HistoryEvent& event = *history_.add_events();
      event.set_event_id(id);
      event.set_worker_may_ignore(true);
    } else {
      add(id, word, fields);
    }
  }
  const History& history() const { return history_; }

 private:
  void add(std::int64_t id, const std::string& type, const std::string& fields) {
    HistoryEvent& event = *history_.add_events();
    event.set_event_id(id);
    EventType value = EVENT_TYPE_UNSPECIFIED;
    if (!EventType_Parse("EVENT_TYPE_" + with_underscores(type, true), &value)) {
      ADD_FAILURE() << "no event type " << type;
      return;
    }
    event.set_event_type(value);
    const auto* field =
        HistoryEvent::descriptor()->FindFieldByName(with_underscores(type, false) + "_event_attributes");
    ASSERT_NE(field, nullptr) << type;
    auto& attributes = *event.GetReflection()->MutableMessage(&event, field);
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(fields, &attributes)) << type << ": " << fields;
  }

  std::string workflow_;
  History history_;
};

const char* name_of(TaskVerdict verdict) {
  switch (verdict) {
    case TaskVerdict::completed:
      return "completed";
    case TaskVerdict::nondeterminism:
      return "nondeterminism";
    case TaskVerdict::code_failed:
      return "code failed";
    case TaskVerdict::not_registered:
      return "not registered";
    case TaskVerdict::bad_history:
      return "bad history";
  }
  return "";
}

// What a worker would answer to the workflow task that the event at `started` begins.
void print_task(const History& history, int started, std::ostream& out) {
  wf::PollWorkflowTaskQueueResponse task;
  for (int i = 0; i <= started; ++i) *task.mutable_history()->add_events() = history.events(i);
  temporalio::workflow::RunOptions options;
  options.workflow_id = "workflow";
  options.run_id = "run";
  temporalio::workflow::Run run(registry(), options);
  wf::RespondWorkflowTaskCompletedRequest completed;
  wf::RespondWorkflowTaskFailedRequest failed;
  run.begin(task);
  const TaskVerdict verdict = run.finish(completed, failed);
  out << "task started at event " << history.events(started).event_id() << ": " << name_of(verdict) << "\n";
  if (verdict != TaskVerdict::completed) {
    out << "  " << WorkflowTaskFailedCause_Name(failed.cause()) << ": " << failed.failure().message() << "\n";
    return;
  }
  for (const auto& command : completed.commands()) out << "  " << command.ShortDebugString() << "\n";
  if (completed.has_sdk_metadata()) {
    completed.mutable_sdk_metadata()->clear_sdk_version();
    out << "  " << completed.sdk_metadata().ShortDebugString() << "\n";
  }
}

void print_replay(const History& history, std::ostream& out) {
  const auto outcome = temporalio::workflow::replay_history(registry(), history, "workflow");
  out << "replay: " << name_of(outcome.verdict) << "\n";
  if (outcome.verdict == TaskVerdict::completed) return;
  out << "  " << outcome.message << "\n";
  if (outcome.verdict != TaskVerdict::nondeterminism) {
    if (outcome.event_id != 0) out << "  at event " << outcome.event_id << "\n";
    return;
  }
  const auto& found = outcome.divergence;
  out << "  at event " << found.event_id << " (" << found.event_type << "), workflow task " << found.workflow_task
      << " completed at event " << found.workflow_task_completed_event_id << "\n";
  out << "  recorded" << (found.is_recorded ? "" : " (no command)") << ": " << found.recorded << "\n";
  out << "  actual" << (found.is_issued ? "" : " (no command)") << ": " << found.actual << "\n";
  out << "  source: " << (found.source_line > 0 ? "known" : "none") << "\n";
}

std::vector<std::filesystem::path> scripts() {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(TEMPORALIO_SOURCE_DIR "/fixtures/replay")) {
    if (entry.path().extension() == ".txt") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

class ReplayScripts : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(ReplayScripts, GiveWhatTheySay) {
  std::ifstream file(GetParam());
  std::string input;
  std::string workflow;
  std::string line;
  std::vector<std::string> lines;
  while (std::getline(file, line) && line != "----") {
    input += line + "\n";
    if (line.empty() || line.front() == '#') continue;
    if (line.starts_with("workflow ")) {
      workflow = line.substr(sizeof("workflow"));
    } else {
      lines.push_back(line);
    }
  }
  HistoryWriter writer(workflow);
  for (const std::string& event : lines) writer.line(event);
  const History& history = writer.history();
  std::ostringstream out;
  for (int i = 0; i < history.events_size(); ++i) {
    if (history.events(i).event_type() != EVENT_TYPE_WORKFLOW_TASK_STARTED) continue;
    if (i + 1 < history.events_size() && (history.events(i + 1).event_type() == EVENT_TYPE_WORKFLOW_TASK_FAILED ||
                                          history.events(i + 1).event_type() == EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT)) {
      continue;
    }
    print_task(history, i, out);
  }
  print_replay(history, out);
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::ofstream(GetParam()) << input << "----\n" << out.str();
    return;
  }
  std::ostringstream expected;
  expected << file.rdbuf();
  EXPECT_EQ(out.str(), expected.str()) << "of " << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Fixtures, ReplayScripts, testing::ValuesIn(scripts()),
                         [](const auto& script) { return script.param.stem().string(); });

TEST(ReplayScripts, AreThere) { EXPECT_GE(scripts().size(), 60u); }

}  // namespace
