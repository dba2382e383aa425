// What workflow code may write, and what a bug in it does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "temporalio/log.h"
#include "temporalio/testing.h"
#include "temporalio/worker.h"
#include "temporalio/workflow.h"

namespace temporalio {
namespace {

using namespace std::chrono_literals;
using workflow::Task;

int sum(int a, int b, int c, int d, int e, int f, int g, int h) { return a + b + c + d + e + f + g + h; }
int refuses(int) { throw ApplicationError("refused", {.type = "CardRefused"}); }

Task<int> doubled(int value) {
  co_await workflow::sleep(1s);
  co_return value * 2;
}
Task<int> out_of_range() {
  co_await workflow::sleep(1s);
  throw std::out_of_range("a bug");
}
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wreturn-type"
Task<int> without_value() { co_await workflow::sleep(1s); }
#pragma GCC diagnostic pop
constexpr int kLineOfWithoutValue = __LINE__ - 2;

class Code {
 public:
  static void define(workflow::Definer<Code> d) { d.run<&Code::run>(); }
  Task<std::string> run(std::string what) {
    if (what == "eight arguments") {
      const int value =
          co_await workflow::execute_activity<&sum>(1, 2, 3, 4, 5, 6, 7, 8, {.start_to_close_timeout = 1min});
      co_return std::to_string(value);
    }
    if (what == "retry policy") {
      const auto result = co_await workflow::as_result(workflow::execute_activity<&refuses>(
          1,
          {.start_to_close_timeout = 1min,
           .retry_policy = RetryPolicy{.maximum_attempts = 3, .non_retryable_error_types = {"Other", "CardRefused"}}}));
      co_return result ? "done" : describe_failure(result.error());
    }
    if (what == "tasks at once") {
      const auto results = co_await workflow::when_all(doubled(1), doubled(2));
      co_return std::to_string(std::get<0>(results) + std::get<1>(results));
    }
    if (what == "first of tasks") {
      const auto first = co_await workflow::when_any(doubled(1), workflow::sleep(1h));
      co_return std::to_string(first);
    }
    if (what == "first of a vector") {
      std::vector<workflow::TimerHandle> timers;
      timers.push_back(workflow::sleep(2h));
      timers.push_back(workflow::sleep(1h));
      const auto first = co_await workflow::when_any(timers);
      co_return std::to_string(first);
    }
    if (what == "limited task") {
      const int value = co_await workflow::with_timeout(doubled(4), 1min);
      co_return std::to_string(value);
    }
    if (what == "spawned lambda") {
      auto handle = start_with_captures();
      const std::string text = co_await handle;
      co_return text;
    }
    if (what == "failure as result") {
      const auto result = co_await workflow::as_result(fails());
      co_return result ? "done" : "captured";
    }
    if (what == "bug as result") {
      const auto result = co_await workflow::as_result(out_of_range());
      co_return result ? "done" : "captured";
    }
    if (what == "bug in a saga") {
      workflow::Saga saga;
      saga.add([] { return doubled_void(); });
      saga.add([] { return bug_void(); });
      co_await saga.compensate();
      co_return "compensated";
    }
    if (what == "continue as new as result") {
      const auto result = co_await workflow::as_result(goes_on());
      co_return result ? "done" : "captured";
    }
    if (what == "no value") {
      const int value = co_await without_value();
      co_return std::to_string(value);
    }
    if (what == "no value in a task") {
      auto handle = workflow::spawn(without_value());
      const int value = co_await handle;
      co_return std::to_string(value);
    }
    co_return what;
  }

 private:
  static Task<> doubled_void() {
    const int value = co_await doubled(1);
    static_cast<void>(value);
  }
  static Task<> bug_void() {
    const int value = co_await out_of_range();
    static_cast<void>(value);
  }
  static Task<> fails() {
    co_await workflow::sleep(1s);
    throw ApplicationError("no");
  }
  static Task<> goes_on() {
    co_await workflow::sleep(1s);
    workflow::continue_as_new<&Code::run>(std::string("next run"));
  }
  static workflow::TaskHandle<std::string> start_with_captures() {
    const std::string name(100, 'x');
    const auto greet = [name]() -> Task<std::string> {
      co_await workflow::sleep(1s);
      co_return name;
    };
    return workflow::spawn(greet);
  }
};

class WorkflowCode : public ::testing::Test {
 protected:
  WorkflowCode() { worker_.add_workflow<Code>().add_activity<&sum>().add_activity<&refuses>(); }

  std::string run(const std::string& what) {
    // The options own their text: the id is a temporary.
    client::StartWorkflowOptions options{.id = "code-" + what, .task_queue = std::string("q")};
    return env_.client().start_workflow<&Code::run>(what, options).result();
  }
  // The message of the failed workflow task.
  std::string bug(const std::string& what) {
    std::string message;
    set_log_sink([&message](LogLevel, std::string_view text) {
      if (message.empty()) message = text;
    });
    const auto handle = env_.client().start_workflow<&Code::run>(what, {.id = "bug-" + what, .task_queue = "q"});
    for (int i = 0; i < 100 && message.empty(); ++i) env_.sleep(1s);
    EXPECT_EQ(handle.describe().status, WorkflowExecutionStatus::running) << what;
    handle.terminate();
    set_log_sink({});
    return message;
  }

  testing::WorkflowEnvironment env_ = testing::WorkflowEnvironment::start_time_skipping();
  worker::Worker worker_{env_.client(), {.task_queue = "q"}};
};

TEST_F(WorkflowCode, TakesEightArguments) { EXPECT_EQ(run("eight arguments"), "36"); }

TEST_F(WorkflowCode, NamesErrorTypesInAnAwaitStatement) {
  EXPECT_THAT(run("retry policy"), ::testing::HasSubstr("refused"));
}

TEST_F(WorkflowCode, AwaitsPlainTasksAtOnce) {
  EXPECT_EQ(run("tasks at once"), "6");
  EXPECT_EQ(run("first of tasks"), "0");
  EXPECT_EQ(run("first of a vector"), "1");
  EXPECT_EQ(run("limited task"), "8");
}

TEST_F(WorkflowCode, KeepsWhatASpawnedLambdaCaptures) { EXPECT_EQ(run("spawned lambda"), std::string(100, 'x')); }

TEST_F(WorkflowCode, OnlyFailuresAreOutcomes) {
  EXPECT_EQ(run("failure as result"), "captured");
  EXPECT_EQ(run("continue as new as result"), "next run");
  EXPECT_THAT(bug("bug as result"), ::testing::HasSubstr("a bug"));
  EXPECT_THAT(bug("bug in a saga"), ::testing::HasSubstr("a bug"));
}

TEST_F(WorkflowCode, ATaskWithoutItsValueNamesTheCoroutine) {
  const std::string place = "workflow_code_test.cc:" + std::to_string(kLineOfWithoutValue);
  EXPECT_THAT(bug("no value"), ::testing::HasSubstr(place + " ended without co_return"));
  EXPECT_THAT(bug("no value in a task"), ::testing::HasSubstr(place));
}

}  // namespace
}  // namespace temporalio
