// Random clients and workers: whatever they do, histories stay well formed, every call is answered once, and once all
// runs are closed nothing holds time and no timer is left.
#include <random>
#include <string>
#include <vector>

#include "tests/unit/engine/harness.h"

namespace temporalio::timeskip::test {
namespace {

using WorkflowPoll = Sent<svc::PollWorkflowTaskQueueRequest, svc::PollWorkflowTaskQueueResponse>;
using ActivityPoll = Sent<svc::PollActivityTaskQueueRequest, svc::PollActivityTaskQueueResponse>;

class RandomWorld {
 public:
  explicit RandomWorld(std::uint32_t seed) : random_(seed), h_(random_() % 2 == 0, seed) {}

  void step() {
    switch (pick(14)) {
      case 0:
        h_.start_with(workflow_id(), [this](auto& request) { shape_start(request); });
        break;
      case 1:
        h_.signal(workflow_id(), "s");
        break;
      case 2:
        cancel_or_terminate();
        break;
      case 3:
      case 4:
        workflow_polls_.push_back(h_.poll_task(pick(3) == 0 ? "sticky" : "queue"));
        break;
      case 5:
        activity_polls_.push_back(h_.poll_for_activity());
        break;
      case 6:
      case 7:
      case 8:
        answer_workflow_task();
        break;
      case 9:
      case 10:
        answer_activity_task();
        break;
      case 11:
        query();
        break;
      case 12:
        h_.pass_wall(std::chrono::milliseconds(pick(15000)));
        break;
      default:
        h_.test_call(pick(2) == 0 ? "LockTimeSkipping" : "UnlockTimeSkipping");
        h_.tick();
    }
  }

  void close_everything() {
    for (int i = 0; i < kWorkflows; ++i) {
      svc::TerminateWorkflowExecutionRequest request;
      request.mutable_workflow_execution()->set_workflow_id("w" + std::to_string(i));
      h_.terminate(request);
    }
    h_.pass_wall(61s);  // queries of closed runs that no worker answers end with their deadline
  }

  void check_histories() {
    for (int i = 0; i < kWorkflows; ++i) {
      const auto history = h_.events_of("w" + std::to_string(i));
      std::int64_t expected_id = 1;
      Time last = Time::min();
      for (const auto& event : history.events()) {
        ASSERT_EQ(event.event_id(), expected_id++) << history.DebugString();
        const bool is_deferred = event.event_type() == enums::EVENT_TYPE_ACTIVITY_TASK_STARTED;
        if (!is_deferred && !History::is_bufferable(event.event_type())) {
          ASSERT_GE(to_time(event.event_time()), last) << history.DebugString();
          last = to_time(event.event_time());
        }
        check_references(history, event);
      }
    }
  }

  std::string time_text() { return h_.server.describe_time(); }

 private:
  static constexpr int kWorkflows = 4;

  int pick(int count) { return static_cast<int>(random_() % static_cast<std::uint32_t>(count)); }
  std::string workflow_id() { return "w" + std::to_string(pick(kWorkflows)); }

  void shape_start(svc::StartWorkflowExecutionRequest& request) {
    if (pick(3) == 0) set_duration(request.mutable_workflow_run_timeout(), std::chrono::seconds(1 + pick(100)));
    if (pick(4) == 0) set_duration(request.mutable_workflow_start_delay(), std::chrono::seconds(1 + pick(100)));
    if (pick(4) == 0) request.mutable_retry_policy()->set_maximum_attempts(3);
    if (pick(3) == 0) request.set_workflow_id_conflict_policy(enums::WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING);
    if (pick(4) == 0) request.set_request_eager_execution(true);
  }

  void cancel_or_terminate() {
    if (pick(3) != 0) {
      svc::RequestCancelWorkflowExecutionRequest request;
      request.mutable_workflow_execution()->set_workflow_id(workflow_id());
      h_.request_cancel(request);
    } else {
      svc::TerminateWorkflowExecutionRequest request;
      request.mutable_workflow_execution()->set_workflow_id(workflow_id());
      h_.terminate(request);
    }
  }

  void query() {
    svc::QueryWorkflowRequest request;
    request.set_namespace_("default");
    request.mutable_execution()->set_workflow_id(workflow_id());
    request.mutable_query()->set_query_type("q");
    auto sent = h_.send<svc::QueryWorkflowResponse>("/temporal.api.workflowservice.v1.WorkflowService/QueryWorkflow",
                                                    request, Duration(20s));
    if (pick(4) == 0) h_.server.cancel(sent->id);
  }

  commandpb::Command random_command() {
    const std::string id = std::to_string(pick(3));
    switch (pick(11)) {
      case 8: {
        commandpb::Command command = start_child(workflow_id());
        auto& attributes = *command.mutable_start_child_workflow_execution_command_attributes();
        attributes.set_parent_close_policy(static_cast<enums::ParentClosePolicy>(pick(4)));
        attributes.set_workflow_id_reuse_policy(static_cast<enums::WorkflowIdReusePolicy>(pick(5)));
        if (pick(3) == 0) set_duration(attributes.mutable_workflow_run_timeout(), std::chrono::seconds(1 + pick(50)));
        return command;
      }
      case 9: {
        commandpb::Command command = signal_external(workflow_id());
        command.mutable_signal_external_workflow_execution_command_attributes()->set_child_workflow_only(pick(2) == 0);
        return command;
      }
      case 10: {
        commandpb::Command command = cancel_external(workflow_id());
        command.mutable_request_cancel_external_workflow_execution_command_attributes()->set_child_workflow_only(
            pick(2) == 0);
        return command;
      }
      case 0:
        return start_timer(id, std::chrono::milliseconds(pick(100000)));
      case 1:
        return cancel_timer(id);
      case 2:
      case 3: {
        commandpb::Command command = schedule_activity(id, std::chrono::seconds(pick(20)));
        auto& attributes = *command.mutable_schedule_activity_task_command_attributes();
        if (pick(2) == 0)
          set_duration(attributes.mutable_schedule_to_close_timeout(), std::chrono::seconds(1 + pick(60)));
        if (pick(3) == 0) set_duration(attributes.mutable_heartbeat_timeout(), std::chrono::seconds(1 + pick(5)));
        if (pick(3) == 0) attributes.mutable_retry_policy()->set_maximum_attempts(2);
        attributes.set_request_eager_execution(pick(4) == 0);
        return command;
      }
      case 4:
        return request_cancel_activity(1 + pick(12));
      case 5: {
        commandpb::Command command;
        command.set_command_type(enums::COMMAND_TYPE_RECORD_MARKER);
        command.mutable_record_marker_command_attributes()->set_marker_name("m");
        return command;
      }
      case 6: {
        commandpb::Command command;
        command.set_command_type(static_cast<enums::CommandType>(pick(20)));
        return command;
      }
      default:
        return complete_workflow();
    }
  }

  commandpb::Command random_close() {
    commandpb::Command command;
    if (pick(2) == 0) {
      command.set_command_type(enums::COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION);
      command.mutable_continue_as_new_workflow_execution_command_attributes();
    } else {
      command.set_command_type(enums::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION);
      command.mutable_fail_workflow_execution_command_attributes()->mutable_failure()->set_message("failed");
    }
    return command;
  }

  void answer_workflow_task() {
    if (workflow_polls_.empty()) return;
    const std::size_t at = static_cast<std::size_t>(pick(static_cast<int>(workflow_polls_.size())));
    auto poll = workflow_polls_[at];
    if (!poll->is_answered) {
      if (pick(5) == 0) h_.server.cancel(poll->id);
      return;
    }
    if (pick(4) != 0) workflow_polls_.erase(workflow_polls_.begin() + static_cast<std::ptrdiff_t>(at));
    if (poll->response.has_query()) {
      svc::RespondQueryTaskCompletedRequest answer;
      answer.set_task_token(poll->response.task_token());
      answer.set_completed_type(pick(2) == 0 ? enums::QUERY_RESULT_TYPE_ANSWERED : enums::QUERY_RESULT_TYPE_FAILED);
      h_.answer_query(answer);
      return;
    }
    if (pick(6) == 0) {
      svc::RespondWorkflowTaskFailedRequest request;
      request.set_task_token(poll->response.task_token());
      h_.respond_failed(request);
      return;
    }
    svc::RespondWorkflowTaskCompletedRequest request;
    request.set_task_token(poll->response.task_token());
    request.set_return_new_workflow_task(pick(4) == 0);
    request.set_force_create_new_workflow_task(pick(6) == 0);
    if (pick(2) == 0) {
      request.mutable_sticky_attributes()->mutable_worker_task_queue()->set_name("sticky");
      set_duration(request.mutable_sticky_attributes()->mutable_schedule_to_start_timeout(), 5s);
    }
    for (int i = pick(4); i > 0; --i) *request.add_commands() = random_command();
    if (pick(5) == 0) *request.add_commands() = random_close();
    for (const auto& [key, query] : poll->response.queries()) {
      if (pick(3) != 0) (*request.mutable_query_results())[key].set_result_type(enums::QUERY_RESULT_TYPE_ANSWERED);
    }
    auto sent = h_.respond(request);
    EXPECT_TRUE(sent->is_answered);
    if (!sent->response.workflow_task().task_token().empty()) {
      auto inline_poll = std::make_shared<WorkflowPoll>();
      inline_poll->response = sent->response.workflow_task();
      inline_poll->is_answered = true;
      workflow_polls_.push_back(inline_poll);
    }
  }

  void answer_activity_task() {
    if (activity_polls_.empty()) return;
    const std::size_t at = static_cast<std::size_t>(pick(static_cast<int>(activity_polls_.size())));
    auto poll = activity_polls_[at];
    if (!poll->is_answered) return;
    const std::string token = poll->response.task_token();
    if (pick(3) == 0) {
      svc::RecordActivityTaskHeartbeatRequest beat;
      beat.set_task_token(token);
      beat.mutable_details()->add_payloads()->set_data("d");
      h_.heartbeat(beat);
      return;
    }
    if (pick(4) != 0) activity_polls_.erase(activity_polls_.begin() + static_cast<std::ptrdiff_t>(at));
    switch (pick(3)) {
      case 0: {
        svc::RespondActivityTaskCompletedRequest request;
        request.set_task_token(token);
        h_.complete_activity(request);
        break;
      }
      case 1: {
        svc::RespondActivityTaskFailedRequest request;
        request.set_task_token(token);
        request.mutable_failure()->mutable_application_failure_info()->set_non_retryable(pick(4) == 0);
        h_.fail_activity(request);
        break;
      }
      default: {
        svc::RespondActivityTaskCanceledRequest request;
        request.set_task_token(token);
        h_.cancel_activity(request);
      }
    }
  }

  static void check_references(const historypb::History& history, const historypb::HistoryEvent& event) {
    const auto type_of = [&history](std::int64_t id) { return history.events(static_cast<int>(id - 1)).event_type(); };
    const auto expect = [&](std::int64_t id, enums::EventType type) {
      ASSERT_GT(id, 0) << history.DebugString();
      ASSERT_LT(id, event.event_id()) << history.DebugString();
      ASSERT_EQ(type_of(id), type) << history.DebugString();
    };
    switch (event.event_type()) {
      case enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
        expect(event.workflow_task_completed_event_attributes().scheduled_event_id(),
               enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED);
        expect(event.workflow_task_completed_event_attributes().started_event_id(),
               enums::EVENT_TYPE_WORKFLOW_TASK_STARTED);
        break;
      case enums::EVENT_TYPE_TIMER_FIRED:
        expect(event.timer_fired_event_attributes().started_event_id(), enums::EVENT_TYPE_TIMER_STARTED);
        break;
      case enums::EVENT_TYPE_TIMER_CANCELED:
        expect(event.timer_canceled_event_attributes().started_event_id(), enums::EVENT_TYPE_TIMER_STARTED);
        break;
      case enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
        expect(event.activity_task_completed_event_attributes().scheduled_event_id(),
               enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED);
        expect(event.activity_task_completed_event_attributes().started_event_id(),
               enums::EVENT_TYPE_ACTIVITY_TASK_STARTED);
        break;
      case enums::EVENT_TYPE_ACTIVITY_TASK_FAILED:
        expect(event.activity_task_failed_event_attributes().started_event_id(),
               enums::EVENT_TYPE_ACTIVITY_TASK_STARTED);
        break;
      default:
        break;
    }
  }

  std::mt19937 random_;
  Harness h_;
  std::vector<std::shared_ptr<WorkflowPoll>> workflow_polls_;
  std::vector<std::shared_ptr<ActivityPoll>> activity_polls_;
};

TEST(EngineRandom, NothingBreaksTheHistoriesAndNothingHoldsTimeAfterAllIsClosed) {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomWorld world(seed);
    for (int step = 0; step < 400; ++step) world.step();
    world.check_histories();
    world.close_everything();
    world.check_histories();
    const std::string text = world.time_text();
    EXPECT_EQ(text.find("  workflow '"), std::string::npos) << text;
    EXPECT_NE(text.find("no timer is set"), std::string::npos) << text;
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace temporalio::timeskip::test
