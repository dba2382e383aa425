// How failed activities, child workflows and workflows are tried again.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "temporalio/duration.h"
#include "temporalio/option_text.h"

namespace temporalio {

// Names of error types: `{"CardRefused", "OutOfStock"}`, up to eight, or an array or vector of string views, which must
// live until the call. Trivially destructible, and no std::initializer_list, so that it can stand in a co_await
// statement of g++ 12.
class ErrorTypes {
 public:
  static constexpr std::size_t kMaxNames = 8;

  constexpr ErrorTypes() = default;
  template <class... T>
    requires(sizeof...(T) > 0 && (std::is_convertible_v<T &&, std::string_view> && ...))
  constexpr ErrorTypes(T&&... names)  // NOLINT(google-explicit-constructor): a list of names in braces
      : names_{std::string_view(OptionView(std::forward<T>(names)))...}, size_(sizeof...(T)) {
    static_assert(sizeof...(T) <= kMaxNames,
                  "temporalio: at most eight error types stand in braces: pass an array of std::string_view");
  }
  template <class List>
    requires(std::is_convertible_v<const List&, std::span<const std::string_view>> &&
             !std::is_convertible_v<const List&, std::string_view> && !std::same_as<List, ErrorTypes>)
  constexpr ErrorTypes(const List& list)  // NOLINT(google-explicit-constructor): as a span
      : list_(list) {}

  std::size_t size() const { return list_.empty() ? size_ : list_.size(); }
  std::string_view operator[](std::size_t index) const { return list_.empty() ? names_[index] : list_[index]; }

 private:
  std::array<std::string_view, kMaxNames> names_{};
  std::size_t size_ = 0;
  std::span<const std::string_view> list_;  // instead of names_, where not empty
};

// An aggregate of views and values, copied by the call it is given to.
struct RetryPolicy {
  Duration initial_interval = std::chrono::seconds(1);
  double backoff_coefficient = 2.0;
  std::optional<Duration> maximum_interval = std::nullopt;  // unset: 100 times initial_interval
  int maximum_attempts = 0;                                 // 0: no limit
  // Application error types that are not tried again, compared exactly.
  ErrorTypes non_retryable_error_types = {};
};
static_assert(std::is_aggregate_v<RetryPolicy> && std::is_trivially_destructible_v<RetryPolicy>);

}  // namespace temporalio
