// The workflows of fixtures/replay/*.txt: each is named after what it does, and a script names the one it runs.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>

#include "temporalio/workflow.h"

namespace replay_scripts {

using namespace std::chrono_literals;
namespace workflow = temporalio::workflow;
using workflow::Task;

inline constexpr workflow::ActivityType<std::string(std::string)> kWork{"work"};

inline workflow::ActivityHandle<std::string> work(
    const char* what,
    workflow::ActivityCancellationType cancellation = workflow::ActivityCancellationType::try_cancel) {
  return workflow::start_activity<&kWork>(std::string(what),
                                          {.start_to_close_timeout = 1min, .cancellation_type = cancellation});
}

#define TEMPORALIO_SCRIPT_RUN(Class) \
  static void define(workflow::Definer<Class> d) { d.run<&Class::run>(); }
#define TEMPORALIO_SCRIPT_SIGNAL(Class) \
  static void define(workflow::Definer<Class> d) { d.run<&Class::run>().template signal<&Class::go>(); }

// ---- one of each command -----------------------------------------------------------------------------------------

struct Nothing {
  TEMPORALIO_SCRIPT_RUN(Nothing)
  Task<> run() { co_return; }
};
struct ReturnsText {
  TEMPORALIO_SCRIPT_RUN(ReturnsText)
  Task<std::string> run() { co_return "done"; }
};
struct Nap {
  TEMPORALIO_SCRIPT_RUN(Nap)
  Task<> run() { co_await workflow::sleep(1s); }
};
struct NapWithSummary {
  TEMPORALIO_SCRIPT_RUN(NapWithSummary)
  Task<> run() { co_await workflow::sleep(1s, {.summary = "a nap"}); }
};
struct TwoNaps {
  TEMPORALIO_SCRIPT_RUN(TwoNaps)
  Task<> run() {
    co_await workflow::sleep(1s);
    co_await workflow::sleep(2s);
  }
};
struct TwoTimers {
  TEMPORALIO_SCRIPT_RUN(TwoTimers)
  Task<std::string> run() {
    auto first = workflow::sleep(1s);
    auto second = workflow::sleep(2s);
    const std::size_t index = co_await workflow::when_any(first, second);
    co_return index == 0 ? "first" : "second";
  }
};
struct CancelsTimer {
  TEMPORALIO_SCRIPT_RUN(CancelsTimer)
  Task<> run() {
    auto timer = workflow::sleep(1h);
    co_await workflow::sleep(1s);
    timer.cancel();
    co_await workflow::sleep(2s);
  }
};
struct CancelsTwoTimers {
  TEMPORALIO_SCRIPT_RUN(CancelsTwoTimers)
  Task<> run() {
    auto one = workflow::sleep(1h);
    auto other = workflow::sleep(2h);
    co_await workflow::sleep(1s);
    other.cancel();
    one.cancel();
    co_await workflow::sleep(2s);
  }
};
struct DropsTimer {
  TEMPORALIO_SCRIPT_RUN(DropsTimer)
  Task<> run() {
    auto timer = workflow::sleep(1h);
    timer.cancel();
    co_await workflow::sleep(1s);
  }
};
struct OneActivity {
  TEMPORALIO_SCRIPT_RUN(OneActivity)
  Task<std::string> run() {
    auto handle = work("it");
    std::string result = co_await handle;
    co_return result;
  }
};
struct ActivityWithOptions {
  TEMPORALIO_SCRIPT_RUN(ActivityWithOptions)
  Task<> run() {
    auto handle = workflow::start_activity<&kWork>(
        std::string("it"), {.task_queue = "elsewhere",
                            .schedule_to_close_timeout = 5min,
                            .schedule_to_start_timeout = 1min,
                            .start_to_close_timeout = 2min,
                            .heartbeat_timeout = 10s,
                            .retry_policy = temporalio::RetryPolicy{.initial_interval = 2s, .maximum_attempts = 3},
                            .activity_id = "mine",
                            .summary = "all options"});
    const std::string result = co_await handle;
    static_cast<void>(result);
  }
};
struct ActivityWithoutTimeout {
  TEMPORALIO_SCRIPT_RUN(ActivityWithoutTimeout)
  Task<> run() {
    auto handle = workflow::start_activity<&kWork>(std::string("it"), {});
    const std::string result = co_await handle;
    static_cast<void>(result);
  }
};
struct TwoActivities {
  TEMPORALIO_SCRIPT_RUN(TwoActivities)
  Task<std::string> run() {
    auto first = work("first");
    auto second = work("second");
    const std::size_t index = co_await workflow::when_any(first, second);
    auto next = work(index == 0 ? "after first" : "after second");
    const std::string result = co_await next;
    co_return result;
  }
};
template <workflow::ActivityCancellationType kType>
struct CancelsActivity {
  static void define(workflow::Definer<CancelsActivity> d) {
    d.name(kType == workflow::ActivityCancellationType::try_cancel ? "TryCancelsActivity"
           : kType == workflow::ActivityCancellationType::abandon  ? "AbandonsActivity"
                                                                   : "CancelsActivityAndWaits");
    d.template run<&CancelsActivity::run>();
  }
  Task<std::string> run() {
    auto handle = work("it", kType);
    co_await workflow::sleep(1s);
    handle.cancel();
    const auto result = co_await workflow::as_result(handle);
    co_await workflow::sleep(2s);
    co_return result.has_value() ? result.value() : "failed";
  }
};
struct DropsActivity {
  TEMPORALIO_SCRIPT_RUN(DropsActivity)
  Task<> run() {
    auto handle = work("it");
    handle.cancel();
    co_await workflow::sleep(1s);
  }
};
struct Fails {
  TEMPORALIO_SCRIPT_RUN(Fails)
  Task<> run() {
    co_await workflow::sleep(1s);
    throw temporalio::ApplicationError("no luck", {.type = "Luck"});
  }
};
struct Throws {
  TEMPORALIO_SCRIPT_RUN(Throws)
  Task<> run() {
    co_await workflow::sleep(1s);
    throw std::runtime_error("a bug");
  }
};
struct ContinuesAsNew {
  TEMPORALIO_SCRIPT_RUN(ContinuesAsNew)
  Task<> run(int n) {
    co_await workflow::sleep(1s);
    workflow::continue_as_new<&ContinuesAsNew::run>(n + 1);
  }
};
struct ContinuesAsNewWithOptions {
  TEMPORALIO_SCRIPT_RUN(ContinuesAsNewWithOptions)
  Task<> run(int n) {
    co_await workflow::sleep(1s);
    const workflow::ContinueAsNewOptions options = {.task_queue = "elsewhere", .run_timeout = 1h, .task_timeout = 5s};
    workflow::continue_as_new<&ContinuesAsNewWithOptions::run>(n + 1, options);
  }
};

// ---- patches -----------------------------------------------------------------------------------------------------

struct Patched {
  TEMPORALIO_SCRIPT_RUN(Patched)
  Task<> run() {
    temporalio::Duration duration = 1s;
    if (workflow::patched("change")) duration = 2s;
    co_await workflow::sleep(duration);
  }
};
struct TwoPatches {
  TEMPORALIO_SCRIPT_RUN(TwoPatches)
  Task<> run() {
    workflow::patched("b");
    workflow::patched("a");
    co_await workflow::sleep(1s);
  }
};
struct DeprecatesPatch {
  TEMPORALIO_SCRIPT_RUN(DeprecatesPatch)
  Task<> run() {
    workflow::deprecate_patch("change");
    co_await workflow::sleep(1s);
  }
};
struct PatchedLater {
  TEMPORALIO_SCRIPT_RUN(PatchedLater)
  Task<> run() {
    co_await workflow::sleep(1s);
    if (workflow::patched("change")) {
      auto handle = work("new");
      const std::string result = co_await handle;
      static_cast<void>(result);
    }
    co_await workflow::sleep(1s);
  }
};

// ---- the order of what one activation brings ----------------------------------------------------------------------

// Every cause leaves a command: the order of the activities is the order in which code learnt of the causes.
struct ReportsCauses {
  static void define(workflow::Definer<ReportsCauses> d) {
    d.run<&ReportsCauses::run>();
    d.signal<&ReportsCauses::go>();
    d.signal<&ReportsCauses::go_and_await>();
  }
  bool went = false;
  void go() {
    went = true;
    static_cast<void>(work("signal"));
  }
  Task<> go_and_await() {
    auto handle = work("awaiting signal");
    const std::string result = co_await handle;
    static_cast<void>(result);
  }
  Task<> timer() {
    try {
      co_await workflow::sleep(1h);
    } catch (const temporalio::CancelledError&) {
    }
    static_cast<void>(work("timer"));
  }
  Task<> activity() {
    auto handle = work("it");
    const auto result = co_await workflow::as_result(handle);
    static_cast<void>(work(result.has_value() ? "activity" : "activity failed"));
  }
  Task<> condition() {
    co_await workflow::wait_condition([this] { return went; });
    static_cast<void>(work("condition"));
  }
  Task<> run() {
    auto a = workflow::spawn(timer());
    auto b = workflow::spawn(activity());
    auto c = workflow::spawn(condition());
    const auto never = co_await workflow::as_result(workflow::wait_condition([] { return false; }, 24h));
    static_cast<void>(never);
    static_cast<void>(work("cancelled"));
    co_await workflow::sleep(1s);
  }
};
struct SignalOrTimeout {
  TEMPORALIO_SCRIPT_SIGNAL(SignalOrTimeout)
  bool went = false;
  void go() { went = true; }
  Task<std::string> run() {
    const auto result = co_await workflow::as_result(workflow::wait_condition([this] { return went; }, 1min));
    co_return result.has_value() ? "signal" : "timeout";
  }
};
struct WaitsForTwoSignals {
  TEMPORALIO_SCRIPT_SIGNAL(WaitsForTwoSignals)
  int count = 0;
  void go() { ++count; }
  Task<> waiter(const char* name, int wanted) {
    co_await workflow::wait_condition([this, wanted] { return count >= wanted; });
    static_cast<void>(work(name));
  }
  Task<> run() {
    auto a = workflow::spawn(waiter("two", 2));
    auto b = workflow::spawn(waiter("one", 1));
    auto c = workflow::spawn(waiter("two again", 2));
    co_await workflow::sleep(1h);
  }
};
struct SetsHandlerLate {
  TEMPORALIO_SCRIPT_RUN(SetsHandlerLate)
  int sum = 0;
  Task<int> run() {
    co_await workflow::sleep(1s);
    workflow::set_signal_handler<int>("add", [this](int n) { sum += n; });
    co_await workflow::wait_condition([this] { return sum >= 3; });
    co_return sum;
  }
};
struct HandlerFails {
  TEMPORALIO_SCRIPT_SIGNAL(HandlerFails)
  void go() { throw temporalio::ApplicationError("refused", {.type = "Refused"}); }
  Task<> run() { co_await workflow::sleep(1h); }
};
struct HandlerThrows {
  TEMPORALIO_SCRIPT_SIGNAL(HandlerThrows)
  void go() { throw std::runtime_error("a bug in a handler"); }
  Task<> run() { co_await workflow::sleep(1h); }
};
struct IgnoresCancellation {
  TEMPORALIO_SCRIPT_RUN(IgnoresCancellation)
  Task<std::string> run() {
    std::string result = "slept";
    try {
      co_await workflow::sleep(1h);
    } catch (const temporalio::CancelledError&) {
      result = "cancelled";
    }
    co_await workflow::sleep(1s);
    co_return result;
  }
};
struct AwaitsActivityUnderTimeout {
  TEMPORALIO_SCRIPT_RUN(AwaitsActivityUnderTimeout)
  Task<std::string> run() {
    auto handle = work("it");
    const auto result = co_await workflow::as_result(workflow::with_timeout(handle, 1min));
    co_return result.has_value() ? result.value() : "late";
  }
};
struct ClosesThenIssues {
  TEMPORALIO_SCRIPT_SIGNAL(ClosesThenIssues)
  bool went = false;
  void go() { went = true; }
  Task<> late() {
    co_await workflow::wait_condition([this] { return went; });
    static_cast<void>(work("late"));
  }
  Task<> run() {
    auto task = workflow::spawn(late());
    co_await workflow::wait_condition([this] { return went; });
  }
};

// ---- other workflows ---------------------------------------------------------------------------------------------

struct Child {
  TEMPORALIO_SCRIPT_SIGNAL(Child)
  void go() {}
  Task<int> run(int n) { co_return n; }
};
struct SignalsExternal {
  TEMPORALIO_SCRIPT_RUN(SignalsExternal)
  Task<std::string> run() {
    const auto other = workflow::get_external_workflow_handle("other", "run-2");
    const auto sent = co_await workflow::as_result(other.signal<&Child::go>());
    if (!sent.has_value()) co_return "not sent";
    co_await workflow::sleep(1s);
    co_return "sent";
  }
};
struct CancelsExternal {
  TEMPORALIO_SCRIPT_RUN(CancelsExternal)
  Task<std::string> run() {
    const auto other = workflow::get_external_workflow_handle("other");
    const auto sent = co_await workflow::as_result(other.cancel("enough"));
    co_return sent.has_value() ? "requested" : "not requested";
  }
};
struct StartsChild {
  TEMPORALIO_SCRIPT_RUN(StartsChild)
  Task<int> run() {
    auto child = co_await workflow::start_child_workflow<&Child::run>(7, {.id = "child"});
    co_await child.signal<&Child::go>();
    const int result = co_await child;
    co_return result;
  }
};
struct ExecutesChildWithOptions {
  TEMPORALIO_SCRIPT_RUN(ExecutesChildWithOptions)
  Task<int> run() {
    const temporalio::Payload note = temporalio::to_payload(std::string("note"));
    const workflow::NamedPayload memo[] = {{"memo", &note}};
    auto child = workflow::execute_child_workflow<&Child::run>(
        7, {.id = "child",
            .task_queue = "elsewhere",
            .parent_close_policy = workflow::ParentClosePolicy::abandon,
            .execution_timeout = 3h,
            .run_timeout = 2h,
            .task_timeout = 5s,
            .id_reuse_policy = workflow::WorkflowIDReusePolicy::reject_duplicate,
            .retry_policy = temporalio::RetryPolicy{.maximum_attempts = 2},
            .cron_schedule = "0 0 * * *",
            .memo = memo,
            .static_summary = "a child"});
    const int result = co_await child;
    co_return result;
  }
};
struct ExecutesChildOfRandomId {
  TEMPORALIO_SCRIPT_RUN(ExecutesChildOfRandomId)
  Task<int> run() {
    auto child = workflow::execute_child_workflow<&Child::run>(7);
    const int result = co_await child;
    co_return result;
  }
};
template <workflow::ChildWorkflowCancellationType kType>
struct CancelsChild {
  static void define(workflow::Definer<CancelsChild> d) {
    using Type = workflow::ChildWorkflowCancellationType;
    d.name(kType == Type::try_cancel                    ? "TryCancelsChild"
           : kType == Type::abandon                     ? "AbandonsChild"
           : kType == Type::wait_cancellation_completed ? "CancelsChildAndWaits"
                                                        : "CancelsChildAndWaitsForRequest");
    d.template run<&CancelsChild::run>();
  }
  Task<std::string> run() {
    auto child = workflow::execute_child_workflow<&Child::run>(7, {.id = "child", .cancellation_type = kType});
    co_await workflow::sleep(1s);
    child.cancel();
    const auto result = co_await workflow::as_result(child);
    co_await workflow::sleep(2s);
    co_return result.has_value() ? "completed" : "failed";
  }
};

// ---- updates -----------------------------------------------------------------------------------------------------

struct TakesUpdates {
  static void define(workflow::Definer<TakesUpdates> d) {
    d.run<&TakesUpdates::run>();
    d.update<&TakesUpdates::add>().validator<&TakesUpdates::check>();
    d.update<&TakesUpdates::nap>();
  }
  int total = 0;
  int add(int n) { return total += n; }
  void check(int n) const {
    if (n < 0) throw temporalio::ApplicationError("negative");
  }
  Task<int> nap(int n) {
    co_await workflow::sleep(1s);
    total += n;
    co_return total;
  }
  Task<> run() {
    co_await workflow::wait_condition([this] { return total >= 3; });
  }
};

template <class Visitor>
void for_each_workflow(Visitor visit) {
  using Type = workflow::ActivityCancellationType;
  visit.template operator()<Nothing>();
  visit.template operator()<ReturnsText>();
  visit.template operator()<Nap>();
  visit.template operator()<NapWithSummary>();
  visit.template operator()<TwoNaps>();
  visit.template operator()<TwoTimers>();
  visit.template operator()<CancelsTimer>();
  visit.template operator()<CancelsTwoTimers>();
  visit.template operator()<DropsTimer>();
  visit.template operator()<OneActivity>();
  visit.template operator()<ActivityWithOptions>();
  visit.template operator()<ActivityWithoutTimeout>();
  visit.template operator()<TwoActivities>();
  visit.template operator()<CancelsActivity<Type::try_cancel>>();
  visit.template operator()<CancelsActivity<Type::wait_cancellation_completed>>();
  visit.template operator()<CancelsActivity<Type::abandon>>();
  visit.template operator()<DropsActivity>();
  visit.template operator()<Fails>();
  visit.template operator()<Throws>();
  visit.template operator()<ContinuesAsNew>();
  visit.template operator()<ContinuesAsNewWithOptions>();
  visit.template operator()<Patched>();
  visit.template operator()<TwoPatches>();
  visit.template operator()<DeprecatesPatch>();
  visit.template operator()<PatchedLater>();
  visit.template operator()<ReportsCauses>();
  visit.template operator()<SignalOrTimeout>();
  visit.template operator()<WaitsForTwoSignals>();
  visit.template operator()<SetsHandlerLate>();
  visit.template operator()<HandlerFails>();
  visit.template operator()<HandlerThrows>();
  visit.template operator()<IgnoresCancellation>();
  visit.template operator()<AwaitsActivityUnderTimeout>();
  visit.template operator()<ClosesThenIssues>();
  visit.template operator()<TakesUpdates>();
  using ChildType = workflow::ChildWorkflowCancellationType;
  visit.template operator()<Child>();
  visit.template operator()<SignalsExternal>();
  visit.template operator()<CancelsExternal>();
  visit.template operator()<StartsChild>();
  visit.template operator()<ExecutesChildWithOptions>();
  visit.template operator()<ExecutesChildOfRandomId>();
  visit.template operator()<CancelsChild<ChildType::try_cancel>>();
  visit.template operator()<CancelsChild<ChildType::abandon>>();
  visit.template operator()<CancelsChild<ChildType::wait_cancellation_completed>>();
  visit.template operator()<CancelsChild<ChildType::wait_cancellation_requested>>();
}

#undef TEMPORALIO_SCRIPT_RUN
#undef TEMPORALIO_SCRIPT_SIGNAL

}  // namespace replay_scripts
