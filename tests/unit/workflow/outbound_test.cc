// Everything that workflow code asks for passes the outbound interface, where something may stand between.
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "sdk/src/workflow/outbound.h"
#include "sdk/src/workflow/registry.h"
#include "sdk/src/workflow/run.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "temporalio/workflow.h"

namespace temporalio::workflow {
namespace {

using namespace std::chrono_literals;
namespace wf = temporal::api::workflowservice::v1;

constexpr ActivityType<void()> kWork{"work"};

struct AsksForEverything {
  static void define(Definer<AsksForEverything> d) { d.run<&AsksForEverything::run>(); }
  Task<> run() {
    auto timer = workflow::sleep(1h);
    auto activity = start_activity<&kWork>({.start_to_close_timeout = 1min});
    static_cast<void>(patched("change"));
    continue_as_new<&AsksForEverything::run>();
    co_return;
  }
};

// Notes what passes; refuses one kind of call.
class Watcher : public Outbound {
 public:
  Watcher(Outbound& next, std::vector<std::string>& seen, std::string refused)
      : next_(next), seen_(seen), refused_(std::move(refused)) {}
  void call(OutboundCall& call) override {
    seen_.emplace_back(call.name());
    if (call.name() == refused_) throw std::runtime_error("not allowed here: " + refused_);
    next_.call(call);
  }

 private:
  Outbound& next_;
  std::vector<std::string>& seen_;
  std::string refused_;
};

struct Outcome {
  TaskVerdict verdict;
  std::vector<std::string> seen;
  wf::RespondWorkflowTaskCompletedRequest completed;
  wf::RespondWorkflowTaskFailedRequest failed;
};

Outcome run_first_task(const std::string& refused) {
  Registry registry;
  registry.add(definition<AsksForEverything>());
  Outcome outcome{};
  RunOptions options;
  options.wrap_outbound = [&](Outbound& next) { return std::make_unique<Watcher>(next, outcome.seen, refused); };
  wf::PollWorkflowTaskQueueResponse task;
  const auto add = [&](temporal::api::enums::v1::EventType type) -> temporal::api::history::v1::HistoryEvent& {
    auto& event = *task.mutable_history()->add_events();
    event.set_event_id(task.history().events_size());
    event.set_event_type(type);
    return event;
  };
  add(temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED)
      .mutable_workflow_execution_started_event_attributes()
      ->mutable_workflow_type()
      ->set_name("AsksForEverything");
  add(temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED).mutable_workflow_task_scheduled_event_attributes();
  add(temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_STARTED).mutable_workflow_task_started_event_attributes();
  Run run(registry, options);
  run.begin(task);
  outcome.verdict = run.finish(outcome.completed, outcome.failed);
  return outcome;
}

TEST(Outbound, SeesWhateverCodeAsksFor) {
  const Outcome outcome = run_first_task("");
  EXPECT_EQ(outcome.verdict, TaskVerdict::completed);
  EXPECT_EQ(outcome.seen, (std::vector<std::string>{"sleep", "start_activity", "patched", "continue_as_new"}));
  EXPECT_EQ(outcome.completed.commands_size(), 5);  // the patch's search attribute is one of them
}

TEST(Outbound, MayRefuse) {
  const Outcome outcome = run_first_task("start_activity");
  EXPECT_EQ(outcome.verdict, TaskVerdict::code_failed);
  EXPECT_EQ(outcome.failed.failure().message(), "not allowed here: start_activity");
}

}  // namespace
}  // namespace temporalio::workflow
