// Workflow tasks, histories, signals, cancel, terminate, queries, and what a refused request leaves behind.
#include <string>

#include "tests/unit/engine/harness.h"

namespace temporalio::timeskip::test {
namespace {

constexpr const char kFirstTask[] = "STARTED TASK_SCHEDULED TASK_STARTED";

svc::RespondWorkflowTaskFailedRequest failed(const std::string& token) {
  svc::RespondWorkflowTaskFailedRequest request;
  request.set_task_token(token);
  request.set_identity("worker");
  return request;
}

commandpb::Command continue_as_new() {
  commandpb::Command command;
  command.set_command_type(enums::COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION);
  command.mutable_continue_as_new_workflow_execution_command_attributes();
  return command;
}

// Everything a client can see of a run.
std::string state_of(Harness& h, const std::string& id) {
  svc::DescribeWorkflowExecutionRequest request;
  request.set_namespace_("default");
  request.mutable_execution()->set_workflow_id(id);
  const auto described = h.call<svc::DescribeWorkflowExecutionResponse>(
      "/temporal.api.workflowservice.v1.WorkflowService/DescribeWorkflowExecution", request);
  return described->response.DebugString() + h.events_of(id).DebugString();
}

TEST(EngineWorkflow, StartAndComplete) {
  Harness h;
  const auto started = h.start_with("w", [](auto&) {});
  ASSERT_EQ(started->code(), 0);
  EXPECT_TRUE(started->response.started());
  const auto task = h.task();
  EXPECT_EQ(task.started_event_id(), 3);
  EXPECT_EQ(task.previous_started_event_id(), 0);
  EXPECT_EQ(task.history().events_size(), 3);
  EXPECT_EQ(h.complete(task.task_token(), {complete_workflow()})->code(), 0);
  EXPECT_EQ(h.event_names("w"), std::string(kFirstTask) + " TASK_COMPLETED COMPLETED");
  const auto events = h.events_of("w");
  EXPECT_EQ(events.events(4).workflow_execution_completed_event_attributes().workflow_task_completed_event_id(), 4);
}

TEST(EngineWorkflow, APollThatWaitsGetsTheTask) {
  Harness h;
  auto first = h.poll_task();
  auto second = h.poll_task();
  EXPECT_FALSE(first->is_answered);
  h.begin("w");
  EXPECT_TRUE(first->is_answered) << "first come, first served";
  EXPECT_FALSE(second->is_answered);
}

TEST(EngineWorkflow, ACancelledPollLosesNothing) {
  Harness h;
  auto gone = h.poll_task();
  h.server.cancel(gone->id);
  EXPECT_EQ(gone->code(), errors::kCancelled);
  h.begin("w");
  EXPECT_EQ(h.task().attempt(), 1);
}

TEST(EngineWorkflow, APollEndsEmptyAfterAMinuteOrShortlyBeforeItsDeadline) {
  Harness h;
  auto patient = h.poll_task();
  svc::PollWorkflowTaskQueueRequest request;
  request.set_namespace_("default");
  request.mutable_task_queue()->set_name("queue");
  auto hasty = h.send<svc::PollWorkflowTaskQueueResponse>(
      "/temporal.api.workflowservice.v1.WorkflowService/PollWorkflowTaskQueue", request, Duration(10s));
  h.pass_wall(9s);
  EXPECT_EQ(hasty->code(), 0);
  EXPECT_TRUE(hasty->response.task_token().empty());
  EXPECT_FALSE(patient->is_answered);
  h.pass_wall(51s);
  EXPECT_EQ(patient->code(), 0);
  EXPECT_TRUE(patient->response.task_token().empty());
}

TEST(EngineWorkflow, SignalBetweenScheduledAndStartedLandsBetweenThem) {
  Harness h;
  h.begin("w");
  EXPECT_EQ(h.signal("w", "early")->code(), 0);
  const auto task = h.task();
  EXPECT_EQ(task.started_event_id(), 4);
  EXPECT_EQ(h.event_names("w"), "STARTED TASK_SCHEDULED SIGNALED TASK_STARTED");
}

TEST(EngineWorkflow, BufferedEventsKeepCompletionsForLast) {
  Harness h;
  h.begin("w");
  h.complete(h.task().task_token(), {schedule_activity("a"), schedule_activity("b"), start_timer("t", 1h)});
  const auto a = h.activity();
  const auto b = h.activity();
  h.signal("w", "wake");
  const auto task = h.task();
  svc::RespondActivityTaskCompletedRequest done;
  done.set_task_token(b.task_token());
  EXPECT_EQ(h.complete_activity(done)->code(), 0);
  h.signal("w", "between");
  done.set_task_token(a.task_token());
  EXPECT_EQ(h.complete_activity(done)->code(), 0);
  EXPECT_EQ(h.events_of("w").events_size(), 10) << "nothing is written while the task is started";
  EXPECT_EQ(h.complete(task.task_token(), {})->code(), 0);
  EXPECT_EQ(
      h.event_names("w"),
      std::string(kFirstTask) +
          " TASK_COMPLETED ACTIVITY_TASK_SCHEDULED ACTIVITY_TASK_SCHEDULED TIMER_STARTED "
          "SIGNALED TASK_SCHEDULED TASK_STARTED TASK_COMPLETED ACTIVITY_TASK_STARTED SIGNALED ACTIVITY_TASK_STARTED "
          "ACTIVITY_TASK_COMPLETED ACTIVITY_TASK_COMPLETED TASK_SCHEDULED");
  const auto events = h.events_of("w");
  EXPECT_EQ(events.events(14).activity_task_completed_event_attributes().started_event_id(), 12);
  EXPECT_EQ(events.events(15).activity_task_completed_event_attributes().started_event_id(), 14);
}

TEST(EngineWorkflow, ClosingOverABufferedSignalIsUnhandled) {
  Harness h;
  h.begin("w");
  const auto task = h.task();
  h.signal("w", "s");
  const auto refused = h.complete(task.task_token(), {complete_workflow()});
  EXPECT_EQ(refused->code(), errors::kInvalidArgument);
  EXPECT_EQ(refused->status.message, "UnhandledCommand");
  EXPECT_EQ(h.event_names("w"), std::string(kFirstTask) + " TASK_FAILED SIGNALED TASK_SCHEDULED");
  EXPECT_EQ(h.complete(h.task().task_token(), {complete_workflow()})->code(), 0);
}

TEST(EngineWorkflow, CancellingATimerThatFiredIntoTheBufferTakesItBack) {
  Harness h(/*starts_locked=*/true);
  h.begin("w");
  h.complete(h.task().task_token(), {start_timer("t", 5s)});
  h.signal("w", "s");
  const auto task = h.task();
  h.pass_wall(6s);
  EXPECT_EQ(h.complete(task.task_token(), {cancel_timer("t"), complete_workflow()})->code(), 0);
  EXPECT_EQ(h.event_names("w"), std::string(kFirstTask) +
                                    " TASK_COMPLETED TIMER_STARTED SIGNALED TASK_SCHEDULED "
                                    "TASK_STARTED TASK_COMPLETED TIMER_CANCELED COMPLETED");
}

TEST(EngineWorkflow, ATransientTaskIsWrittenOnlyWhenItSucceeds) {
  Harness h;
  h.begin("w");
  EXPECT_EQ(h.respond_failed(failed(h.task().task_token()))->code(), 0);
  EXPECT_EQ(h.respond_failed(failed(h.task().task_token()))->code(), 0);
  const auto third = h.task();
  EXPECT_EQ(third.attempt(), 3);
  EXPECT_EQ(third.started_event_id(), 6);
  EXPECT_EQ(third.history().events_size(), 6);
  EXPECT_EQ(h.complete(third.task_token(), {})->code(), 0);
  EXPECT_EQ(h.event_names("w"), std::string(kFirstTask) + " TASK_FAILED TASK_SCHEDULED TASK_STARTED TASK_COMPLETED");
  EXPECT_EQ(h.events_of("w").events(4).workflow_task_scheduled_event_attributes().attempt(), 3);
}

TEST(EngineWorkflow, ATransientTaskTurnsOrdinaryWhenSomethingComesBetween) {
  Harness h;
  h.begin("w");
  h.respond_failed(failed(h.task().task_token()));
  h.signal("w", "s");
  const auto task = h.task();
  EXPECT_EQ(task.attempt(), 1);
  EXPECT_EQ(h.event_names("w"), std::string(kFirstTask) + " TASK_FAILED SIGNALED TASK_SCHEDULED TASK_STARTED");
}

TEST(EngineWorkflow, AStartedTaskTimesOut) {
  Harness h;
  h.begin("w");
  const auto task = h.task();
  h.pass_wall(11s);
  EXPECT_EQ(h.complete(task.task_token(), {complete_workflow()})->code(), errors::kNotFound);
  EXPECT_EQ(h.task().attempt(), 2);
}

TEST(EngineWorkflow, AStickyTaskThatNobodyTakesGoesBackToTheNormalQueue) {
  Harness h;
  h.begin("w");
  h.poll_task("sticky");  // a worker is there
  svc::RespondWorkflowTaskCompletedRequest request;
  request.set_task_token(h.task().task_token());
  request.mutable_sticky_attributes()->mutable_worker_task_queue()->set_name("sticky");
  set_duration(request.mutable_sticky_attributes()->mutable_schedule_to_start_timeout(), 5s);
  EXPECT_EQ(h.respond(request)->code(), 0);
  h.signal("w", "one");
  h.signal("w", "two");  // the waiting poll took the first task; its worker has died
  h.pass_wall(11s);
  const auto task = h.task();
  EXPECT_EQ(task.history().events(0).event_id(), 1) << "a normal poll gets the whole history";
  EXPECT_EQ(h.event_names("w"), std::string(kFirstTask) +
                                    " TASK_COMPLETED SIGNALED TASK_SCHEDULED TASK_STARTED TASK_TIMED_OUT SIGNALED "
                                    "TASK_SCHEDULED TASK_STARTED");
  EXPECT_EQ(task.attempt(), 1) << "the loss of a sticky worker does not count";
}

TEST(EngineWorkflow, AStickyPollGetsOnlyWhatIsNew) {
  Harness h;
  h.begin("w");
  auto sticky = h.poll_task("sticky");
  svc::RespondWorkflowTaskCompletedRequest request;
  request.set_task_token(h.task().task_token());
  request.mutable_sticky_attributes()->mutable_worker_task_queue()->set_name("sticky");
  set_duration(request.mutable_sticky_attributes()->mutable_schedule_to_start_timeout(), 5s);
  h.respond(request);
  h.signal("w", "one");
  ASSERT_TRUE(sticky->is_answered);
  EXPECT_EQ(sticky->response.history().events(0).event_id(), 4);
  EXPECT_EQ(sticky->response.previous_started_event_id(), 3);
}

TEST(EngineWorkflow, ShutdownWorkerEndsItsPollsAndItsStickyQueue) {
  Harness h;
  auto sticky = h.poll_task("sticky");
  auto other = h.poll_task("sticky-other");
  svc::ShutdownWorkerRequest request;
  request.set_sticky_task_queue("sticky");
  EXPECT_EQ(h.shutdown_worker(request)->code(), 0);
  EXPECT_EQ(sticky->code(), 0);
  EXPECT_TRUE(sticky->response.task_token().empty());
  EXPECT_FALSE(other->is_answered);
}

// A worker polls again just when it says goodbye: nobody reads the answer, so no task may go there.
TEST(EngineWorkflow, APollThatCrossesItsWorkersShutdownEndsAtOnce) {
  Harness h;
  const auto poll = [&](const std::string& key, const std::string& queue) {
    svc::PollWorkflowTaskQueueRequest request;
    request.mutable_task_queue()->set_name(queue);
    request.set_worker_instance_key(key);
    return h.poll_workflow(std::move(request));
  };
  const auto poll_activity = [&](const std::string& key) {
    svc::PollActivityTaskQueueRequest request;
    request.mutable_task_queue()->set_name("queue");
    request.set_worker_instance_key(key);
    return h.poll_activity(std::move(request));
  };
  svc::ShutdownWorkerRequest request;
  request.set_worker_instance_key("gone");
  EXPECT_EQ(h.shutdown_worker(request)->code(), 0);
  const auto late = poll("gone", "queue");
  ASSERT_TRUE(late->is_answered);
  EXPECT_EQ(late->code(), 0);
  EXPECT_TRUE(late->response.task_token().empty());
  EXPECT_TRUE(poll_activity("gone")->is_answered);
  const auto other = poll("other", "queue");
  EXPECT_FALSE(other->is_answered);
  EXPECT_FALSE(poll_activity("other")->is_answered);
  h.begin("w");
  EXPECT_TRUE(other->is_answered) << "the task goes to whoever still polls";
  h.pass_wall(31s);
  EXPECT_FALSE(poll("gone", "elsewhere")->is_answered) << "forgotten after half a minute";
}

TEST(EngineWorkflow, CancelBeforeStartReachesTheFirstTask) {
  Harness h;
  EXPECT_EQ(
      h.start_with("w", [](auto& request) { set_duration(request.mutable_workflow_start_delay(), 100h); })->code(), 0);
  svc::RequestCancelWorkflowExecutionRequest request;
  request.mutable_workflow_execution()->set_workflow_id("w");
  EXPECT_EQ(h.request_cancel(request)->code(), 0);
  EXPECT_EQ(h.request_cancel(request)->code(), 0) << "a second one has no effect";
  h.task();
  EXPECT_EQ(h.virtual_offset(), 0s) << "the delay is cut short";
  EXPECT_EQ(h.event_names("w"), "STARTED CANCEL_REQUESTED TASK_SCHEDULED TASK_STARTED");
}

TEST(EngineWorkflow, ASignalDoesNotCutTheStartDelayShort) {
  Harness h;
  EXPECT_EQ(
      h.start_with("w", [](auto& request) { set_duration(request.mutable_workflow_start_delay(), 100h); })->code(), 0);
  h.signal("w", "s");
  h.task();
  EXPECT_EQ(h.virtual_offset(), 100h);
  EXPECT_EQ(h.event_names("w"), "STARTED SIGNALED TASK_SCHEDULED TASK_STARTED");
}

TEST(EngineWorkflow, TerminateForcesAStartedTaskToClose) {
  Harness h;
  h.begin("w");
  const auto task = h.task();
  h.signal("w", "s");
  svc::TerminateWorkflowExecutionRequest request;
  request.mutable_workflow_execution()->set_workflow_id("w");
  EXPECT_EQ(h.terminate(request)->code(), 0);
  EXPECT_EQ(h.event_names("w"), std::string(kFirstTask) + " TASK_FAILED SIGNALED TERMINATED");
  EXPECT_EQ(h.complete(task.task_token(), {})->code(), errors::kNotFound);
  EXPECT_EQ(h.terminate(request)->code(), errors::kNotFound);
  EXPECT_EQ(h.signal("w", "late")->code(), errors::kNotFound);
}

TEST(EngineWorkflow, SignalsAreWrittenOncePerRequestId) {
  Harness h;
  h.begin("w");
  svc::SignalWorkflowExecutionRequest request;
  request.mutable_workflow_execution()->set_workflow_id("w");
  request.set_signal_name("s");
  request.set_request_id("same");
  EXPECT_EQ(h.signal(request)->code(), 0);
  EXPECT_EQ(h.signal(request)->code(), 0);
  EXPECT_EQ(h.event_names("w"), "STARTED TASK_SCHEDULED SIGNALED");
}

TEST(EngineWorkflow, ARefusedCompletionChangesNothingButTheTask) {
  Harness h;
  h.begin("w");
  h.complete(h.task().task_token(), {start_timer("t", 1h)});
  h.signal("w", "s");
  const auto task = h.task();
  // The last command is bad: the ones before it must not have happened.
  const auto refused = h.complete(
      task.task_token(), {cancel_timer("t"), schedule_activity("a"), start_timer("u", 1h), cancel_timer("unknown")});
  EXPECT_EQ(refused->code(), errors::kInvalidArgument);
  EXPECT_EQ(
      refused->status.message,
      "BadCancelTimerAttributes: invalid history builder state for action: add-timer-canceled-event, TimerID: unknown");
  EXPECT_FALSE(h.poll_for_activity()->is_answered);
  const auto again = h.task();
  EXPECT_EQ(again.attempt(), 2);
  h.complete(again.task_token(), {});
  h.task();
  EXPECT_EQ(h.virtual_offset(), 1h) << "timer t still runs";
  EXPECT_EQ(h.event_names("w"),
            std::string(kFirstTask) +
                " TASK_COMPLETED TIMER_STARTED SIGNALED TASK_SCHEDULED TASK_STARTED TASK_FAILED "
                "TASK_SCHEDULED TASK_STARTED TASK_COMPLETED TIMER_FIRED TASK_SCHEDULED TASK_STARTED");
}

TEST(EngineWorkflow, RefusedRequestsLeaveNoTrace) {
  Harness h;
  h.begin("w");
  const auto task = h.task();
  const std::string before = state_of(h, "w");
  EXPECT_EQ(h.complete("rubbish", {complete_workflow()})->code(), errors::kInvalidArgument);
  EXPECT_EQ(h.complete("", {complete_workflow()})->code(), errors::kInvalidArgument);
  EXPECT_EQ(h.complete(task.task_token(), {complete_workflow(), start_timer("t", 1s)})->code(),
            errors::kInvalidArgument);
  commandpb::Command unknown;
  unknown.set_command_type(static_cast<enums::CommandType>(9999));
  EXPECT_EQ(h.complete(task.task_token(), {start_timer("t", 1s), unknown})->code(), errors::kInvalidArgument);
  EXPECT_EQ(h.start_with("w", [](auto&) {})->code(), errors::kAlreadyExists);
  EXPECT_EQ(h.start_with("", [](auto&) {})->code(), errors::kInvalidArgument);
  EXPECT_EQ(h.signal("w", "")->code(), errors::kInvalidArgument);
  EXPECT_EQ(h.signal("nobody", "s")->code(), errors::kNotFound);
  EXPECT_EQ(state_of(h, "w"), before);
  EXPECT_EQ(h.complete(task.task_token(), {complete_workflow()})->code(), 0) << "the task is still good";
}

TEST(EngineWorkflow, CommandsOfLaterIssuesFailTheTaskAndSaySo) {
  Harness h;
  h.begin("w");
  commandpb::Command command;
  command.set_command_type(enums::COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION);
  command.mutable_schedule_nexus_operation_command_attributes()->set_endpoint("e");
  const auto refused = h.complete(h.task().task_token(), {command});
  EXPECT_EQ(refused->code(), errors::kInvalidArgument);
  EXPECT_NE(refused->status.message.find("does not support the command"), std::string::npos) << refused->status.message;
  EXPECT_EQ(h.task().attempt(), 2);
}

TEST(EngineWorkflow, ContinueAsNewWithinASecondWaitsForTheRestOfIt) {
  Harness h;
  h.begin("w");
  h.complete(h.task().task_token(), {continue_as_new()});
  h.task();
  EXPECT_EQ(h.virtual_offset(), 1s);
  EXPECT_EQ(h.event_names("w"), kFirstTask);
}

TEST(EngineWorkflow, ALongPollOfTheHistoryGetsTheCloseEvent) {
  Harness h;
  h.begin("w");
  svc::GetWorkflowExecutionHistoryRequest request;
  request.mutable_execution()->set_workflow_id("w");
  request.set_wait_new_event(true);
  request.set_history_event_filter_type(enums::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
  auto poll = h.history(request);
  const auto task = h.task();
  EXPECT_FALSE(poll->is_answered);
  h.complete(task.task_token(), {complete_workflow()});
  ASSERT_TRUE(poll->is_answered);
  ASSERT_EQ(poll->response.history().events_size(), 1);
  EXPECT_EQ(poll->response.history().events(0).event_type(), enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED);
  EXPECT_TRUE(poll->response.next_page_token().empty());
}

TEST(EngineWorkflow, ALongPollFollowsTheHistoryWithItsCursor) {
  Harness h;
  h.begin("w");
  svc::GetWorkflowExecutionHistoryRequest request;
  request.mutable_execution()->set_workflow_id("w");
  request.set_wait_new_event(true);
  const auto first = h.history(request);
  ASSERT_EQ(first->response.history().events_size(), 2);
  request.set_next_page_token(first->response.next_page_token());
  auto waiting = h.history(request);
  EXPECT_FALSE(waiting->is_answered);
  h.signal("w", "s");
  ASSERT_TRUE(waiting->is_answered);
  ASSERT_EQ(waiting->response.history().events_size(), 1);
  EXPECT_EQ(waiting->response.history().events(0).event_id(), 3);
  request.set_next_page_token(waiting->response.next_page_token());
  auto idle = h.history(request);
  h.pass_wall(20s);
  EXPECT_EQ(idle->code(), 0);
  EXPECT_EQ(idle->response.history().events_size(), 0);
  EXPECT_FALSE(idle->response.next_page_token().empty());
  request.set_next_page_token("rubbish");
  EXPECT_EQ(h.history(request)->code(), errors::kInvalidArgument);
}

TEST(EngineWorkflow, AQueryGoesWithTheTaskOrDirectly) {
  Harness h;
  h.begin("w");
  svc::QueryWorkflowRequest request;
  request.mutable_execution()->set_workflow_id("w");
  request.mutable_query()->set_query_type("q");
  auto with_task = h.query(request);
  const auto task = h.task();
  ASSERT_EQ(task.queries_size(), 1);
  svc::RespondWorkflowTaskCompletedRequest done;
  done.set_task_token(task.task_token());
  auto& result = (*done.mutable_query_results())[task.queries().begin()->first];
  result.set_result_type(enums::QUERY_RESULT_TYPE_ANSWERED);
  result.mutable_answer()->add_payloads()->set_data("1");
  h.respond(done);
  ASSERT_EQ(with_task->code(), 0);
  EXPECT_EQ(with_task->response.query_result().payloads(0).data(), "1");

  auto direct = h.query(request);
  const auto query_task = h.task();
  EXPECT_EQ(query_task.query().query_type(), "q");
  svc::RespondQueryTaskCompletedRequest answer;
  answer.set_task_token(query_task.task_token());
  answer.set_completed_type(enums::QUERY_RESULT_TYPE_FAILED);
  answer.set_error_message("no such query");
  EXPECT_EQ(h.answer_query(answer)->code(), 0);
  EXPECT_EQ(direct->code(), errors::kInvalidArgument);
  EXPECT_EQ(h.answer_query(answer)->code(), errors::kNotFound) << "answered already";
  EXPECT_EQ(h.event_names("w"), std::string(kFirstTask) + " TASK_COMPLETED") << "queries leave no trace";
}

TEST(EngineWorkflow, UnknownNamespaceIsNotFoundWithItsDetail) {
  Harness h;
  svc::SignalWorkflowExecutionRequest request;
  request.set_namespace_("nowhere");
  request.set_signal_name("s");
  request.mutable_workflow_execution()->set_workflow_id("w");
  const auto sent = h.call<svc::SignalWorkflowExecutionResponse>(
      "/temporal.api.workflowservice.v1.WorkflowService/SignalWorkflowExecution", request);
  EXPECT_EQ(sent->code(), errors::kNotFound);
  EXPECT_NE(sent->status.details.find("NamespaceNotFoundFailure"), std::string::npos);
}

}  // namespace
}  // namespace temporalio::timeskip::test
