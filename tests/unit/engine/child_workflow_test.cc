// Child and external workflows where recordings do not reach: limits, races that the real server leaves open, and time.
#include <string>
#include <vector>

#include "tests/unit/engine/harness.h"
#include "timeskip/src/engine/core/limits.h"

namespace temporalio::timeskip::test {
namespace {

// A run of workflow `id`, and its first task.
std::string begin_and_take(Harness& h, const std::string& id) {
  h.begin(id);
  return h.task().task_token();
}

const historypb::HistoryEvent& last_of(const historypb::History& history, enums::EventType type) {
  const historypb::HistoryEvent* found = &history.events(0);
  for (const auto& event : history.events()) {
    if (event.event_type() == type) found = &event;
  }
  return *found;
}

TEST(EngineChildWorkflow, TheSecondOfTwoChildrenWithOneIdFindsItTaken) {
  Harness h;
  const std::string token = begin_and_take(h, "parent");
  EXPECT_EQ(h.complete(token, {start_child("child"), start_child("child")})->code(), errors::kOk);
  EXPECT_EQ(h.event_names("parent"),
            "STARTED TASK_SCHEDULED TASK_STARTED TASK_COMPLETED START_CHILD_WORKFLOW_EXECUTION_INITIATED "
            "START_CHILD_WORKFLOW_EXECUTION_INITIATED CHILD_WORKFLOW_EXECUTION_STARTED TASK_SCHEDULED "
            "START_CHILD_WORKFLOW_EXECUTION_FAILED");
}

TEST(EngineChildWorkflow, AChildThatSleepsDoesNotHoldTimeAndOneWithATaskDoes) {
  Harness h;
  EXPECT_EQ(h.complete(begin_and_take(h, "parent"), {start_child("child")})->code(), errors::kOk);
  h.pass_wall(1s);
  EXPECT_EQ(h.virtual_offset(), Duration(1s)) << "both have a task that no worker has taken";
  // Both tasks, in either order: the parent waits for its child, which sleeps for ten days.
  for (int i = 0; i < 2; ++i) {
    const auto task = h.task();
    const bool is_child = task.workflow_execution().workflow_id() == "child";
    std::vector<commandpb::Command> commands;
    if (is_child) commands.push_back(start_timer("t", std::chrono::hours(240)));
    EXPECT_EQ(h.complete(task.task_token(), commands)->code(), errors::kOk);
  }
  h.tick();
  EXPECT_EQ(h.virtual_offset(), Duration(std::chrono::hours(240)) + 1s);
  const auto task = h.task();
  ASSERT_EQ(task.workflow_execution().workflow_id(), "child");
  EXPECT_EQ(h.complete(task.task_token(), {complete_workflow()})->code(), errors::kOk);
  EXPECT_EQ(h.task().workflow_execution().workflow_id(), "parent") << "in the same moment";
  EXPECT_EQ(h.virtual_offset(), Duration(std::chrono::hours(240)) + 1s);
}

TEST(EngineChildWorkflow, TheEndOfAChildNamesItsStartAlsoWhenBothWereBuffered) {
  Harness h;
  svc::RespondWorkflowTaskCompletedRequest request;
  request.set_task_token(begin_and_take(h, "parent"));
  request.set_return_new_workflow_task(true);
  request.set_force_create_new_workflow_task(true);
  *request.add_commands() = start_child("child");
  const auto again = h.respond(request);
  ASSERT_EQ(again->code(), errors::kOk);
  EXPECT_EQ(h.complete(h.task().task_token(), {complete_workflow()})->code(), errors::kOk);
  EXPECT_EQ(h.complete(again->response.workflow_task().task_token(), {})->code(), errors::kOk);
  const auto history = h.events_of("parent");
  const auto& started = last_of(history, enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED);
  const auto& completed = last_of(history, enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED);
  EXPECT_GT(started.event_id(), 1);
  EXPECT_EQ(completed.child_workflow_execution_completed_event_attributes().started_event_id(), started.event_id());
}

TEST(EngineChildWorkflow, ATaskCanStartNoMoreChildrenThanMayBePending) {
  Harness h;
  const std::string token = begin_and_take(h, "parent");
  std::vector<commandpb::Command> commands;
  for (std::int64_t i = 0; i <= kMaxPendingChildren; ++i) commands.push_back(start_child("c" + std::to_string(i)));
  EXPECT_EQ(h.complete(token, commands)->code(), errors::kInvalidArgument);
  EXPECT_EQ(last_of(h.events_of("parent"), enums::EVENT_TYPE_WORKFLOW_TASK_FAILED)
                .workflow_task_failed_event_attributes()
                .cause(),
            enums::WORKFLOW_TASK_FAILED_CAUSE_PENDING_CHILD_WORKFLOWS_LIMIT_EXCEEDED);
}

TEST(EngineExternalWorkflow, ATaskCanSendNoMoreSignalsThanMayBePending) {
  Harness h;
  const std::string token = begin_and_take(h, "sender");
  const std::vector<commandpb::Command> commands(kMaxPendingSignals + 1, signal_external("target"));
  EXPECT_EQ(h.complete(token, commands)->code(), errors::kInvalidArgument);
  EXPECT_EQ(last_of(h.events_of("sender"), enums::EVENT_TYPE_WORKFLOW_TASK_FAILED)
                .workflow_task_failed_event_attributes()
                .cause(),
            enums::WORKFLOW_TASK_FAILED_CAUSE_PENDING_SIGNALS_LIMIT_EXCEEDED);
}

TEST(EngineExternalWorkflow, ATaskCanRequestNoMoreCancellationsThanMayBePending) {
  Harness h;
  const std::string token = begin_and_take(h, "sender");
  const std::vector<commandpb::Command> commands(kMaxPendingCancelRequests + 1, cancel_external("target"));
  EXPECT_EQ(h.complete(token, commands)->code(), errors::kInvalidArgument);
  EXPECT_EQ(last_of(h.events_of("sender"), enums::EVENT_TYPE_WORKFLOW_TASK_FAILED)
                .workflow_task_failed_event_attributes()
                .cause(),
            enums::WORKFLOW_TASK_FAILED_CAUSE_PENDING_REQUEST_CANCEL_LIMIT_EXCEEDED);
}

TEST(EngineExternalWorkflow, ASignalWaitsWhileItsTargetIsAboutToClose) {
  Harness h;
  std::string closing = begin_and_take(h, "target");
  h.signal("target", "first");
  EXPECT_EQ(h.complete(closing, {complete_workflow()})->code(), errors::kInvalidArgument) << "a signal is buffered";
  closing = h.task().task_token();
  EXPECT_EQ(h.complete(begin_and_take(h, "sender"), {signal_external("target")})->code(), errors::kOk);
  EXPECT_EQ(h.event_names("sender"),
            "STARTED TASK_SCHEDULED TASK_STARTED TASK_COMPLETED SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED");
  EXPECT_EQ(h.complete(closing, {})->code(), errors::kOk) << "it goes on after all";
  h.pass_wall(2s);
  EXPECT_EQ(h.event_names("sender"),
            "STARTED TASK_SCHEDULED TASK_STARTED TASK_COMPLETED SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED "
            "EXTERNAL_WORKFLOW_EXECUTION_SIGNALED TASK_SCHEDULED");
}

TEST(EngineExternalWorkflow, ASignalFindsItsTargetFull) {
  Harness h;
  h.begin("target");
  for (std::size_t i = 0; i < kMaxSignals; ++i) h.signal("target", "s");
  // The target's task is first in the queue.
  EXPECT_EQ(h.task().workflow_execution().workflow_id(), "target");
  EXPECT_EQ(h.complete(begin_and_take(h, "sender"), {signal_external("target")})->code(), errors::kOk);
  EXPECT_EQ(last_of(h.events_of("sender"), enums::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED)
                .signal_external_workflow_execution_failed_event_attributes()
                .cause(),
            enums::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_SIGNAL_COUNT_LIMIT_EXCEEDED);
}

}  // namespace
}  // namespace temporalio::timeskip::test
