#include "temporalio/activity_mock.h"

#include "temporalio/errors.h"

namespace temporalio::testing::detail {
namespace {

std::string times(int count) {
  if (count == 0) return "never";
  return count == 1 ? "once" : std::to_string(count) + " times";
}

}  // namespace

void MockCalls::expect(int least, std::optional<int> most) {
  least_ = least;
  most_ = most.value_or(-1);
}

void MockCalls::begin_call() {
  const int count = ++calls_;
  const int most = most_;
  if (most < 0 || count <= most) return;
  throw ApplicationError("the mock of activity " + activity_type_ + " is to be called " +
                             (most == 0 ? "never" : "at most " + times(most)) + ", and was called " + times(count),
                         {.type = "UnexpectedCall", .non_retryable = true});
}

std::string MockCalls::unmet() const {
  const int count = calls_;
  const int least = least_;
  const int most = most_;
  if (count >= least && (most < 0 || count <= most)) return "";
  const std::string expected = least == most   ? times(least)
                               : count < least ? "at least " + times(least)
                                               : "at most " + times(most);
  return "activity " + activity_type_ + " was to be called " + expected + ", and was called " + times(count);
}

}  // namespace temporalio::testing::detail
