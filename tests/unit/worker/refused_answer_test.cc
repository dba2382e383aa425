// What becomes of task, run and log for each way in which the service refuses a worker's answer.
#include "sdk/src/worker/refused_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <optional>
#include <string>

#include "sdk/src/client/connection.h"
#include "sdk/src/rpc/retry_service.h"
#include "temporal/api/history/v1/message.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "temporalio/testing.h"
#include "temporalio/worker.h"
#include "temporalio/workflow.h"
#include "tests/unit/worker/faulty_service.h"

namespace temporalio {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

int answer() { return 7; }
int fails() { throw ApplicationError("activity failed", {.type = "MyError", .non_retryable = true}); }

class Asking {
 public:
  static void define(workflow::Definer<Asking> d) {
    d.run<&Asking::run>();
    d.query<&Asking::value>();
  }
  workflow::Task<int> run(std::string what) {
    if (what == "throws") throw std::runtime_error("the code failed");
    const RetryPolicy twice{.maximum_attempts = 2};
    if (what == "fails") {
      co_return co_await workflow::execute_activity<&fails>({.start_to_close_timeout = 1s, .retry_policy = twice});
    }
    co_return co_await workflow::execute_activity<&answer>({.start_to_close_timeout = 1s, .retry_policy = twice});
  }
  int value() const { return 3; }
};

constexpr int kInvalidArgument = 3;
constexpr int kNotFound = 5;
constexpr int kPermissionDenied = 7;
constexpr int kResourceExhausted = 8;
constexpr int kUnavailable = 14;

rpc::Status too_large() {
  rpc::Status status{kResourceExhausted, "grpc: received message larger than max (5000000 vs. 4194304)", ""};
  status.refusal = rpc::Refusal::message_too_large;
  return status;
}

// An environment whose service refuses what it is told to, as often as it is told to.
class RefusedAnswers : public ::testing::Test {
 protected:
  RefusedAnswers() {
    const client::ConnectionOptions& own = env_.client().connection()->options();
    faulty_ = std::make_shared<rpc::FaultyService>(own.service, own.loop);
    client::ConnectionOptions options = own;
    options.service = rpc::make_retry_service(faulty_, own.loop, {.initial_interval = 1ms, .max_attempts = 3}, 3);
    worker_client_.emplace(std::make_shared<client::Connection>(std::move(options)));
    set_log_sink([this](LogLevel level, std::string_view text) {
      const std::lock_guard lock(mutex_);
      if (level >= LogLevel::warning) log_ += std::string(text) + "\n";
    });
    worker_.emplace(*worker_client_, worker::WorkerOptions{.task_queue = "q"});
    worker_->add_workflow<Asking>().add_activity<&answer>().add_activity<&fails>();
  }
  ~RefusedAnswers() override {
    worker_.reset();
    set_log_sink({});
  }

  void refuse(std::string method, const rpc::Status& status, int times = 1) {
    env_.client().connection()->loop().exclusively([&] {
      faulty_->refuse = [method, status, times](std::string_view called, const google::protobuf::Message&) mutable {
        if (called != method || times == 0) return std::optional<rpc::Status>();
        --times;
        return std::optional(status);
      };
    });
  }
  client::WorkflowHandle<int> start(const std::string& what, Duration task_timeout = 20ms) {
    const client::StartWorkflowOptions options{.id = what, .task_queue = "q", .task_timeout = task_timeout};
    return env_.client().start_workflow<&Asking::run>(what, options);
  }
  // The causes and messages of the run's failed tasks.
  static std::string failed_tasks(const client::UntypedWorkflowHandle& handle) {
    std::string text;
    const WorkflowHistory history = handle.fetch_history();
    for (const auto& event : history.events().events()) {
      if (event.has_workflow_task_timed_out_event_attributes()) text += "timed out; ";
      if (!event.has_workflow_task_failed_event_attributes()) continue;
      const auto& attributes = event.workflow_task_failed_event_attributes();
      text += temporal::api::enums::v1::WorkflowTaskFailedCause_Name(attributes.cause()) + ": " +
              attributes.failure().message() + "; ";
    }
    return text;
  }
  std::string log() {
    const std::lock_guard lock(mutex_);
    return log_;
  }

  testing::WorkflowEnvironment env_ = testing::WorkflowEnvironment::start_time_skipping({.fail_fast = false});
  std::shared_ptr<rpc::FaultyService> faulty_;
  std::optional<client::Client> worker_client_;
  std::optional<worker::Worker> worker_;
  std::mutex mutex_;
  std::string log_;
};

TEST_F(RefusedAnswers, CompletionInvalidArgumentFailsTheTaskAndTheRunGoesOn) {
  refuse("RespondWorkflowTaskCompleted", {kInvalidArgument, "BadSomething: it is bad", ""});
  const auto handle = start("c");
  EXPECT_EQ(handle.result(), 7);
  EXPECT_THAT(failed_tasks(handle), HasSubstr("WORKFLOW_WORKER_UNHANDLED_FAILURE: the completion of a task of workflow "
                                              "Asking (id c, run "));
  EXPECT_THAT(log(), HasSubstr(") was refused: BadSomething: it is bad"));
}

TEST_F(RefusedAnswers, CompletionOvertakenByEventsIsNoFailure) {
  refuse("RespondWorkflowTaskCompleted", {kInvalidArgument, "UnhandledCommand", ""});
  const auto handle = start("c");
  EXPECT_EQ(handle.result(), 7);
  EXPECT_EQ(log(), "");
}

TEST_F(RefusedAnswers, CompletionTooLargeForTheServiceEndsTheRunWithTheCause) {
  refuse("RespondWorkflowTaskCompleted", too_large());
  const auto handle = start("c");
  try {
    handle.result();
    FAIL() << "it has ended well";
  } catch (const WorkflowFailureError& error) {
    EXPECT_STREQ(error.cause()->what(), "GrpcMessageTooLarge");
  }
  EXPECT_EQ(faulty_->counts["RespondWorkflowTaskCompleted"], 1) << "it was sent again as it was";
  EXPECT_THAT(log(), HasSubstr("received message larger than max (5000000 vs. 4194304)"));
}

TEST_F(RefusedAnswers, CompletionOfATaskThatHasGoneIsSilent) {
  refuse("RespondWorkflowTaskCompleted", {kNotFound, "Workflow task not found.", ""});
  const auto handle = start("c");
  EXPECT_EQ(handle.result(), 7);
  EXPECT_THAT(failed_tasks(handle), HasSubstr("timed out"));
  EXPECT_EQ(log(), "");
}

TEST_F(RefusedAnswers, CompletionThatIsNotPermittedIsAnError) {
  refuse("RespondWorkflowTaskCompleted", {kPermissionDenied, "no write access", ""});
  const auto handle = start("c");
  EXPECT_EQ(handle.result(), 7);
  EXPECT_THAT(failed_tasks(handle), HasSubstr("timed out"));
  EXPECT_THAT(log(), HasSubstr("was refused: no write access (the service does not permit it; the task will time out "
                               "and be given out again)"));
}

TEST_F(RefusedAnswers, CompletionThatIsNotDeliveredTimesOut) {
  refuse("RespondWorkflowTaskCompleted", {kUnavailable, "gone", ""}, 3);
  const auto handle = start("c");
  EXPECT_EQ(handle.result(), 7);
  EXPECT_THAT(failed_tasks(handle), HasSubstr("timed out"));
  EXPECT_THAT(log(), HasSubstr("was refused: gone (the task will time out and be given out again)"));
}

TEST_F(RefusedAnswers, FailureThatIsRefusedIsReportedWithoutWhatIsWrong) {
  refuse("RespondWorkflowTaskFailed", {kInvalidArgument, "bad failure", ""});
  const auto handle = start("throws");
  for (int i = 0; i < 1000 && failed_tasks(handle).empty(); ++i) env_.sleep(1ms);
  EXPECT_THAT(failed_tasks(handle), HasSubstr("the code failed (the rest of the failure is left out: the failure of a "
                                              "task of workflow Asking"));
  EXPECT_THAT(log(), HasSubstr("was refused: bad failure"));
}

TEST_F(RefusedAnswers, FailureThatIsNotDeliveredTimesOut) {
  for (const int code : {kNotFound, kPermissionDenied, kUnavailable}) {
    refuse("RespondWorkflowTaskFailed", {code, "refused", ""}, 3);
    const auto handle = start("throws");
    for (int i = 0; i < 1000 && failed_tasks(handle).empty(); ++i) env_.sleep(1ms);
    EXPECT_THAT(failed_tasks(handle), HasSubstr("timed out")) << code;
    handle.terminate();
  }
}

TEST_F(RefusedAnswers, ResultThatIsRefusedFailsTheAttempt) {
  for (const rpc::Status& status : {rpc::Status{kInvalidArgument, "bad result", ""}, too_large()}) {
    refuse("RespondActivityTaskCompleted", status);
    const auto handle = start("c");
    EXPECT_EQ(handle.result(), 7);  // the second attempt
    EXPECT_THAT(handle.fetch_history().to_json(), HasSubstr("the result of activity answer (id 1, attempt 1, of "
                                                            "workflow c) was refused: " +
                                                            status.message));
  }
  EXPECT_THAT(log(), HasSubstr("was refused: bad result"));
}

TEST_F(RefusedAnswers, ResultThatIsNotDeliveredLetsTheAttemptTimeOut) {
  for (const int code : {kNotFound, kPermissionDenied, kUnavailable}) {
    refuse("RespondActivityTaskCompleted", {code, "refused", ""}, code == kUnavailable ? 3 : 1);
    const auto handle = start("c");
    EXPECT_EQ(handle.result(), 7);
    EXPECT_THAT(handle.fetch_history().to_json(), HasSubstr("TIMEOUT_TYPE_START_TO_CLOSE")) << code;
  }
  EXPECT_THAT(log(), HasSubstr("was refused: refused (the service does not permit it"));
}

TEST_F(RefusedAnswers, ActivityFailureThatIsRefusedIsReportedWithoutWhatIsWrong) {
  refuse("RespondActivityTaskFailed", {kInvalidArgument, "bad failure", ""});
  const auto handle = start("fails");
  EXPECT_THROW(handle.result(), WorkflowFailureError);
  EXPECT_THAT(handle.fetch_history().to_json(),
              HasSubstr("activity failed (the rest of the failure is left out: the failure of activity fails (id 1"));
}

TEST_F(RefusedAnswers, AnswerToAQueryThatIsRefusedFailsTheQuery) {
  const auto handle = start("c");
  EXPECT_EQ(handle.result(), 7);
  EXPECT_EQ(handle.query<&Asking::value>(), 3);
  refuse("RespondQueryTaskCompleted", too_large());
  try {
    handle.query<&Asking::value>();
    FAIL() << "it was answered";
  } catch (const WorkflowQueryFailedError& error) {
    EXPECT_THAT(error.what(), HasSubstr("the answer to a query of workflow Asking (id c, run "));
  }
  for (const int code : {kNotFound, kPermissionDenied, kUnavailable}) {
    refuse("RespondQueryTaskCompleted", {code, "refused", ""}, 3);
    EXPECT_THROW(handle.query<&Asking::value>(client::QueryOptions{.rpc_timeout = 50ms}), RPCError) << code;
  }
  EXPECT_THAT(log(), Not(HasSubstr("refused: refused\n")));  // of NOT_FOUND: who asked has given up
}

}  // namespace
}  // namespace temporalio
