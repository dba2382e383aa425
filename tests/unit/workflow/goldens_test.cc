// Histories that other SDKs recorded, replayed with workflows written from their description, and with each edit that
// must be found. They are read from a folder beside the project; a clone has none of them and skips.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "fixtures/workflows/goldens.h"
#include "temporalio/payload_json.h"
#include "tests/unit/workflow/goldens_replay.h"

using namespace std::chrono_literals;
namespace workflow = temporalio::workflow;
using fixtures::HelloInput;
using fixtures::LoanInput;
using workflow::Task;

namespace {

class Goldens : public goldens::RecordedHistories {};

// A workflow type of the given name whose run is `BODY`.
#define EDITED(Class, type, Input)                                                               \
  class Class {                                                                                  \
   public:                                                                                       \
    static void define(workflow::Definer<Class> d) { d.name(type).template run<&Class::run>(); } \
    Task<std::string> run(Input input);                                                          \
  };                                                                                             \
  Task<std::string> Class::run(Input input)

// ---- G01 ---------------------------------------------------------------------------------------------------------

constexpr const char* kHello = "G01/test_replayer_complete_history.json";

TEST_F(Goldens, G01ReplaysWhateverSdkRecordedIt) {
  EXPECT_PASSES(fixtures::SayHelloWorkflow, kHello);
  EXPECT_PASSES(fixtures::SayHelloWorkflow, "G01/replayer-test.complete.json");
}

TEST_F(Goldens, G01FindsTheRecordedNondeterminism) {
  EXPECT_DIVERGES(fixtures::SayHelloWorkflow, "G01/test_replayer_nondeterministic_history.json", 11,
                  "Timer machine does not handle this event: HistoryEvent(id: 11, WorkflowExecutionCompleted)");
  EXPECT_DIVERGES(fixtures::SayHelloWorkflow, "G01/replayer-test.nondeterministic.json", 11, "Timer machine");
}

EDITED(HelloThenSleep, "SayHelloWorkflow", HelloInput) {
  auto hello = fixtures::start_say_hello(input);
  std::string greeting = co_await hello;
  co_await workflow::sleep(100ms);
  co_return greeting;
}
EDITED(HelloAtOnce, "SayHelloWorkflow", HelloInput) { co_return input.name; }
EDITED(HelloThenThrow, "SayHelloWorkflow", HelloInput) {
  auto hello = fixtures::start_say_hello(input);
  std::string greeting = co_await hello;
  throw temporalio::ApplicationError(greeting);
}
EDITED(SleepThenHello, "SayHelloWorkflow", HelloInput) {
  co_await workflow::sleep(100ms);
  auto hello = fixtures::start_say_hello(input);
  std::string greeting = co_await hello;
  co_return greeting;
}
// The local activity of the official edit leaves the same command stream as a wait that issues nothing.
EDITED(HelloWithoutCommand, "SayHelloWorkflow", HelloInput) {
  bool never = false;
  co_await workflow::wait_condition([&never] { return never; });
  co_return input.name;
}
EDITED(OtherActivityType, "SayHelloWorkflow", HelloInput) {
  auto hello = workflow::start_activity<&fixtures::charge_python>(nlohmann::json(input.name),
                                                                  {.schedule_to_close_timeout = 60s});
  std::string greeting = co_await hello;
  co_return greeting;
}

TEST_F(Goldens, G01FindsEachEdit) {
  EXPECT_DIVERGES(HelloThenSleep, kHello, 11,
                  "Timer machine does not handle this event: HistoryEvent(id: 11, WorkflowExecutionCompleted)");
  EXPECT_DIVERGES(HelloAtOnce, kHello, 5,
                  "Complete workflow machine does not handle this event: HistoryEvent(id: 5, ActivityTaskScheduled)");
  EXPECT_DIVERGES(HelloThenThrow, kHello, 11, "Fail workflow machine does not handle this event");
  EXPECT_DIVERGES(SleepThenHello, kHello, 5, "Timer machine does not handle this event");
  EXPECT_DIVERGES(HelloWithoutCommand, kHello, 5, "No command scheduled for event HistoryEvent(id: 5");
  EXPECT_DIVERGES(OtherActivityType, kHello, 5, "Activity type of scheduled event 'say_hello'");
}

// ---- G04 ---------------------------------------------------------------------------------------------------------

constexpr const char* kPatched = "G04/old_change_marker_format.bin";
constexpr const char* kPatchId = "integ_test_change_name";

#define EDITED_PATCHES(Class)                                                                                       \
  class Class {                                                                                                     \
   public:                                                                                                          \
    static void define(workflow::Definer<Class> d) { d.name("writes_change_markers").template run<&Class::run>(); } \
    Task<> run();                                                                                                   \
  };                                                                                                                \
  Task<> Class::run()

Task<> sleep_thrice() {
  for (int i = 0; i < 3; ++i) {
    co_await workflow::sleep(100ms);
  }
}

EDITED_PATCHES(NoPatchedCall) { co_await sleep_thrice(); }
EDITED_PATCHES(OtherPatchId) {
  static_cast<void>(workflow::patched("another_change"));
  co_await sleep_thrice();
}
EDITED_PATCHES(PatchedInSecondTask) {
  co_await workflow::sleep(100ms);
  static_cast<void>(workflow::patched(kPatchId));
  co_await workflow::sleep(100ms);
  co_await workflow::sleep(100ms);
}
EDITED_PATCHES(TwoTimers) {
  static_cast<void>(workflow::patched(kPatchId));
  co_await workflow::sleep(100ms);
  co_await workflow::sleep(100ms);
}
EDITED_PATCHES(DeprecatedPatch) {
  workflow::deprecate_patch(kPatchId);
  co_await sleep_thrice();
}
EDITED_PATCHES(PatchedOnce) {
  static_cast<void>(workflow::patched(kPatchId));
  co_await sleep_thrice();
}

TEST_F(Goldens, G04ReplaysWithEveryUseOfThePatchThatIsAllowed) {
  EXPECT_PASSES(fixtures::PatchedTimers, kPatched);
  EXPECT_PASSES(DeprecatedPatch, kPatched);
  EXPECT_PASSES(PatchedOnce, kPatched);
}

TEST_F(Goldens, G04FindsEachEdit) {
  const std::string no_call =
      "Non-deprecated patch marker encountered for change integ_test_change_name, but there is no corresponding change "
      "command!";
  EXPECT_DIVERGES(NoPatchedCall, kPatched, 5, no_call);
  EXPECT_DIVERGES(OtherPatchId, kPatched, 5, no_call);
  EXPECT_DIVERGES(PatchedInSecondTask, kPatched, 5, no_call);
  EXPECT_DIVERGES(TwoTimers, kPatched, 17, "Complete workflow machine does not handle this event: HistoryEvent(id: 17");
}

// ---- G05 ---------------------------------------------------------------------------------------------------------

constexpr const char* kLoan = "G05/edu-versioning-python-code-history_for_original_execution.json";

EDITED(ThankAfterLoop, "LoanProcessingWorkflow", LoanInput) {
  for (int period = 1; period <= input.number_of_periods; ++period) {
    auto charge = fixtures::start_charge(input, period);
    co_await charge;
    co_await workflow::sleep(3s);
  }
  auto thanks = fixtures::start_thank_you(input);
  co_await thanks;
  co_return "";
}
EDITED(NineIterations, "LoanProcessingWorkflow", LoanInput) {
  auto thanks = fixtures::start_thank_you(input);
  co_await thanks;
  for (int period = 1; period < input.number_of_periods; ++period) {
    auto charge = fixtures::start_charge(input, period);
    co_await charge;
    co_await workflow::sleep(3s);
  }
  co_return "";
}
EDITED(ThankMovedBehindAPatch, "LoanProcessingWorkflow", LoanInput) {
  const bool is_moved = workflow::patched("moved-thank-you-after-loop");
  if (!is_moved) {
    auto thanks = fixtures::start_thank_you(input);
    co_await thanks;
  }
  for (int period = 1; period <= input.number_of_periods; ++period) {
    auto charge = fixtures::start_charge(input, period);
    co_await charge;
    co_await workflow::sleep(10s);
  }
  if (is_moved) {
    auto thanks = fixtures::start_thank_you(input);
    co_await thanks;
  }
  co_return "";
}
EDITED(ChargeAndTimerTogether, "LoanProcessingWorkflow", LoanInput) {
  auto thanks = fixtures::start_thank_you(input);
  co_await thanks;
  for (int period = 1; period <= input.number_of_periods; ++period) {
    auto charge = fixtures::start_charge(input, period);
    auto timer = workflow::sleep(3s);
    co_await charge;
    co_await timer;
  }
  co_return "";
}

TEST_F(Goldens, G05ReplaysWhateverSdkRecordedIt) {
  EXPECT_PASSES(fixtures::LoanProcessingWorkflow, kLoan);
  EXPECT_PASSES(fixtures::LoanProcessingWorkflow, "G05/history_for_original_execution.json");
  EXPECT_PASSES(fixtures::LoanProcessingWorkflow, "G05/edu-versioning-java-code-history_for_original_execution.json");
}

TEST_F(Goldens, G05AllowsAMoveBehindAPatch) { EXPECT_PASSES(ThankMovedBehindAPatch, kLoan); }

TEST_F(Goldens, G05FindsEachEdit) {
  EXPECT_DIVERGES(ThankAfterLoop, kLoan, 5,
                  "Activity type of scheduled event 'send_thank_you_to_customer' does not match activity type of "
                  "activity command 'charge_customer'");
  EXPECT_DIVERGES(NineIterations, kLoan, 110, "Complete workflow machine does not handle this event");
  // Core lets the early timer match one task later; comparing task by task finds it.
  EXPECT_DIVERGES(ChargeAndTimerTogether, kLoan, 12, "StartTimer was issued in the workflow task that completed with");
}

// ---- G17 ---------------------------------------------------------------------------------------------------------

constexpr const char* kProgress = "G17/cancel_fake_progress_history.json";

template <workflow::ActivityCancellationType kType>
class ProgressWithType {
 public:
  static void define(workflow::Definer<ProgressWithType> d) {
    d.name("cancelFakeProgress").template run<&ProgressWithType::run>();
    d.template signal<&ProgressWithType::started>("activityStarted");
  }
  Task<> run() {
    auto progress = workflow::start_activity<&fixtures::fake_progress>(
        {.start_to_close_timeout = 200s, .cancellation_type = kType});
    co_await workflow::wait_condition([this] { return is_started_; });
    progress.cancel();
    const auto result = co_await workflow::as_result(progress);
    static_cast<void>(result);
  }
  void started() { is_started_ = true; }

 private:
  bool is_started_ = false;
};

class ProgressIgnoresSignal {
 public:
  static void define(workflow::Definer<ProgressIgnoresSignal> d) {
    d.name("cancelFakeProgress").run<&ProgressIgnoresSignal::run>();
  }
  Task<> run() { co_await workflow::execute_activity<&fixtures::fake_progress>({.start_to_close_timeout = 200s}); }
};

TEST_F(Goldens, G17ReplaysInBothForms) {
  EXPECT_PASSES(fixtures::CancelFakeProgress, kProgress);
  EXPECT_PASSES(fixtures::CancelFakeProgress, "G17/cancel_fake_progress_history.bin");
}

TEST_F(Goldens, G17FindsEachEdit) {
  using Type = workflow::ActivityCancellationType;
  EXPECT_DIVERGES(ProgressWithType<Type::abandon>, kProgress, 10,
                  "Complete workflow machine does not handle this event: HistoryEvent(id: 10, "
                  "ActivityTaskCancelRequested)");
  EXPECT_DIVERGES(ProgressIgnoresSignal, kProgress, 10, "No command scheduled for event HistoryEvent(id: 10");
  // Core takes the early completion for one of a later task.
  EXPECT_DIVERGES(ProgressWithType<Type::try_cancel>, kProgress, 11, "CompleteWorkflowExecution was issued");
}

}  // namespace
