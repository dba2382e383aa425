// Activities: retries with virtual back-off, the four timeouts, heartbeats, cancellation.
#include <string>

#include "tests/unit/engine/harness.h"

namespace temporalio::timeskip::test {
namespace {

svc::RespondActivityTaskFailedRequest failed(const std::string& token, bool non_retryable = false) {
  svc::RespondActivityTaskFailedRequest request;
  request.set_task_token(token);
  request.set_identity("worker");
  request.mutable_failure()->set_message("boom");
  request.mutable_failure()->mutable_application_failure_info()->set_non_retryable(non_retryable);
  return request;
}

// A run whose first task scheduled one activity, changed as the test likes.
void begin_with_activity(Harness& h, auto change) {
  h.begin("w");
  commandpb::Command command = schedule_activity("a");
  change(*command.mutable_schedule_activity_task_command_attributes());
  EXPECT_EQ(h.complete(h.task().task_token(), {command})->code(), 0);
}

const historypb::HistoryEvent& last_of(const historypb::History& history, enums::EventType type) {
  const historypb::HistoryEvent* found = &historypb::HistoryEvent::default_instance();
  for (const auto& event : history.events()) {
    if (event.event_type() == type) found = &event;
  }
  return *found;
}

const historypb::ActivityTaskTimedOutEventAttributes& timed_out(const historypb::History& history) {
  return last_of(history, enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT).activity_task_timed_out_event_attributes();
}

TEST(EngineActivity, RetriesBackOffInVirtualTimeAndWriteNothing) {
  Harness h;
  begin_with_activity(h, [](auto& attributes) {
    auto& policy = *attributes.mutable_retry_policy();
    set_duration(policy.mutable_initial_interval(), 1h);
    policy.set_backoff_coefficient(3);
  });
  EXPECT_EQ(h.fail_activity(failed(h.activity().task_token()))->code(), 0);
  const auto second = h.activity();
  EXPECT_EQ(second.attempt(), 2);
  EXPECT_EQ(h.virtual_offset(), 1h);
  EXPECT_EQ(h.fail_activity(failed(second.task_token()))->code(), 0);
  const auto third = h.activity();
  EXPECT_EQ(third.attempt(), 3);
  EXPECT_EQ(h.virtual_offset(), 4h);
  EXPECT_EQ(h.event_names("w"), "STARTED TASK_SCHEDULED TASK_STARTED TASK_COMPLETED ACTIVITY_TASK_SCHEDULED");
  svc::RespondActivityTaskCompletedRequest done;
  done.set_task_token(second.task_token());
  EXPECT_EQ(h.complete_activity(done)->code(), errors::kNotFound) << "that attempt is over";
  done.set_task_token(third.task_token());
  EXPECT_EQ(h.complete_activity(done)->code(), 0);
  const auto events = h.events_of("w");
  const auto& started =
      last_of(events, enums::EVENT_TYPE_ACTIVITY_TASK_STARTED).activity_task_started_event_attributes();
  EXPECT_EQ(started.attempt(), 3);
  EXPECT_EQ(started.last_failure().message(), "boom");
  EXPECT_EQ(h.event_names("w"),
            "STARTED TASK_SCHEDULED TASK_STARTED TASK_COMPLETED ACTIVITY_TASK_SCHEDULED ACTIVITY_TASK_STARTED "
            "ACTIVITY_TASK_COMPLETED TASK_SCHEDULED");
}

TEST(EngineActivity, RetryStates) {
  struct Case {
    const char* what;
    bool non_retryable;
    int maximum_attempts;
    enums::RetryState expected;
  };
  for (const Case& test : {Case{"flag", true, 0, enums::RETRY_STATE_NON_RETRYABLE_FAILURE},
                           Case{"attempts", false, 1, enums::RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED}}) {
    Harness h;
    begin_with_activity(
        h, [&](auto& attributes) { attributes.mutable_retry_policy()->set_maximum_attempts(test.maximum_attempts); });
    EXPECT_EQ(h.fail_activity(failed(h.activity().task_token(), test.non_retryable))->code(), 0);
    const auto events = h.events_of("w");
    EXPECT_EQ(
        last_of(events, enums::EVENT_TYPE_ACTIVITY_TASK_FAILED).activity_task_failed_event_attributes().retry_state(),
        test.expected)
        << test.what;
  }
}

TEST(EngineActivity, NextRetryDelayReplacesTheInterval) {
  Harness h;
  begin_with_activity(h, [](auto&) {});
  auto failure = failed(h.activity().task_token());
  set_duration(failure.mutable_failure()->mutable_application_failure_info()->mutable_next_retry_delay(), 700h);
  EXPECT_EQ(h.fail_activity(failure)->code(), 0);
  h.activity();
  EXPECT_EQ(h.virtual_offset(), 700h);
}

TEST(EngineActivity, ScheduleToStartTimesOutInWallTimeBecauseAWaitingActivityHoldsTime) {
  Harness h;
  begin_with_activity(h, [](auto& attributes) { set_duration(attributes.mutable_schedule_to_start_timeout(), 30s); });
  h.tick();
  EXPECT_EQ(h.virtual_offset(), 0s);
  EXPECT_NE(h.server.describe_time().find("activity 'a' (attempt 1) waits for a worker on task queue 'queue'"),
            std::string::npos)
      << h.server.describe_time();
  h.pass_wall(30s);
  const auto events = h.events_of("w");
  EXPECT_EQ(timed_out(events).failure().timeout_failure_info().timeout_type(), enums::TIMEOUT_TYPE_SCHEDULE_TO_START);
  EXPECT_EQ(timed_out(events).retry_state(), enums::RETRY_STATE_TIMEOUT);
  EXPECT_EQ(timed_out(events).started_event_id(), 0);
}

TEST(EngineActivity, StartToCloseIsRetriedThenFinal) {
  Harness h;
  begin_with_activity(h, [](auto& attributes) { attributes.mutable_retry_policy()->set_maximum_attempts(2); });
  h.activity();
  h.pass_wall(10s);
  EXPECT_EQ(h.activity().attempt(), 2);
  h.pass_wall(10s);
  const auto events = h.events_of("w");
  EXPECT_EQ(timed_out(events).failure().timeout_failure_info().timeout_type(), enums::TIMEOUT_TYPE_START_TO_CLOSE);
  EXPECT_EQ(timed_out(events).failure().cause().message(), "activity StartToClose timeout");
  EXPECT_EQ(timed_out(events).retry_state(), enums::RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED);
}

TEST(EngineActivity, ScheduleToCloseSpansTheRetries) {
  Harness h;
  begin_with_activity(h, [](auto& attributes) { set_duration(attributes.mutable_schedule_to_close_timeout(), 1h); });
  auto failure = failed(h.activity().task_token());
  set_duration(failure.mutable_failure()->mutable_application_failure_info()->mutable_next_retry_delay(), 59min);
  EXPECT_EQ(h.fail_activity(failure)->code(), 0);
  h.activity();
  h.pass_wall(61s);  // start-to-close, and then no time is left for a third attempt
  const auto events = h.events_of("w");
  EXPECT_EQ(timed_out(events).failure().timeout_failure_info().timeout_type(), enums::TIMEOUT_TYPE_SCHEDULE_TO_CLOSE);
  EXPECT_EQ(timed_out(events).retry_state(), enums::RETRY_STATE_TIMEOUT);
}

TEST(EngineActivity, HeartbeatsPushTheTimeoutAndTheirDetailsSurvive) {
  Harness h;
  begin_with_activity(h, [](auto& attributes) {
    set_duration(attributes.mutable_start_to_close_timeout(), 100s);
    set_duration(attributes.mutable_heartbeat_timeout(), 5s);
  });
  const auto first = h.activity();
  svc::RecordActivityTaskHeartbeatRequest beat;
  beat.set_task_token(first.task_token());
  beat.mutable_details()->add_payloads()->set_data("half");
  h.pass_wall(4s);
  EXPECT_EQ(h.heartbeat(beat)->code(), 0);
  h.pass_wall(4s);
  EXPECT_EQ(h.heartbeat(beat)->code(), 0);
  EXPECT_FALSE(h.heartbeat(beat)->response.cancel_requested());
  h.pass_wall(5s);
  EXPECT_EQ(h.heartbeat(beat)->code(), errors::kNotFound) << "timed out";
  const auto second = h.activity();
  EXPECT_EQ(second.attempt(), 2);
  EXPECT_EQ(second.heartbeat_details().payloads(0).data(), "half");
}

TEST(EngineActivity, CancelBeforeStartEndsItAtOnce) {
  Harness h;
  h.begin("w");
  EXPECT_EQ(h.complete(h.task().task_token(), {schedule_activity("a"), request_cancel_activity(5)})->code(), 0);
  EXPECT_EQ(h.event_names("w"),
            "STARTED TASK_SCHEDULED TASK_STARTED TASK_COMPLETED ACTIVITY_TASK_SCHEDULED ACTIVITY_TASK_CANCEL_REQUESTED "
            "ACTIVITY_TASK_CANCELED TASK_SCHEDULED");
  EXPECT_FALSE(h.poll_for_activity()->is_answered);
}

TEST(EngineActivity, ARunningActivityLearnsOfItsCancellationByHeartbeat) {
  Harness h;
  begin_with_activity(h, [](auto&) {});
  const auto task = h.activity();
  svc::RespondActivityTaskCanceledRequest canceled;
  canceled.set_task_token(task.task_token());
  EXPECT_EQ(h.cancel_activity(canceled)->code(), errors::kInvalidArgument) << "nobody asked for it";
  h.signal("w", "s");
  EXPECT_EQ(h.complete(h.task().task_token(), {request_cancel_activity(5)})->code(), 0);
  svc::RecordActivityTaskHeartbeatRequest beat;
  beat.set_task_token(task.task_token());
  EXPECT_TRUE(h.heartbeat(beat)->response.cancel_requested());
  EXPECT_EQ(h.cancel_activity(canceled)->code(), 0);
  const auto events = h.events_of("w");
  EXPECT_EQ(last_of(events, enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED)
                .activity_task_canceled_event_attributes()
                .latest_cancel_requested_event_id(),
            10);
}

TEST(EngineActivity, AnActivityOfAClosedRunHoldsNothing) {
  Harness h;
  begin_with_activity(h, [](auto&) {});
  const auto task = h.activity();
  svc::TerminateWorkflowExecutionRequest request;
  request.mutable_workflow_execution()->set_workflow_id("w");
  h.terminate(request);
  auto sleep = h.sleep("Sleep", 48h);
  h.tick();
  EXPECT_EQ(sleep->code(), 0);
  svc::RespondActivityTaskCompletedRequest done;
  done.set_task_token(task.task_token());
  EXPECT_EQ(h.complete_activity(done)->code(), errors::kNotFound);
}

}  // namespace
}  // namespace temporalio::timeskip::test
