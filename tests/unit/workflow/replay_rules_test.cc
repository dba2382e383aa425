// Rules of replay that no recorded history at hand shows: each as a small history made here and a workflow.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "temporal/api/history/v1/message.pb.h"
#include "temporalio/replayer.h"
#include "temporalio/workflow.h"

using namespace std::chrono_literals;
using namespace temporalio;
using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): event types
using replayer::Verdict;
using ::testing::HasSubstr;
using workflow::Task;

namespace {

using Event = temporal::api::history::v1::HistoryEvent;

// A history, event by event. Events refer to others by id, and the ids run from 1.
class Story {
 public:
  Event& add(EventType type) {
    Event& event = *history_.add_events();
    event.set_event_id(history_.events_size());
    event.set_event_type(type);
    return event;
  }
  Story& start() {
    add(EVENT_TYPE_WORKFLOW_EXECUTION_STARTED)
        .mutable_workflow_execution_started_event_attributes()
        ->mutable_workflow_type()
        ->set_name("Subject");
    return *this;
  }
  Story& begin_task() {
    add(EVENT_TYPE_WORKFLOW_TASK_SCHEDULED).mutable_workflow_task_scheduled_event_attributes();
    add(EVENT_TYPE_WORKFLOW_TASK_STARTED).mutable_workflow_task_started_event_attributes();
    return *this;
  }
  Story& end_task(std::vector<std::uint32_t> core_flags = {}) {
    auto& completed = *add(EVENT_TYPE_WORKFLOW_TASK_COMPLETED).mutable_workflow_task_completed_event_attributes();
    for (const std::uint32_t flag : core_flags) completed.mutable_sdk_metadata()->add_core_used_flags(flag);
    return *this;
  }
  Story& task(std::vector<std::uint32_t> core_flags = {}) { return begin_task().end_task(std::move(core_flags)); }
  Story& timer(const std::string& id) {
    add(EVENT_TYPE_TIMER_STARTED).mutable_timer_started_event_attributes()->set_timer_id(id);
    return *this;
  }
  Story& fired(std::int64_t started, const std::string& id) {
    auto& attributes = *add(EVENT_TYPE_TIMER_FIRED).mutable_timer_fired_event_attributes();
    attributes.set_started_event_id(started);
    attributes.set_timer_id(id);
    return *this;
  }
  Story& timer_cancelled(std::int64_t started) {
    add(EVENT_TYPE_TIMER_CANCELED).mutable_timer_canceled_event_attributes()->set_started_event_id(started);
    return *this;
  }
  Story& activity(const std::string& id) {
    auto& attributes = *add(EVENT_TYPE_ACTIVITY_TASK_SCHEDULED).mutable_activity_task_scheduled_event_attributes();
    attributes.set_activity_id(id);
    attributes.mutable_activity_type()->set_name("act");
    return *this;
  }
  Story& activity_started(std::int64_t scheduled) {
    add(EVENT_TYPE_ACTIVITY_TASK_STARTED)
        .mutable_activity_task_started_event_attributes()
        ->set_scheduled_event_id(scheduled);
    return *this;
  }
  Story& activity_canceled(std::int64_t scheduled) {
    add(EVENT_TYPE_ACTIVITY_TASK_CANCELED)
        .mutable_activity_task_canceled_event_attributes()
        ->set_scheduled_event_id(scheduled);
    return *this;
  }
  Story& activity_completed_unstarted(std::int64_t scheduled) {
    add(EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
        .mutable_activity_task_completed_event_attributes()
        ->set_scheduled_event_id(scheduled);
    return *this;
  }
  // The search attribute that goes with a patch.
  Story& upsert(const std::string& key = "TemporalChangeVersion") {
    auto& attributes =
        *add(EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES).mutable_upsert_workflow_search_attributes_event_attributes();
    (*attributes.mutable_search_attributes()->mutable_indexed_fields())[key].set_data("[]");
    return *this;
  }
  Story& bare_task_event(EventType type) {
    Event& event = add(type);
    switch (type) {
      case EVENT_TYPE_WORKFLOW_TASK_STARTED:
        event.mutable_workflow_task_started_event_attributes();
        break;
      case EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
        event.mutable_workflow_task_completed_event_attributes();
        break;
      case EVENT_TYPE_WORKFLOW_TASK_FAILED:
        event.mutable_workflow_task_failed_event_attributes();
        break;
      default:
        event.mutable_workflow_task_timed_out_event_attributes();
    }
    return *this;
  }
  Story& activity_completed(std::int64_t scheduled) {
    return activity_started(scheduled).activity_completed_unstarted(scheduled);
  }
  Story& signal(const std::string& name) {
    add(EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED)
        .mutable_workflow_execution_signaled_event_attributes()
        ->set_signal_name(name);
    return *this;
  }
  Story& cancel_requested() {
    add(EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED).mutable_workflow_execution_cancel_requested_event_attributes();
    return *this;
  }
  Story& patch(const std::string& id, bool is_deprecated = false) {
    auto& details = *marker("core_patch").mutable_details();
    auto& data = *details["patch-data"].add_payloads();
    (*data.mutable_metadata())["encoding"] = "json/plain";
    data.set_data(R"({"id":")" + id + R"(","deprecated":)" + (is_deprecated ? "true}" : "false}"));
    return *this;
  }
  Story& foreign_marker() {
    marker("Version");
    return *this;
  }
  Story& newer_than_us() {
    add(EVENT_TYPE_UNSPECIFIED).set_worker_may_ignore(true);
    return *this;
  }
  Story& completed() {
    add(EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED).mutable_workflow_execution_completed_event_attributes();
    return *this;
  }
  Story& canceled() {
    add(EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED).mutable_workflow_execution_canceled_event_attributes();
    return *this;
  }

  template <class W>
  replayer::ReplayResult replay() const {
    replayer::Replayer replayer;
    replayer.add_workflow<W>();
    return replayer.replay_json(history_.SerializeAsString(), "story");
  }

 private:
  temporal::api::history::v1::MarkerRecordedEventAttributes& marker(const std::string& name) {
    auto& attributes = *add(EVENT_TYPE_MARKER_RECORDED).mutable_marker_recorded_event_attributes();
    attributes.set_marker_name(name);
    return attributes;
  }

  temporal::api::history::v1::History history_;
};

Story started() { return Story().start(); }

template <class W>
void expect_passes(const Story& story) {
  const auto result = story.replay<W>();
  EXPECT_TRUE(result.has_passed()) << result.report();
}

template <class W>
void expect_diverges(const Story& story, std::int64_t event_id) {
  const auto result = story.replay<W>();
  EXPECT_EQ(result.verdict, Verdict::nondeterminism) << result.report();
  EXPECT_EQ(result.divergence.event_id, event_id) << result.report();
}

template <class W>
void expect_refused(const Story& story, const std::string& why) {
  const auto result = story.replay<W>();
  EXPECT_EQ(result.verdict, Verdict::bad_input) << result.report();
  EXPECT_THAT(result.message, HasSubstr(why));
}

constexpr workflow::ActivityType<void()> kAct{"act"};

template <class Self>
class Base {
 public:
  static void define(workflow::Definer<Self> d) { d.name("Subject").template run<&Self::run>(); }
};

// ---- conditions --------------------------------------------------------------------------------------------------

class WaitsUntilDone : public Base<WaitsUntilDone> {
 public:
  Task<> run() {
    auto activity = workflow::start_activity<&kAct>({.start_to_close_timeout = 1min});
    co_await workflow::wait_condition([&] { return activity.is_done(); });
    co_await workflow::sleep(1s);
  }
};

// Nobody awaits what the job resolves, so the job wakes no task; the condition has to be looked at all the same.
TEST(ReplayRules, ConditionsAreEvaluatedAfterJobsThatWakeNobody) {
  expect_passes<WaitsUntilDone>(started().task().activity("1").activity_completed(5).task().timer("1"));
}

// ---- the order within an activation ------------------------------------------------------------------------------

class SignalStartsActivity {
 public:
  static void define(workflow::Definer<SignalStartsActivity> d) {
    d.name("Subject").run<&SignalStartsActivity::run>();
    d.signal<&SignalStartsActivity::go>();
  }
  Task<> run() { co_await workflow::sleep(1h); }
  Task<> go() { co_await workflow::execute_activity<&kAct>({.start_to_close_timeout = 1min}); }
};

TEST(ReplayRules, CancellationComesAfterTheSignalHandlersOfItsActivation) {
  const Story before = started().task().timer("1").signal("go").cancel_requested().task();
  expect_passes<SignalStartsActivity>(Story(before).activity("1").timer_cancelled(5).canceled());
  expect_diverges<SignalStartsActivity>(Story(before).timer_cancelled(5).activity("1").canceled(), 11);
}

class TimerOrCancel : public Base<TimerOrCancel> {
 public:
  Task<> run() {
    auto first = workflow::sleep(1s);
    auto second = workflow::sleep(1h);
    co_await first;
    co_await second;
  }
};

TEST(ReplayRules, WhatEndsBehindTheCancellationDoesNotOvertakeIt) {
  const Story before = started().task().timer("1").timer("2");
  expect_passes<TimerOrCancel>(Story(before).cancel_requested().fired(5, "1").task().canceled());
}

class NestedHandlers : public Base<NestedHandlers> {
 public:
  Task<> run() {
    workflow::set_signal_handler("a", [this] { workflow::set_signal_handler("b", [this] { seen_ += "b"; }); });
    if (seen_ == "bb") co_await workflow::sleep(1s);
    co_await workflow::sleep(2s);
  }

 private:
  std::string seen_;
};

TEST(ReplayRules, HandlersSetByAHandlerGetWhatWasBuffered) {
  expect_passes<NestedHandlers>(
      started().signal("b").signal("a").signal("b").task().timer("1").fired(8, "1").task().timer("2"));
}

// ---- SDK flags ---------------------------------------------------------------------------------------------------

class OneActivity : public Base<OneActivity> {
 public:
  Task<> run() {
    co_await workflow::wait_condition([&] { return workflow::info().history_length > 3; });
    co_await workflow::execute_activity<&kAct>({.start_to_close_timeout = 1min});
  }
};

// A task that completes with nothing and is followed by another at once is merged with it; its flags hold all the same.
TEST(ReplayRules, FlagsOfAMergedTaskHold) {
  expect_passes<OneActivity>(started().task({1}).task().activity("1"));
  expect_diverges<OneActivity>(started().task({1}).task().activity("other"), 8);
  expect_passes<OneActivity>(started().task().task().activity("other"));
  expect_refused<OneActivity>(started().task({99}).task().activity("1"), "core flag 99");
}

// Since the Python SDK 1.35 Core records flag 4, which says something of Nexus operations only.
TEST(ReplayRules, FlagsOfTodaysCoreAreKnown) {
  expect_passes<OneActivity>(started().task({1, 2, 3, 4}).task().activity("1"));
  expect_diverges<OneActivity>(started().task({1, 2, 3, 4}).task().activity("other"), 8);
  expect_refused<OneActivity>(started().task({1, 2, 3, 4, 5}).task().activity("1"), "core flag 5");
}

// ---- patches -----------------------------------------------------------------------------------------------------

class Nap : public Base<Nap> {
 public:
  Task<> run() { co_await workflow::sleep(1s); }
};

class PatchedInSecondTask : public Base<PatchedInSecondTask> {
 public:
  Task<> run() {
    co_await workflow::sleep(1s);
    workflow::deprecate_patch("p");
    co_await workflow::sleep(1s);
  }
};

class PatchedAtLast : public Base<PatchedAtLast> {
 public:
  Task<> run() {
    co_await workflow::sleep(1s);
    workflow::deprecate_patch("p");
    co_await workflow::wait_condition([] { return false; });
  }
};

// The marker is in the first task, the call comes in the second: it writes nothing there.
TEST(ReplayRules, APatchCallWithoutMarkerInItsTaskIsNoDifference) {
  expect_passes<PatchedInSecondTask>(started().task().patch("p", true).timer("1").fired(6, "1").task().timer("2"));
  expect_passes<PatchedAtLast>(started().task().patch("p", true).timer("1").fired(6, "1").task());
}

class TwoPatches : public Base<TwoPatches> {
 public:
  Task<> run() {
    workflow::patched("a");
    workflow::patched("b");
    co_await workflow::sleep(1s);
  }
};

TEST(ReplayRules, MarkersAreMatchedByTheirChange) {
  expect_passes<TwoPatches>(started().task().patch("a").patch("b").timer("1"));
  expect_passes<TwoPatches>(started().task().patch("b").timer("1"));
  expect_passes<TwoPatches>(started().task().patch("gone", true).patch("a").patch("b").timer("1"));
  expect_diverges<TwoPatches>(started().task().patch("b").patch("a").timer("1"), 6);
  expect_diverges<TwoPatches>(started().task().patch("gone").patch("a").timer("1"), 5);
}

TEST(ReplayRules, AMarkerOfAnotherKindIsNoPatch) {
  expect_diverges<TwoPatches>(started().task().foreign_marker().patch("a").timer("1"), 5);
}

// With core flag 2 each marker that the code writes is followed by the search attribute that tells of it.
TEST(ReplayRules, APatchIsToldInASearchAttributeWhereTheFlagSaysSo) {
  const auto with = [](std::uint32_t flag) { return started().task({flag}); };
  expect_passes<TwoPatches>(with(2).patch("a").upsert().patch("b").upsert().timer("1"));
  expect_diverges<TwoPatches>(with(2).patch("a").patch("b").upsert().timer("1"), 6);
  expect_diverges<TwoPatches>(with(2).patch("a").upsert().patch("b").timer("1"), 8);
  expect_diverges<TwoPatches>(with(2).patch("a").upsert().upsert().patch("b").upsert().timer("1"), 7);
  expect_diverges<TwoPatches>(with(2).patch("a").upsert("Mine").patch("b").upsert().timer("1"), 6);
  expect_diverges<TwoPatches>(with(1).patch("a").upsert().patch("b").timer("1"), 6);
  expect_diverges<PatchedAtLast>(started().task({2}).timer("1").fired(5, "1").task().patch("p"), 10);
  // Code that has forgotten the change.
  expect_passes<Nap>(with(2).patch("gone", true).upsert().timer("1"));
  expect_passes<Nap>(with(2).patch("gone", true).timer("1"));
  expect_diverges<Nap>(with(1).patch("gone", true).upsert().timer("1"), 6);
}

// ---- events ------------------------------------------------------------------------------------------------------

TEST(ReplayRules, EventsOfNewerKindsThatMayBeIgnoredAreSkippedEverywhere) {
  const auto around = [](int where) {
    Story story = started();
    int at = 0;
    const auto maybe = [&] {
      if (at++ == where) story.newer_than_us();
    };
    maybe();
    story.begin_task();
    maybe();
    story.end_task({1, 2, 3});
    maybe();
    story.timer("1");
    maybe();
    story.fired(where < 3 ? 6 : 5, "1");
    maybe();
    story.task();
    maybe();
    story.completed();
    maybe();
    return story;
  };
  for (int where = 0; where < 7; ++where) {
    SCOPED_TRACE(where);
    expect_passes<Nap>(around(where));
  }
}

TEST(ReplayRules, TheReportSaysHowTheCodeHasChangedAndWhatToDo) {
  using replayer::DivergenceKind;
  const auto expect = [](const Story& story, DivergenceKind kind, const char* hint) {
    const auto result = story.replay<Nap>();
    EXPECT_EQ(result.divergence.kind, kind) << result.report();
    EXPECT_THAT(result.report(), HasSubstr(hint));
  };
  expect(started().task().activity("1"), DivergenceKind::changed, "{ /* new code */ } else { /* old code */ }");
  expect(started().task().timer("1").timer("2"), DivergenceKind::missing,
         "if (!workflow::patched(\"describe-the-change\")) { /* the old call */ }");
  const char* const leave_out = "if (workflow::patched(\"describe-the-change\")) { /* the new call */ }";
  expect(started().task().signal("go").task(), DivergenceKind::added, leave_out);
  expect(started().task(), DivergenceKind::added, leave_out);  // the end of the history
}

TEST(ReplayRules, AFiredTimerHasTheIdThatItWasStartedWith) {
  expect_passes<Nap>(started().task().timer("1").fired(5, "1").task().completed());
  expect_passes<Nap>(started().task().timer("5").fired(5, "5").task().completed());  // as Go counts
  expect_diverges<Nap>(started().task().timer("1").fired(5, "2").task().completed(), 6);
  // With flag 1 the recording SDK numbers as this one does: another id is another timer.
  expect_diverges<Nap>(started().task({1}).timer("2").fired(5, "2").task().completed(), 6);
}

TEST(ReplayRules, AWorkflowTaskIsScheduledThenStartedThenEnds) {
  const std::string misplaced = "comes without its WorkflowTask";
  for (const EventType type :
       {EVENT_TYPE_WORKFLOW_TASK_COMPLETED, EVENT_TYPE_WORKFLOW_TASK_FAILED, EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT}) {
    expect_refused<Nap>(started().bare_task_event(type), misplaced);
    expect_refused<Nap>(started().task().timer("1").fired(5, "1").bare_task_event(type), misplaced);
  }
  expect_refused<Nap>(started().bare_task_event(EVENT_TYPE_WORKFLOW_TASK_STARTED), misplaced + "Scheduled before it");
  expect_passes<Nap>(started()
                         .begin_task()
                         .bare_task_event(EVENT_TYPE_WORKFLOW_TASK_FAILED)
                         .begin_task()
                         .bare_task_event(EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT)
                         .task()
                         .timer("1"));
}

class OneAct : public Base<OneAct> {
 public:
  Task<> run() { co_await workflow::execute_activity<&kAct>({.start_to_close_timeout = 1min}); }
};

TEST(ReplayRules, AnActivityIsScheduledThenStartedThenEnds) {
  expect_passes<OneAct>(started().task().activity("1").activity_completed(5).task().completed());
  expect_refused<OneAct>(started().task().activity("1").activity_completed_unstarted(5).task().completed(),
                         "event 6 (ActivityTaskCompleted) ends the activity of event 5 without ActivityTaskStarted");
  expect_refused<OneAct>(started().task().activity("1").activity_started(5).activity_canceled(5).task(),
                         "event 7 (ActivityTaskCanceled) ends the activity of event 5 without ActivityTaskCancelReq");
  expect_diverges<Nap>(started().task().timer("1").activity_started(5), 6);
  expect_refused<OneAct>(started().task().activity("1").activity_started(9), "expected an earlier one");
}

constexpr workflow::ActivityType<int()> kReads{"act"};

class ReadsAsResult : public Base<ReadsAsResult> {
 public:
  Task<> run() {
    const auto result =
        co_await workflow::as_result(workflow::start_activity<&kReads>({.start_to_close_timeout = 1min}));
    if (!result) co_await workflow::sleep(1s);
  }
};

// What was recorded cannot be read: not the activity's failure, which would be answered with compensation.
TEST(ReplayRules, AResultThatCannotBeReadIsNoFailedActivity) {
  const auto result = started().task().activity("1").activity_completed(5).task().timer("1").replay<ReadsAsResult>();
  EXPECT_EQ(result.verdict, Verdict::code_failed) << result.report();
}

// ---- cancellation ------------------------------------------------------------------------------------------------

class ReadyAtOnce : public Base<ReadyAtOnce> {
 public:
  Task<> run() {
    co_await workflow::wait_condition([] { return true; });
  }
};
class ReadyAtOnceWithin : public Base<ReadyAtOnceWithin> {
 public:
  Task<> run() {
    co_await workflow::wait_condition([] { return true; }, 1h);
  }
};

// The first await throws where the workflow was cancelled before it began, whether or not there is something to await.
TEST(ReplayRules, CancelledBeforeItBeginsThrowsAtTheFirstAwait) {
  expect_passes<ReadyAtOnce>(started().cancel_requested().task().canceled());
  expect_passes<ReadyAtOnceWithin>(started().cancel_requested().task().canceled());
  expect_diverges<ReadyAtOnce>(started().cancel_requested().task().completed(), 6);
  expect_passes<ReadyAtOnce>(started().task().completed());
  expect_passes<ReadyAtOnceWithin>(started().task().completed());
}

TEST(ReplayRules, WhatClosesNothingOpenIsNondeterminism) {
  expect_diverges<Nap>(started().task().timer("1").fired(5, "1").fired(5, "1").task().completed(), 7);
  expect_refused<Nap>(started().task().timer("1").fired(8, "1").task().completed(), "expected an earlier one");
}

TEST(ReplayRules, EventsCarryTheAttributesOfTheirType) {
  Story without = started().task();
  without.add(EVENT_TYPE_TIMER_STARTED);
  expect_refused<Nap>(without, "event 5 (TimerStarted) does not carry the attributes of its type");
  Story foreign = started().task();
  foreign.add(EVENT_TYPE_TIMER_STARTED).mutable_timer_fired_event_attributes();
  expect_refused<Nap>(foreign, "event 5 (TimerStarted) does not carry the attributes of its type");
}

}  // namespace
