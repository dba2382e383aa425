// Queries and time; polls whose callers have gone.
#include <string>

#include "tests/unit/engine/harness.h"

namespace temporalio::timeskip::test {
namespace {

svc::QueryWorkflowRequest query_of(const std::string& id) {
  svc::QueryWorkflowRequest request;
  request.mutable_execution()->set_workflow_id(id);
  request.mutable_query()->set_query_type("q");
  return request;
}

TEST(EngineQuery, HoldsTimeOnlyWhileAWorkerHasIt) {
  Harness h;
  h.begin("w");
  h.complete(h.task().task_token(), {});
  auto abandoned = h.query(query_of("w"));
  auto sleep = h.sleep("Sleep", 1h);
  h.tick();
  EXPECT_EQ(sleep->code(), 0) << "nobody polls for the query";
  EXPECT_EQ(abandoned->code(), -1);

  const auto taken = h.task();
  ASSERT_TRUE(taken.has_query());
  auto second = h.sleep("Sleep", 1h);
  h.tick();
  EXPECT_EQ(second->code(), -1) << "a worker answers it";
  EXPECT_NE(h.server.describe_time().find("1 unanswered queries"), std::string::npos) << h.server.describe_time();
  svc::RespondQueryTaskCompletedRequest answer;
  answer.set_task_token(taken.task_token());
  answer.set_completed_type(enums::QUERY_RESULT_TYPE_ANSWERED);
  EXPECT_EQ(h.answer_query(answer)->code(), 0);
  EXPECT_EQ(abandoned->code(), 0);
  h.tick();
  EXPECT_EQ(second->code(), 0);
}

TEST(EngineQuery, DuringADelayedStartTimeGoesOnToIt) {
  Harness h;
  h.start_with("w", [](auto& request) { set_duration(request.mutable_workflow_start_delay(), 24h); });
  auto query = h.query(query_of("w"));
  const auto task = h.task();
  EXPECT_EQ(h.virtual_offset(), 24h);
  EXPECT_EQ(task.queries_size(), 1);
}

TEST(EnginePoll, ATaskIsNotGivenToACallerThatHasGone) {
  Harness h;
  svc::PollWorkflowTaskQueueRequest request;
  request.set_namespace_("default");
  request.mutable_task_queue()->set_name("queue");
  svc::PollWorkflowTaskQueueResponse response;
  bool is_gone = false;
  std::optional<RpcStatus> answered;
  CallContext context{h.wall, std::nullopt, [&] { return is_gone; }};
  const auto id = h.server.call("/temporal.api.workflowservice.v1.WorkflowService/PollWorkflowTaskQueue", request,
                                response, context, [&](RpcStatus status) { answered = std::move(status); });
  is_gone = true;
  auto other = h.poll_task();
  h.begin("w");
  ASSERT_TRUE(answered.has_value());
  EXPECT_EQ(answered->code, errors::kCancelled);
  EXPECT_TRUE(other->is_answered);
  EXPECT_NE(other->response.task_token(), "");
  h.server.cancel(id);  // the transport's word for it comes late, and harms nothing
}

}  // namespace
}  // namespace temporalio::timeskip::test
