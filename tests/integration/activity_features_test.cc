// Dynamic activities, asynchronous completion, what an activity is told about itself, rates. The same tests in process
// and against temporal-test-server over a socket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "temporalio/activity.h"
#include "temporalio/log.h"
#include "temporalio/testing.h"
#include "temporalio/worker.h"
#include "temporalio/workflow.h"

using namespace std::chrono_literals;
using namespace temporalio;
using temporalio::testing::WorkflowEnvironment;
using ::testing::AllOf;
using ::testing::HasSubstr;

namespace {

// ---- the activities ----------------------------------------------------------------------------------------------

std::string describe_call(std::vector<RawValue> arguments) {
  std::string text = activity::info().activity_type + "(";
  for (const RawValue& argument : arguments) text += argument.payload.data + ",";
  return text + ")";
}

activity::Task<std::string> describe_call_later(std::vector<RawValue> arguments) {
  co_await activity::sleep(1ms);
  co_return activity::info().activity_type + " with " + std::to_string(arguments.size());
}

// Called by workflows; not every worker has them.
std::string anything(int, std::string) { return "anything"; }
std::string known(int, std::string) { return "known"; }

// What was left behind by an activity that completes asynchronously.
struct Left {
  std::mutex mutex;  // guards: all below
  std::string task_token;
  std::string activity_id;

  void keep() {
    const std::lock_guard lock(mutex);
    task_token = activity::info().task_token;
    activity_id = activity::info().activity_id;
  }
  std::string wait_for_token() {
    for (;;) {
      {
        const std::lock_guard lock(mutex);
        if (!task_token.empty()) return task_token;
      }
      std::this_thread::yield();
    }
  }
  void forget() {
    const std::lock_guard lock(mutex);
    task_token.clear();
  }
};
Left left;

std::string completes_elsewhere() {
  if (!activity::info().heartbeat_details.empty()) {
    return "resumed at " + std::to_string(activity::info().heartbeat_detail<int>(0));
  }
  left.keep();
  activity::raise_complete_async();
}

activity::Task<std::string> completes_elsewhere_later() {
  co_await activity::sleep(1ms);
  left.keep();
  activity::raise_complete_async();
}

std::string what_it_is_told() {
  const activity::Info& info = activity::info();
  return std::string(info.in_workflow() ? "in a workflow" : "alone") + (info.is_local ? ", local" : ", remote") +
         ", of " + info.workflow_namespace + ", attempts " +
         std::to_string(info.retry_policy ? info.retry_policy->maximum_attempts : -1) + ", interval " +
         std::to_string(info.retry_policy ? info.retry_policy->initial_interval / 1ms : -1) + ", not " +
         (info.retry_policy && !info.retry_policy->non_retryable_error_types.empty()
              ? info.retry_policy->non_retryable_error_types.front()
              : "any") +
         ", priority " + std::to_string(info.priority.priority_key.value_or(-1)) +
         (info.scheduled_time <= info.current_attempt_scheduled_time &&
                  info.current_attempt_scheduled_time <= info.started_time
              ? ""
              : ", out of order");
}

void logs() { activity::logger.warning("paper is low"); }

void fails_harmlessly() {
  throw ApplicationError("as expected", {.non_retryable = true, .category = ApplicationErrorCategory::benign});
}

std::atomic<bool> is_running = false;

// Cleans up in one piece though it is cancelled, then lets the cancellation through.
activity::Task<std::string> shields_its_cleanup() {
  activity::heartbeat();
  is_running = true;
  {
    const auto shield = activity::shield_cancel_exception();
    while (!activity::is_cancelled()) {
      activity::heartbeat();
      co_await activity::sleep(5ms);
    }
    co_await activity::sleep(1ms);
    activity::check_cancelled();
    activity::heartbeat("cleaned up");
  }
  try {
    co_await activity::sleep(1ms);
  } catch (const CancelledError&) {
    throw CancelledError("after the cleanup");
  }
  co_return "not thrown";
}

std::atomic<int> starts = 0;
void starts_once() { ++starts; }

// ---- the workflows -----------------------------------------------------------------------------------------------

// Calls an activity with two arguments, and gives its result or the failure as text.
template <auto kActivity>
class CallWithTwo {
 public:
  static void define(workflow::Definer<CallWithTwo> d) {
    d.name("CallWithTwo");
    d.template run<&CallWithTwo::run>();
  }
  workflow::Task<std::string> run() {
    workflow::ActivityOptions options;
    options.start_to_close_timeout = 1min;
    options.retry_policy = RetryPolicy{.maximum_attempts = 1};
    std::string text;
    try {
      text = co_await workflow::execute_activity<kActivity>(7, "seven", options);
    } catch (const ActivityError& error) {
      text = describe_failure(error);
    }
    co_return text;
  }
};

template <auto kActivity>
class Call {
 public:
  static void define(workflow::Definer<Call> d) {
    d.name("Call");
    d.template run<&Call::run>();
  }
  workflow::Task<std::string> run() {
    static constexpr std::string_view kNeverAgain[] = {"Card"};
    workflow::ActivityOptions options;
    options.start_to_close_timeout = 1min;
    options.heartbeat_timeout = 40s;
    RetryPolicy policy;
    policy.initial_interval = 50ms;
    policy.maximum_attempts = 5;
    policy.non_retryable_error_types = kNeverAgain;
    options.retry_policy = policy;
    options.cancellation_type = workflow::ActivityCancellationType::wait_cancellation_completed;
    std::string text = "done";
    try {
      if constexpr (std::is_void_v<typename FunctionTraits<decltype(kActivity)>::Value>) {
        co_await workflow::execute_activity<kActivity>(options);
      } else {
        text = co_await workflow::execute_activity<kActivity>(options);
      }
    } catch (const ActivityError& error) {
      text = describe_failure(error);
    }
    co_return text;
  }
};

class StartsMany {
 public:
  static void define(workflow::Definer<StartsMany> d) { d.run<&StartsMany::run>(); }
  workflow::Task<> run(int count) {
    std::vector<workflow::ActivityHandle<void>> handles;
    for (int i = 0; i < count; ++i) {
      handles.push_back(workflow::start_activity<&starts_once>({.start_to_close_timeout = 1min}));
    }
    for (auto& handle : handles) co_await handle;
  }
};

struct Place {
  const char* name;
  std::string_view server;  // empty: in process
};

class ActivityFeaturesIn : public ::testing::TestWithParam<Place> {
 protected:
  ActivityFeaturesIn() {
    is_running = false;
    left.forget();
  }
  ~ActivityFeaturesIn() override { set_log_sink({}); }

  template <auto kActivity>
  client::WorkflowHandle<std::string> start() {
    worker_.add_workflow<Call<kActivity>>();
    worker_.add_activity<kActivity>();
    worker_.start();
    return env_.client().start_workflow<&Call<kActivity>::run>({.id = "call", .task_queue = "q"});
  }
  template <auto kActivity>
  std::string call_with_two() {
    worker_.add_workflow<CallWithTwo<kActivity>>();
    worker_.start();
    return env_.client().execute_workflow<&CallWithTwo<kActivity>::run>({.id = "w", .task_queue = "q"});
  }
  void keep_log() {
    set_log_sink([this](LogLevel level, std::string_view text) {
      const std::lock_guard lock(log_mutex_);
      log_ += std::to_string(static_cast<int>(level)) + " " + std::string(text) + "\n";
    });
  }
  std::string log() {
    const std::lock_guard lock(log_mutex_);
    return log_;
  }

  WorkflowEnvironment env_ = WorkflowEnvironment::start_time_skipping({.test_server_existing_path = GetParam().server});
  // Heartbeats go out often, so that no test waits for the answer to one.
  worker::Worker worker_{env_.client(), {.task_queue = "q", .max_heartbeat_throttle_interval = 20ms}};
  std::mutex log_mutex_;  // guards: log_
  std::string log_;
};

// ---- dynamic activities ------------------------------------------------------------------------------------------

TEST_P(ActivityFeaturesIn, DynamicActivityTakesEveryTypeThatIsNotRegistered) {
  worker_.add_activity<&known>();
  worker_.add_dynamic_activity<&describe_call>();
  EXPECT_EQ(call_with_two<&anything>(), "anything(7,\"seven\",)");
}

TEST_P(ActivityFeaturesIn, DynamicActivityLeavesRegisteredTypesAlone) {
  worker_.add_dynamic_activity<&describe_call>();
  worker_.add_activity<&known>();
  EXPECT_EQ(call_with_two<&known>(), "known");
}

TEST_P(ActivityFeaturesIn, DynamicActivityMayBeACoroutine) {
  worker_.add_dynamic_activity<&describe_call_later>();
  EXPECT_EQ(call_with_two<&anything>(), "anything with 2");
}

TEST_P(ActivityFeaturesIn, DynamicActivityIsRegisteredOnce) {
  worker_.add_dynamic_activity<&describe_call>();
  EXPECT_THROW(worker_.add_dynamic_activity<&describe_call_later>(), std::invalid_argument);
}

TEST_P(ActivityFeaturesIn, Seed38_UnknownActivityTypeFailsTheAttemptRetryablyAndNamesTheKnown) {
  worker_.add_activity<&known>();
  EXPECT_THAT(call_with_two<&anything>(),
              AllOf(HasSubstr("retry state maximum_attempts_reached"), HasSubstr("ApplicationError(NotFoundError)"),
                    HasSubstr("registered are: known")));
}

// ---- asynchronous completion -------------------------------------------------------------------------------------

TEST_P(ActivityFeaturesIn, AsyncCompletionByTaskToken) {
  const auto workflow = start<&completes_elsewhere>();
  const std::string token = left.wait_for_token();
  const auto handle = env_.client().get_async_activity_handle({.task_token = token});
  handle.heartbeat(1);
  handle.complete("from afar");
  EXPECT_EQ(workflow.result(), "from afar");
  try {
    handle.complete("again");
    ADD_FAILURE() << "a completed activity was completed";
  } catch (const RPCError& error) {
    EXPECT_EQ(error.status(), RPCStatusCode::not_found);
  }
}

TEST_P(ActivityFeaturesIn, AsyncCompletionById) {
  const auto workflow = start<&completes_elsewhere_later>();
  left.wait_for_token();
  env_.client().get_async_activity_handle({.workflow_id = "call", .activity_id = left.activity_id}).complete("by id");
  EXPECT_EQ(workflow.result(), "by id");
}

TEST_P(ActivityFeaturesIn, AsyncFailureIsTriedAgainFromItsLastHeartbeat) {
  const auto workflow = start<&completes_elsewhere>();
  const std::string token = left.wait_for_token();
  env_.client().get_async_activity_handle({.task_token = token}).fail(ApplicationError("line is down"), to_payloads(5));
  EXPECT_EQ(workflow.result(), "resumed at 5");
}

TEST_P(ActivityFeaturesIn, AsyncFailureById) {
  const auto workflow = start<&completes_elsewhere>();
  left.wait_for_token();
  env_.client()
      .get_async_activity_handle({.workflow_id = "call", .activity_id = left.activity_id})
      .fail(ApplicationError("no such card", {.type = "Card"}));
  EXPECT_THAT(workflow.result(), HasSubstr("ApplicationError(Card): no such card"));
}

template <class Handle>
void expect_cancelled(const Handle& handle, const client::WorkflowHandle<std::string>& workflow) {
  EXPECT_NO_THROW(handle.heartbeat());
  workflow.cancel();
  bool is_told = false;
  while (!is_told) {
    try {
      handle.heartbeat("half");
    } catch (const client::AsyncActivityCancelledError& error) {
      EXPECT_TRUE(error.details().cancel_requested);
      EXPECT_FALSE(error.details().paused);
      is_told = true;
    }
  }
  handle.report_cancellation("rolled back");
  EXPECT_THAT(workflow.result(), HasSubstr("caused by CancelledError"));
}

TEST_P(ActivityFeaturesIn, AsyncHeartbeatTellsOfACancellation) {
  const auto workflow = start<&completes_elsewhere>();
  const std::string token = left.wait_for_token();
  expect_cancelled(env_.client().get_async_activity_handle({.task_token = token}), workflow);
}

TEST_P(ActivityFeaturesIn, AsyncHeartbeatByIdTellsOfACancellation) {
  const auto workflow = start<&completes_elsewhere>();
  left.wait_for_token();
  expect_cancelled(env_.client().get_async_activity_handle({.workflow_id = "call", .activity_id = left.activity_id}),
                   workflow);
}

TEST_P(ActivityFeaturesIn, AsyncHandleNeedsATokenOrTheIds) {
  const auto make = [this](const client::AsyncActivityID& id) { env_.client().get_async_activity_handle(id); };
  EXPECT_THROW(make({}), std::invalid_argument);
  EXPECT_THROW(make({.workflow_id = "w"}), std::invalid_argument);
  EXPECT_THROW(make({.activity_id = "1"}), std::invalid_argument);
  EXPECT_THROW(make({.task_token = "t", .workflow_id = "w", .activity_id = "1"}), std::invalid_argument);
}

// ---- info, log, shield, rates ------------------------------------------------------------------------------------

TEST_P(ActivityFeaturesIn, InfoIsComplete) {
  EXPECT_EQ(start<&what_it_is_told>().result(),
            "in a workflow, remote, of default, attempts 5, interval 50, not Card, priority -1");
}

TEST_P(ActivityFeaturesIn, LoggerSaysWhichActivitySpeaks) {
  keep_log();
  EXPECT_EQ(start<&logs>().result(), "done");
  EXPECT_THAT(log(), HasSubstr("2 paper is low (activity logs, id 1, attempt 1, workflow call, run "));
}

TEST_P(ActivityFeaturesIn, BenignFailureIsLoggedAtDebugLevel) {
  keep_log();
  EXPECT_THAT(start<&fails_harmlessly>().result(), HasSubstr("as expected"));
  EXPECT_THAT(log(), ::testing::ContainsRegex("0 [^\n]*as expected"));
  EXPECT_THAT(log(), ::testing::Not(::testing::ContainsRegex("[123] [^\n]*as expected")));
}

TEST_P(ActivityFeaturesIn, ShieldKeepsACancellationBackFromAwaits) {
  const auto workflow = start<&shields_its_cleanup>();
  while (!is_running) std::this_thread::yield();
  workflow.cancel();
  EXPECT_THAT(workflow.result(), HasSubstr("retry state cancel_requested"));
}

TEST_P(ActivityFeaturesIn, WorkerStartsNoMoreActivitiesASecondThanItMay) {
  starts = 0;
  worker::Worker slow(env_.client(), {.task_queue = "slow", .max_activities_per_second = 20});
  slow.add_workflow<StartsMany>();
  slow.add_activity<&starts_once>();
  slow.start();
  const auto before = std::chrono::steady_clock::now();
  env_.client().execute_workflow<&StartsMany::run>(12, {.id = "many", .task_queue = "slow"});
  EXPECT_EQ(starts, 12);
  // The polls that wait already, five at most, bring their tasks at once.
  EXPECT_GE(std::chrono::steady_clock::now() - before, 300ms);
}

TEST_P(ActivityFeaturesIn, RatesMustMakeSense) {
  const auto make = [this](double rate) {
    worker::Worker(env_.client(), {.task_queue = "q", .max_activities_per_second = rate});
  };
  EXPECT_THROW(make(-1), std::invalid_argument);
  EXPECT_THROW(make(std::numeric_limits<double>::quiet_NaN()), std::invalid_argument);
  EXPECT_THROW(worker::Worker(env_.client(), {.task_queue = "q", .max_task_queue_activities_per_second = -0.5}),
               std::invalid_argument);
}

INSTANTIATE_TEST_SUITE_P(, ActivityFeaturesIn,
                         ::testing::Values(Place{"InProcess", ""}, Place{"OverASocket", TEST_SERVER}),
                         [](const auto& place) { return std::string(place.param.name); });

}  // namespace
