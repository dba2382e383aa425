// Starts that meet a run of the same id, what is refused at the start, and what a description says of it.
#include <string>

#include "tests/unit/engine/harness.h"

namespace temporalio::timeskip::test {
namespace {

svc::DescribeWorkflowExecutionResponse describe(Harness& h, const std::string& id) {
  svc::DescribeWorkflowExecutionRequest request;
  request.set_namespace_("default");
  request.mutable_execution()->set_workflow_id(id);
  return h
      .call<svc::DescribeWorkflowExecutionResponse>(
          "/temporal.api.workflowservice.v1.WorkflowService/DescribeWorkflowExecution", request)
      ->response;
}

auto start_again(Harness& h, const std::string& request_id, bool attach) {
  return h.start_with("w", [&](auto& request) {
    request.set_request_id(request_id);
    if (!attach) return;
    request.set_workflow_id_conflict_policy(enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING);
    request.mutable_on_conflict_options()->set_attach_request_id(true);
  });
}

TEST(EngineStart, ARequestThatRepeatsAnAttachedIdFindsItsRun) {
  Harness h;
  const std::string run_id = start_again(h, "first", false)->response.run_id();
  EXPECT_EQ(start_again(h, "second", true)->response.run_id(), run_id);
  const std::string events = h.event_names("w");
  for (const bool is_closed : {false, true}) {
    const auto repeated = start_again(h, "second", false);
    EXPECT_EQ(repeated->code(), 0) << "whatever the policies are";
    EXPECT_EQ(repeated->response.run_id(), run_id);
    EXPECT_FALSE(repeated->response.started());
    if (!is_closed) {
      EXPECT_EQ(h.event_names("w"), events);
      EXPECT_EQ(start_again(h, "third", false)->code(), errors::kAlreadyExists);
      h.complete(h.task().task_token(), {complete_workflow()});
    }
  }
}

TEST(EngineStart, ADescriptionNamesTheEventsOfAllRequests) {
  Harness h;
  start_again(h, "first", false);
  start_again(h, "second", true);
  const auto task = h.task();
  start_again(h, "third", true);
  const auto infos = describe(h, "w").workflow_extended_info().request_id_infos();
  ASSERT_EQ(infos.size(), 3u);
  EXPECT_EQ(infos.at("first").event_id(), 1);
  EXPECT_EQ(infos.at("second").event_type(), enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED);
  EXPECT_EQ(infos.at("second").event_id(), 3);
  EXPECT_TRUE(infos.at("third").buffered());
  h.complete(task.task_token(), {});
  const auto flushed = describe(h, "w").workflow_extended_info().request_id_infos();
  EXPECT_FALSE(flushed.at("third").buffered());
  EXPECT_EQ(flushed.at("third").event_id(), 6);
}

TEST(EngineStart, TheRunExpiresNoLaterThanItsChain) {
  Harness h;
  h.start_with("w", [](auto& request) {
    set_duration(request.mutable_workflow_execution_timeout(), 100s);
    request.mutable_retry_policy()->mutable_initial_interval()->set_seconds(30);
  });
  const auto first = describe(h, "w").workflow_extended_info();
  EXPECT_EQ(first.run_expiration_time().seconds(), first.execution_expiration_time().seconds());
  commandpb::Command fail;
  fail.set_command_type(enums::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION);
  fail.mutable_fail_workflow_execution_command_attributes()->mutable_failure()->mutable_application_failure_info();
  h.complete(h.task().task_token(), {fail});
  h.tick();
  EXPECT_EQ(h.virtual_offset(), 30s);
  const auto second = describe(h, "w").workflow_extended_info();
  EXPECT_EQ(second.execution_expiration_time().seconds(), first.execution_expiration_time().seconds());
  EXPECT_EQ(second.run_expiration_time().seconds(), first.execution_expiration_time().seconds());
}

TEST(EngineStart, WhatThisServerCannotDoIsNotSilentlyLeftOut) {
  Harness h;
  EXPECT_EQ(h.start_with("w", [](auto& request) { request.add_completion_callbacks(); })->code(),
            errors::kUnimplemented);
  EXPECT_EQ(h.start_with("w", [](auto& request) { request.mutable_versioning_override(); })->code(),
            errors::kUnimplemented);
}

TEST(EngineStart, ABadStickyTimeoutIsRefusedAndTheTaskGoesOn) {
  Harness h;
  h.begin("w");
  svc::RespondWorkflowTaskCompletedRequest request;
  request.set_task_token(h.task().task_token());
  auto& sticky = *request.mutable_sticky_attributes();
  sticky.mutable_worker_task_queue()->set_name("sticky");
  sticky.mutable_schedule_to_start_timeout()->set_seconds(-5);
  EXPECT_EQ(h.respond(request)->code(), errors::kInvalidArgument);
  EXPECT_EQ(h.event_names("w"), "STARTED TASK_SCHEDULED TASK_STARTED");
  sticky.mutable_schedule_to_start_timeout()->set_seconds(5);
  EXPECT_EQ(h.respond(request)->code(), 0);
}

}  // namespace
}  // namespace temporalio::timeskip::test
