// More histories that other SDKs recorded: raw Core, TypeScript, Go, Java and Ruby. The workflows are written from
// their description; every edit must be found at the event that it changes. Skipped where the folder is absent.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "temporalio/workflow.h"
#include "tests/unit/workflow/goldens_replay.h"

using namespace std::chrono_literals;
namespace workflow = temporalio::workflow;
using temporalio::replayer::Verdict;
using workflow::Task;

namespace {

class MoreGoldens : public goldens::RecordedHistories {};

// A workflow type of the given name without input or handlers, whose run follows.
#define WORKFLOW(Class, type)                                                                    \
  class Class {                                                                                  \
   public:                                                                                       \
    static void define(workflow::Definer<Class> d) { d.name(type).template run<&Class::run>(); } \
    Task<> run();                                                                                \
  };                                                                                             \
  Task<> Class::run()

constexpr workflow::ActivityType<void()> kNoop{"noopActivity"};
constexpr workflow::ActivityOptions kShort{.start_to_close_timeout = 10s};

// ---- G03: raw Core, timer ids from 0 -----------------------------------------------------------------------------

constexpr const char* kRawTimer = "timer_workflow_NqA7v+rB";

WORKFLOW(OneTimer, kRawTimer) { co_await workflow::sleep(1s); }
WORKFLOW(OneTimerAfterFailedTask, "fail_wf_task_PITR/89Y") { co_await workflow::sleep(200ms); }
WORKFLOW(ActivityForTimer, kRawTimer) { co_await workflow::execute_activity<&kNoop>(kShort); }
WORKFLOW(TwoTimers, kRawTimer) {
  co_await workflow::sleep(1s);
  co_await workflow::sleep(1s);
}
WORKFLOW(TimerThenThrow, kRawTimer) {
  co_await workflow::sleep(1s);
  throw temporalio::ApplicationError("no");
}

TEST_F(MoreGoldens, G03RawCore) {
  EXPECT_PASSES(OneTimerAfterFailedTask, "G03/fail_wf_task.bin");
  const char* file = "G03/timer_workflow_history.bin";
  EXPECT_PASSES(OneTimer, file);
  EXPECT_DIVERGES(ActivityForTimer, file, 5, "Activity machine does not handle this event: HistoryEvent(id: 5");
  EXPECT_DIVERGES(TwoTimers, file, 10, "Timer machine does not handle this event: HistoryEvent(id: 10");
  EXPECT_DIVERGES(TimerThenThrow, file, 10, "Fail workflow machine does not handle this event");
}

// ---- G18: TypeScript's withTimeout, before and after it cancelled its timer --------------------------------------

constexpr const char* kLangFlags = "langFlagsReplayCorrectly";
constexpr const char* kTimerLeft = "G18/lang_flags_replay_correctly_1_9_3.json";
constexpr const char* kTimerInferred = "G18/lang_flags_replay_correctly_1_11_1.json";
constexpr const char* kTimerCancelled = "G18/lang_flags_replay_correctly_1_11_2.json";

WORKFLOW(LeavesTimer, kLangFlags) {
  auto timer = workflow::sleep(10s);
  co_await workflow::execute_activity<&kNoop>(kShort);
}
WORKFLOW(CancelsTimer, kLangFlags) {
  auto timer = workflow::sleep(10s);
  co_await workflow::execute_activity<&kNoop>(kShort);
  timer.cancel();
}
// A task starts when it is awaited, so the activity's handle must come from a task of its own.
WORKFLOW(ActivityFirst, kLangFlags) {
  auto activity = workflow::start_activity<&kNoop>(kShort);
  co_await workflow::with_timeout(activity, 10s);
}
Task<> noop_after_the_timer() { co_await workflow::execute_activity<&kNoop>(kShort); }
WORKFLOW(WithTimeout, kLangFlags) {
  auto activity = workflow::spawn(noop_after_the_timer());
  co_await workflow::with_timeout(activity, 10s);
}

TEST_F(MoreGoldens, G18TimerLeftOrCancelled) {
  EXPECT_PASSES(LeavesTimer, kTimerLeft);
  for (const char* file : {kTimerInferred, kTimerCancelled}) {
    EXPECT_PASSES(CancelsTimer, file);
    EXPECT_PASSES(WithTimeout, file);
    EXPECT_DIVERGES(LeavesTimer, file, 12, "Complete workflow machine does not handle this event: HistoryEvent(id: 12");
    EXPECT_DIVERGES(ActivityFirst, file, 5, "Activity machine does not handle this event: HistoryEvent(id: 5");
  }
  EXPECT_DIVERGES(CancelsTimer, kTimerLeft, 12, "Timer machine does not handle this event: HistoryEvent(id: 12");
  EXPECT_DIVERGES(ActivityFirst, kTimerLeft, 5, "Activity machine does not handle this event: HistoryEvent(id: 5");
}

// ---- G22: failed activities, Java and Go -------------------------------------------------------------------------

constexpr workflow::ActivityType<void()> kHeartbeatAndThrow{"HeartbeatAndThrowIO"};
constexpr workflow::ActivityType<void()> kLong{"LongActivity"};
constexpr const char* kAsyncRetry = "G22/testAsyncActivityRetryHistory.json";
constexpr const char* kRainbow = "G22/rainbowstatusesworkflow.json";

WORKFLOW(FailsWithActivity, "TestWorkflow1") { co_await workflow::execute_activity<&kHeartbeatAndThrow>(kShort); }
WORKFLOW(CatchesFailure, "TestWorkflow1") {
  const auto result = co_await workflow::as_result(workflow::execute_activity<&kHeartbeatAndThrow>(kShort));
  EXPECT_FALSE(result.has_value());
}
WORKFLOW(RainbowStatuses, "RainbowStatusesWorkflow") { co_await workflow::execute_activity<&kLong>(kShort); }
WORKFLOW(RainbowCaught, "RainbowStatusesWorkflow") {
  try {
    co_await workflow::execute_activity<&kLong>(kShort);
  } catch (const temporalio::ActivityError& error) {
    EXPECT_EQ(error.retry_state(), temporalio::RetryState::maximum_attempts_reached);
  }
}

TEST_F(MoreGoldens, G22FailuresReachTheWorkflow) {
  EXPECT_PASSES(FailsWithActivity, kAsyncRetry);
  EXPECT_DIVERGES(
      CatchesFailure, kAsyncRetry, 11,
      "Complete workflow machine does not handle this event: HistoryEvent(id: 11, WorkflowExecutionFailed)");
  EXPECT_PASSES(RainbowStatuses, kRainbow);
  EXPECT_DIVERGES(RainbowCaught, kRainbow, 12, "HistoryEvent(id: 12, WorkflowExecutionFailed)");
}

// ---- G25: cancellation, Go ---------------------------------------------------------------------------------------

constexpr workflow::ActivityType<std::string(std::string)> kToUpperWithDelay{"Prefix_ToUpperWithDelay"};
constexpr workflow::ActivityType<std::string(std::string)> kToUpper{"Prefix_ToUpper"};
constexpr workflow::ActivityType<int(int)> kEcho{"Echo"};
constexpr workflow::ActivityType<std::string(std::string)> kHelloWorld{"helloworldActivity"};

// The cancellation and the timer that fires come in one activation: nothing is left to cancel.
WORKFLOW(DeferredTimer, "TimerWf") {
  const auto slept = co_await workflow::as_result(workflow::sleep(10min));
  EXPECT_FALSE(slept.has_value());
  co_await workflow::sleep(10min);
}
WORKFLOW(NoDeferredTimer, "TimerWf") { co_await workflow::sleep(10min); }

TEST_F(MoreGoldens, G25CancelAndTimerInOneActivation) {
  EXPECT_PASSES(DeferredTimer, "G25/unhandled_cmd_timer_cancel.json");
  EXPECT_DIVERGES(NoDeferredTimer, "G25/unhandled_cmd_timer_cancel.json", 17, "HistoryEvent(id: 17, TimerStarted)");
}

template <bool kReversed, bool kWaits>
class CancelRepro {
 public:
  static void define(workflow::Definer<CancelRepro> d) {
    d.name("ActivityCancelRepro").template run<&CancelRepro::run>();
  }
  Task<std::vector<std::string>> run() {
    workflow::ActivityOptions options = kShort;
    if (kWaits) options.cancellation_type = workflow::ActivityCancellationType::wait_cancellation_completed;
    auto timer = workflow::sleep(10s);
    auto first = workflow::start_activity<&kToUpperWithDelay>("hello", options);
    options.task_queue = "bad_tq";
    auto second = workflow::start_activity<&kToUpper>("hello", options);
    auto third = workflow::start_activity<&kToUpper>("hello", options);
    co_await first;
    timer.cancel();
    (kReversed ? third : second).cancel();
    (kReversed ? second : third).cancel();
    const auto result = co_await workflow::as_result(second);
    static_cast<void>(result);
    co_return std::vector<std::string>();
  }
};

TEST_F(MoreGoldens, G25RequestsCancelInOrder) {
  using InOrder = CancelRepro<false, false>;
  using Reversed = CancelRepro<true, false>;
  using Waits = CancelRepro<false, true>;
  const char* file = "G25/activity.cancel.sm.repro.json";
  EXPECT_PASSES(InOrder, file);
  EXPECT_DIVERGES(Reversed, file, 15, "Cancellation of another activity was requested");
  EXPECT_DIVERGES(Waits, file, 17, "No command scheduled for event HistoryEvent(id: 17");
}

template <bool kCancelsFirst>
class EchoThenCancel {
 public:
  static void define(workflow::Definer<EchoThenCancel> d) {
    d.name("WorkflowWithLocalActivityStartWhenTimerCancel").template run<&EchoThenCancel::run>();
    d.template signal<&EchoThenCancel::signal>();
  }
  Task<bool> run() {
    auto timer = workflow::sleep(3s);
    co_await workflow::wait_condition([this] { return has_signal_; });
    if (kCancelsFirst) timer.cancel();
    auto echo = workflow::start_activity<&kEcho>(0, kShort);
    if (!kCancelsFirst) timer.cancel();
    const int echoed = co_await echo;
    EXPECT_EQ(echoed, 0);
    co_return true;
  }
  void signal(std::string) { has_signal_ = true; }

 private:
  bool has_signal_ = false;
};

TEST_F(MoreGoldens, G25ActivityAndTimerCancelInOrder) {
  const char* file = "G25/activity-same-time-as-cancel.json";
  EXPECT_PASSES(EchoThenCancel<false>, file);
  EXPECT_DIVERGES(EchoThenCancel<true>, file, 10, "HistoryEvent(id: 10, ActivityTaskScheduled)");
}

WORKFLOW(CancelOrder, "CancelOrderSelectWorkflow") {
  const auto slept = co_await workflow::as_result(workflow::sleep(300s));
  EXPECT_FALSE(slept.has_value());
  co_await workflow::execute_activity<&kHelloWorld>("world", kShort);
}
WORKFLOW(CancelEndsWorkflow, "CancelOrderSelectWorkflow") {
  co_await workflow::sleep(300s);
  co_await workflow::execute_activity<&kHelloWorld>("world", kShort);
}
WORKFLOW(TwoTimersOneLeft, "AwaitWithTimeoutNoTimerCancelWorkflow") {
  auto first = workflow::sleep(100ms);
  auto second = workflow::sleep(10s);
  co_await first;
}
WORKFLOW(AwaitCancelsTimer, "AwaitWithTimeoutNoTimerCancelWorkflow") {
  auto first = workflow::sleep(100ms);
  co_await workflow::with_timeout(first, 10s);
}

TEST_F(MoreGoldens, G25WorkAfterCancellation) {
  EXPECT_PASSES(CancelOrder, "G25/replay-tests-cancel-order.json");
  EXPECT_DIVERGES(CancelEndsWorkflow, "G25/replay-tests-cancel-order.json", 11,
                  "Cancel workflow machine does not handle this event: HistoryEvent(id: 11, ActivityTaskScheduled)");
  EXPECT_PASSES(TwoTimersOneLeft, "G25/await-with-timeout-no-timer-cancel.json");
  EXPECT_DIVERGES(AwaitCancelsTimer, "G25/await-with-timeout-no-timer-cancel.json", 11, "Timer machine");
}

// ---- G27: continue-as-new, Go ------------------------------------------------------------------------------------

class ContinuesAsNew {
 public:
  static void define(workflow::Definer<ContinuesAsNew> d) {
    d.name("ContinueAsNewWorkflow").run<&ContinuesAsNew::run>();
  }
  Task<> run(bool goes_on) {
    if (goes_on) workflow::continue_as_new<&ContinuesAsNew::run>(false);
    co_return;
  }
};
WORKFLOW(EndsInstead, "ContinueAsNewWorkflow") { co_return; }

TEST_F(MoreGoldens, G27ContinueAsNew) {
  const std::string file = "G27/continue-as-new.json";
  EXPECT_PASSES(ContinuesAsNew, file);
  EXPECT_DIVERGES(EndsInstead, file, 5, "Complete workflow machine does not handle this event: HistoryEvent(id: 5");
  const std::string bad = "../formats/sdk-go/bad-continue-as-new.json";
  EXPECT_EQ(goldens::replay<ContinuesAsNew>(bad).verdict, Verdict::nondeterminism)
      << goldens::replay<ContinuesAsNew>(bad).report();
}

// ---- G30: signal-with-start, Ruby --------------------------------------------------------------------------------

constexpr workflow::ActivityType<std::string(std::string)> kHelloActivity{"HelloWorldActivity"};

template <bool kTakesAny>
class SignalWithStart {
 public:
  static void define(workflow::Definer<SignalWithStart> d) {
    d.name("SignalWithStartWorkflow").template run<&SignalWithStart::run>();
    d.template signal<&SignalWithStart::hit>();
    d.template signal<&SignalWithStart::miss>();
  }
  Task<int> run(std::string) {
    co_await workflow::wait_condition([this] { return hit_ > 0; });
    co_await workflow::execute_activity<&kHelloActivity>("expected signal", kShort);
    co_return hit_;
  }
  void hit(int value) { hit_ = value; }
  void miss(int value) {
    if (kTakesAny) hit_ = value;
  }

 private:
  int hit_ = 0;
};

TEST_F(MoreGoldens, G30SignalWithStart) {
  for (const char* file : {"G30/signal_with_start.json", "G30/signal_with_start.binpb"}) {
    EXPECT_PASSES(SignalWithStart<false>, file);
    // Core lets it pass; comparing task by task finds it.
    EXPECT_DIVERGES(SignalWithStart<true>, file, 6, "ScheduleActivityTask was issued");
  }
}

}  // namespace
