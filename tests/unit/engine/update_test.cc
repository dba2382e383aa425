// Updates where recordings do not reach: limits, waiting on the wall clock, and skipped time.
#include "timeskip/src/engine/run/update.h"

#include <memory>
#include <string>
#include <vector>

#include "tests/unit/engine/harness.h"
#include "timeskip/src/engine/core/limits.h"

namespace temporalio::timeskip::test {
namespace {

constexpr auto kCompletedStage = enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED;

auto update(Harness& h, const std::string& id, std::size_t bytes = 1) {
  svc::UpdateWorkflowExecutionRequest request;
  request.set_namespace_("default");
  request.mutable_workflow_execution()->set_workflow_id("w");
  request.mutable_wait_policy()->set_lifecycle_stage(kCompletedStage);
  request.mutable_request()->mutable_meta()->set_update_id(id);
  request.mutable_request()->mutable_input()->set_name("up");
  request.mutable_request()->mutable_input()->mutable_args()->add_payloads()->set_data(std::string(bytes, 'x'));
  return h.send<svc::UpdateWorkflowExecutionResponse>(
      "/temporal.api.workflowservice.v1.WorkflowService/UpdateWorkflowExecution", std::move(request));
}

template <class Body>
void add_message(svc::RespondWorkflowTaskCompletedRequest& request, const std::string& update_id, const Body& body) {
  auto& message = *request.add_messages();
  message.set_id(body.GetTypeName() + update_id);
  message.set_protocol_instance_id(update_id);
  message.mutable_body()->PackFrom(body);
}

void accept(svc::RespondWorkflowTaskCompletedRequest& request, const std::string& id) {
  updatepb::Acceptance acceptance;
  acceptance.set_accepted_request_message_id(id + "/request");
  acceptance.set_accepted_request_sequencing_event_id(1);
  add_message(request, id, acceptance);
}

void complete(svc::RespondWorkflowTaskCompletedRequest& request, const std::string& id) {
  updatepb::Response response;
  response.mutable_meta()->set_update_id(id);
  response.mutable_outcome()->mutable_success();
  add_message(request, id, response);
}

svc::RespondWorkflowTaskCompletedRequest answer_to(const svc::PollWorkflowTaskQueueResponse& task) {
  svc::RespondWorkflowTaskCompletedRequest request;
  request.set_task_token(task.task_token());
  return request;
}

void begin_idle(Harness& h) {
  h.begin("w");
  EXPECT_EQ(h.complete(h.task().task_token(), {})->code(), errors::kOk);
}

TEST(EngineUpdate, NoMoreThanTenAreInFlight) {
  Harness h;
  begin_idle(h);
  for (std::size_t i = 0; i < kMaxInFlightUpdates; ++i) {
    EXPECT_FALSE(update(h, "u" + std::to_string(i))->is_answered);
  }
  EXPECT_EQ(update(h, "more")->code(), errors::kResourceExhausted);
  EXPECT_FALSE(update(h, "u0")->is_answered) << "one that is known counts once";
  const auto task = h.task();
  EXPECT_EQ(task.messages_size(), static_cast<int>(kMaxInFlightUpdates));
  EXPECT_EQ(task.messages(0).protocol_instance_id(), "u0") << "in the order in which they came";
}

TEST(EngineUpdate, AClientThatWaitsIsToldAfterTwentySecondsHowFarItIs) {
  Harness h(true);
  begin_idle(h);
  const auto sent = update(h, "u");
  h.pass_wall(21s);
  ASSERT_TRUE(sent->is_answered);
  EXPECT_EQ(sent->code(), errors::kOk);
  EXPECT_EQ(sent->response.stage(), enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED);
  EXPECT_FALSE(sent->response.has_outcome());
}

TEST(EngineUpdate, TimeSkipsWhileAClientWaitsForAnUpdateThatSleeps) {
  Harness h;
  begin_idle(h);
  const auto sent = update(h, "u");
  auto request = answer_to(h.task());
  accept(request, "u");
  *request.add_commands() = start_timer("t", std::chrono::hours(24 * 30));
  EXPECT_EQ(h.respond(request)->code(), errors::kOk);
  auto done = answer_to(h.task());  // time has skipped to the timer
  EXPECT_GE(h.virtual_offset(), Duration(std::chrono::hours(24 * 30)));
  complete(done, "u");
  EXPECT_EQ(h.respond(done)->code(), errors::kOk);
  ASSERT_TRUE(sent->is_answered);
  EXPECT_EQ(sent->response.stage(), kCompletedStage);
  EXPECT_TRUE(sent->response.outcome().has_success());
}

TEST(EngineUpdate, ASpeculativeTaskThatNoWorkerTakesBecomesAnOrdinaryOne) {
  Harness h;
  begin_idle(h);
  const auto sent = update(h, "u");
  EXPECT_EQ(h.events_of("w").events(h.events_of("w").events_size() - 1).event_type(),
            enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED)
      << "shown to readers";
  h.pass_wall(6s);
  EXPECT_EQ(h.event_names("w"),
            "STARTED TASK_SCHEDULED TASK_STARTED TASK_COMPLETED TASK_SCHEDULED TASK_TIMED_OUT TASK_SCHEDULED");
  auto request = answer_to(h.task());
  accept(request, "u");
  complete(request, "u");
  EXPECT_EQ(h.respond(request)->code(), errors::kOk);
  EXPECT_TRUE(sent->is_answered);
}

TEST(EngineUpdate, ACallerWhoGivesUpDoesNotTakeTheUpdateAlong) {
  Harness h;
  begin_idle(h);
  const auto sent = update(h, "u");
  h.server.cancel(sent->id);
  EXPECT_EQ(sent->code(), errors::kCancelled);
  const auto task = h.task();
  ASSERT_EQ(task.messages_size(), 1);
  auto request = answer_to(task);
  accept(request, "u");
  complete(request, "u");
  EXPECT_EQ(h.respond(request)->code(), errors::kOk);
  EXPECT_TRUE(update(h, "u")->response.outcome().has_success());
}

TEST(EngineUpdate, UpdateWithStartOfARunningWorkflowMayBeAConflict) {
  Harness h;
  begin_idle(h);
  svc::ExecuteMultiOperationRequest request;
  request.set_namespace_("default");
  auto& start = *request.add_operations()->mutable_start_workflow();
  start.set_workflow_id("w");
  start.mutable_workflow_type()->set_name("Workflow");
  start.mutable_task_queue()->set_name("queue");
  start.set_workflow_id_conflict_policy(enums::WORKFLOW_ID_CONFLICT_POLICY_FAIL);
  auto& update = *request.add_operations()->mutable_update_workflow();
  update.mutable_workflow_execution()->set_workflow_id("w");
  update.mutable_request()->mutable_meta()->set_update_id("u");
  update.mutable_request()->mutable_input()->set_name("up");
  const auto sent = h.call<svc::ExecuteMultiOperationResponse>(
      "/temporal.api.workflowservice.v1.WorkflowService/ExecuteMultiOperation", request);
  EXPECT_EQ(sent->code(), errors::kAlreadyExists);
  EXPECT_EQ(sent->response.responses_size(), 0);
  EXPECT_NE(sent->status.details.find("MultiOperationExecutionAborted"), std::string::npos);
  EXPECT_NE(sent->status.details.find("WorkflowExecutionAlreadyStartedFailure"), std::string::npos);
}

TEST(EngineUpdate, AMessageMayNotAnswerTwice) {
  Harness h;
  begin_idle(h);
  const auto sent = update(h, "u");
  auto request = answer_to(h.task());
  accept(request, "u");
  accept(request, "u");
  request.mutable_messages(1)->set_id("second");
  EXPECT_EQ(h.respond(request)->code(), errors::kInvalidArgument);
  EXPECT_EQ(sent->code(), errors::kFailedPrecondition);
}

}  // namespace
}  // namespace temporalio::timeskip::test
