// Reading a history in pages.
#include <string>

#include "tests/unit/engine/harness.h"
#include "timeskip/src/engine/core/token.h"

namespace temporalio::timeskip::test {
namespace {

svc::GetWorkflowExecutionHistoryRequest page_request(int page_size, const std::string& token) {
  svc::GetWorkflowExecutionHistoryRequest request;
  request.mutable_execution()->set_workflow_id("w");
  request.set_maximum_page_size(page_size);
  request.set_next_page_token(token);
  return request;
}

TEST(EngineHistory, APageTokenThatNamesNoEventIsRefused) {
  Harness h;
  h.begin("w");
  h.task();
  const std::string text = h.history(page_request(1, {}))->response.next_page_token();
  auto token = Token::decode(text, Token::Kind::kHistoryPage);
  ASSERT_TRUE(token.has_value());
  for (const std::int64_t id : {std::int64_t{0}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::min()}) {
    token->event_id = id;
    EXPECT_EQ(h.history(page_request(1, token->encode()))->code(), errors::kInvalidArgument);
  }
  token->event_id = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(h.history(page_request(1, token->encode()))->response.history().events_size(), 0);
  token->event_id = 3;
  EXPECT_EQ(h.history(page_request(1, token->encode()))->response.history().events_size(), 1);
}

// The worker of a second attempt gets a history that ends with the start of its task, wherever the pages end.
TEST(EngineHistory, TheLastPageHasTheEventsOfTheTransientTask) {
  for (int signals = 0; signals < 10; ++signals) {
    Harness h;
    h.begin("w");
    for (int i = 0; i < signals; ++i) h.signal("w", "s");
    svc::RespondWorkflowTaskFailedRequest failed;
    failed.set_task_token(h.task().task_token());
    h.respond_failed(failed);
    const auto task = h.task();
    ASSERT_EQ(task.attempt(), 2);
    std::string token;
    std::int64_t last = 0;
    do {
      const auto page = h.history(page_request(3, token))->response;
      for (const auto& event : page.history().events()) EXPECT_EQ(event.event_id(), ++last);
      token = page.next_page_token();
    } while (!token.empty());
    EXPECT_EQ(last, task.started_event_id()) << signals;
  }
}

TEST(EngineHistory, AReaderThatWaitsForNewsGetsTransientEventsOnce) {
  Harness h;
  h.begin("w");
  svc::RespondWorkflowTaskFailedRequest failed;
  failed.set_task_token(h.task().task_token());
  h.respond_failed(failed);
  auto request = page_request(0, {});
  request.set_wait_new_event(true);
  const auto first = h.history(request)->response;
  EXPECT_EQ(first.history().events_size(), 5);
  request.set_next_page_token(first.next_page_token());
  const auto second = h.history(request);
  EXPECT_EQ(second->code(), -1);
  h.pass_wall(21s);
  EXPECT_EQ(second->response.history().events_size(), 0);
}

// Who waits for the close event: official SDKs follow continue-as-new only.
TEST(EngineHistory, TheCloseEventOfARunWithASuccessorLooksAsIfContinued) {
  Harness h;
  const auto close_event = [&](const std::string& id, const std::string& run_id) {
    svc::GetWorkflowExecutionHistoryRequest request;
    request.mutable_execution()->set_workflow_id(id);
    request.mutable_execution()->set_run_id(run_id);
    request.set_history_event_filter_type(enums::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
    return h.history(std::move(request))->response.history().events(0);
  };
  const auto fail_run = [&](const std::string& id, bool retries) {
    const auto started = h.start_with(id, [&](auto& request) {
      if (retries) set_duration(request.mutable_retry_policy()->mutable_initial_interval(), 1h);
    });
    commandpb::Command command;
    command.set_command_type(enums::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION);
    auto& failure = *command.mutable_fail_workflow_execution_command_attributes()->mutable_failure();
    failure.set_message("boom");
    failure.mutable_application_failure_info();
    EXPECT_EQ(h.complete(h.task().task_token(), {command})->code(), 0);
    return started->response.run_id();
  };
  const auto final_failure = close_event("once", fail_run("once", false));
  EXPECT_EQ(final_failure.event_type(), enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED);
  EXPECT_EQ(final_failure.workflow_execution_failed_event_attributes().failure().message(), "boom");
  const auto retried = close_event("again", fail_run("again", true));
  EXPECT_EQ(retried.event_type(), enums::EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW);
  const auto& attributes = retried.workflow_execution_continued_as_new_event_attributes();
  EXPECT_EQ(attributes.failure().message(), "boom");
  EXPECT_FALSE(attributes.new_execution_run_id().empty());
}

}  // namespace
}  // namespace temporalio::timeskip::test
