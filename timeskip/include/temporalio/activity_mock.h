// Stands in for an activity in tests: called in its place, with its arguments, by whichever worker of the environment
// gets the task. Made by WorkflowEnvironment::mock_activity.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "temporalio/activity_definition.h"
#include "temporalio/payload.h"

namespace temporalio::testing {

namespace detail {

// What is expected of a mock and what has happened. Any thread.
class MockCalls {
 public:
  explicit MockCalls(std::string_view activity_type) : activity_type_(activity_type) {}
  virtual ~MockCalls() = default;
  MockCalls(const MockCalls&) = delete;
  MockCalls& operator=(const MockCalls&) = delete;

  void expect(int least, std::optional<int> most);
  // Counts a call. Throws ApplicationError, not retryable, where it is one too many.
  void begin_call();
  int call_count() const { return calls_; }
  // What is not as expected, in one line; empty: nothing.
  std::string unmet() const;

 private:
  const std::string activity_type_;
  std::atomic<int> calls_ = 0;
  std::atomic<int> least_ = 0;
  std::atomic<int> most_ = -1;  // -1: any number
};

template <auto kActivity, class F>
class MockFunction final : public MockCalls {
 public:
  explicit MockFunction(F function) : MockCalls(activity::kName<kActivity>), function_(std::move(function)) {}

  static Payload call(void* instance, const PayloadListView& payloads) {
    auto& self = *static_cast<MockFunction*>(instance);
    self.begin_call();
    auto arguments = from_payloads<typename Traits::Args>(payloads);
    return std::apply(
        [&self](auto&... a) {
          if constexpr (std::is_void_v<Value>) {
            self.function_(std::move(a)...);
            return to_payload(nullptr);
          } else {
            const Value value = self.function_(std::move(a)...);
            return to_payload(value);
          }
        },
        arguments);
  }

  static constexpr activity::Definition make_definition() {
    activity::Definition definition;
    definition.name = activity::kName<kActivity>;
    definition.is_method = true;
    definition.call = &call;
    return definition;
  }
  static inline constexpr activity::Definition kDefinition = make_definition();

 private:
  using Traits = FunctionTraits<decltype(kActivity)>;
  using Value = typename Traits::Value;
  F function_;
};

template <class F, class R, class Tuple>
inline constexpr bool kCanStandIn = false;
template <class F, class R, class... A>
inline constexpr bool kCanStandIn<F, R, std::tuple<A...>> = std::is_invocable_r_v<R, F&, A...>;

}  // namespace detail

// Cheap to copy: copies speak of the same mock. Any thread.
//
//   auto charged = env.mock_activity<&charge>([](std::string) { return 3; }).times(2);
//   ...
//   EXPECT_EQ(charged.call_count(), 2);
//   EXPECT_EQ(env.unmet_expectations(), "");
class ActivityMock {
 public:
  explicit ActivityMock(std::shared_ptr<detail::MockCalls> calls) : calls_(std::move(calls)) {}

  // How often it is to be called, attempts that fail included; by default any number of times. A call too many fails
  // its activity at once; calls that are missing show in WorkflowEnvironment::unmet_expectations.
  ActivityMock& times(int count) { return expect(count, count); }
  ActivityMock& at_least(int count) { return expect(count, std::nullopt); }
  ActivityMock& at_most(int count) { return expect(0, count); }
  ActivityMock& never() { return expect(0, 0); }

  int call_count() const { return calls_->call_count(); }

 private:
  ActivityMock& expect(int least, std::optional<int> most) {
    calls_->expect(least, most);
    return *this;
  }

  std::shared_ptr<detail::MockCalls> calls_;
};

}  // namespace temporalio::testing
