// Text in options: owned where options may be kept (client, worker, environments), viewed where they must stay trivial
// (calls of workflow code).
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace temporalio {

// A std::string that a std::string_view converts to as well.
class OptionString : public std::string {
 public:
  OptionString() = default;
  template <class T>
    requires std::is_convertible_v<T&&, std::string_view> && (!std::same_as<std::remove_cvref_t<T>, OptionString>)
  OptionString(T&& text)  // NOLINT(google-explicit-constructor): options are written as text
      : std::string(std::string_view(text)) {}
};

// A view for options of calls in workflow code, which g++ before 13 requires to be trivially destructible. The text
// must live until the call: a temporary std::string is refused, as it would be gone where the options have a name.
class OptionView : public std::string_view {
 public:
  constexpr OptionView() = default;
  template <class T>
    requires std::is_convertible_v<T&&, std::string_view> && (!std::same_as<std::remove_cvref_t<T>, OptionView>)
  constexpr OptionView(T&& text)  // NOLINT(google-explicit-constructor): options are written as text
      : std::string_view(text) {
    static_assert(std::is_lvalue_reference_v<T> || std::is_trivially_destructible_v<std::remove_cvref_t<T>>,
                  "temporalio: this option only views its text, and a temporary std::string would be gone. Cure: give "
                  "the string a name on a line of its own, and pass the name");
  }
};
static_assert(std::is_trivially_destructible_v<OptionView>);

}  // namespace temporalio
