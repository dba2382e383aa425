// The state tables: what is listed happens, what is not listed is refused and changes nothing, every state is reached.
#include <gtest/gtest.h>

#include <cctype>
#include <set>
#include <span>
#include <string>

#include "sdk/src/machines/activity.h"
#include "sdk/src/machines/catalogue.h"
#include "sdk/src/machines/child_workflow.h"
#include "sdk/src/machines/external_workflow.h"
#include "sdk/src/machines/timer.h"

namespace temporalio::machines {
namespace {

template <class State, class Input, class Transition>
void check_table(std::span<const Transition> transitions, int states, int inputs) {
  std::set<int> reached = {0};
  for (const auto& t : transitions) reached.insert(static_cast<int>(t.to));
  EXPECT_EQ(static_cast<int>(reached.size()), states);
  int allowed = 0;
  for (int s = 0; s < states; ++s) {
    for (int i = 0; i < inputs; ++i) {
      State state = static_cast<State>(s);
      const auto effect = apply(state, static_cast<Input>(i));
      const Transition* listed = nullptr;
      for (const auto& t : transitions) {
        if (t.from == static_cast<State>(s) && t.input == static_cast<Input>(i)) listed = &t;
      }
      if (listed == nullptr) {
        EXPECT_FALSE(effect.has_value()) << "state " << s << " input " << i;
        EXPECT_EQ(state, static_cast<State>(s));
      } else {
        ++allowed;
        ASSERT_TRUE(effect.has_value()) << "state " << s << " input " << i;
        EXPECT_EQ(*effect, listed->effect);
        EXPECT_EQ(state, listed->to);
      }
    }
  }
  EXPECT_EQ(allowed, static_cast<int>(transitions.size())) << "a transition is listed twice";
}

TEST(TimerMachine, DoesWhatItsTableSays) {
  check_table<TimerState, TimerInput, TimerTransition>(timer_transitions(), 6, 4);
}

TEST(ActivityMachine, DoesWhatItsTableSays) {
  check_table<ActivityState, ActivityInput, ActivityTransition>(activity_transitions(), 7, 6);
}

TEST(ExternalMachine, DoesWhatItsTableSays) {
  check_table<ExternalState, ExternalInput, ExternalTransition>(external_transitions(), 4, 3);
}

TEST(ChildMachine, DoesWhatItsTableSays) {
  check_table<ChildState, ChildInput, ChildTransition>(child_transitions(), 8, 8);
}

TEST(TimerMachine, CancelBeforeSentDropsTheCommand) {
  TimerState state = TimerState::created;
  EXPECT_EQ(apply(state, TimerInput::cancel), TimerEffect::drop_and_resolve_cancelled);
}

TEST(TimerMachine, CancelAfterItFiredIssuesNothing) {
  TimerState state = TimerState::fired;
  EXPECT_EQ(apply(state, TimerInput::cancel), TimerEffect::none);
}

TEST(ActivityMachine, AClosedActivityCannotCloseAgain) {
  ActivityState state = ActivityState::closed;
  EXPECT_FALSE(apply(state, ActivityInput::close).has_value());
}

// The names in the catalogue are the API's own in the spelling of the documentation.
TEST(Catalogue, NamesEveryEventAsTheApiDoes) {
  using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): event types
  for (int type = 1; type <= EventType_MAX; ++type) {
    std::string name;
    bool starts_word = true;
    for (const char c : EventType_Name(static_cast<EventType>(type)).substr(sizeof("EVENT_TYPE_") - 1)) {
      if (c != '_') name += starts_word ? c : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      starts_word = c == '_';
    }
    EXPECT_EQ(event_type_name(type), name);
  }
}

TEST(Catalogue, EventTypeNamesAreThoseOfTheDocumentation) {
  EXPECT_EQ(event_type_name(temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED),
            "WorkflowExecutionStarted");
  EXPECT_EQ(event_type_name(4711), "event type 4711");
}

}  // namespace
}  // namespace temporalio::machines
