// What the API needs to know of a function pointer at compile time: its unqualified name, its parameters, and the type
// it gives (with Task<R> unwrapped to R).
#pragma once

#include <string_view>
#include <tuple>
#include <type_traits>

namespace temporalio {

template <class T>
class Task;

// Task<R> -> R; every other type stays.
template <class T>
struct TaskValue {
  using type = T;
  static constexpr bool is_task = false;
};
template <class T>
struct TaskValue<Task<T>> {
  using type = T;
  static constexpr bool is_task = true;
};

namespace detail {
template <class C, class R, bool IsConst, class... A>
struct SignatureTraits {
  using Class = C;                            // void for a free function
  using Result = R;                           // as declared, Task<...> included
  using Value = typename TaskValue<R>::type;  // what the caller gets in the end
  using Args = std::tuple<std::decay_t<A>...>;
  static constexpr bool is_const = IsConst;
  static constexpr bool is_task = TaskValue<R>::is_task;
  static constexpr std::size_t arity = sizeof...(A);
  // A coroutine's reference parameter dangles once the caller's argument is gone.
  static constexpr bool takes_references = (std::is_reference_v<A> || ...);
};
}  // namespace detail

template <class F>
struct FunctionTraits;
template <class R, class... A>
struct FunctionTraits<R (*)(A...)> : detail::SignatureTraits<void, R, false, A...> {};
template <class R, class... A>
struct FunctionTraits<R (*)(A...) noexcept> : detail::SignatureTraits<void, R, false, A...> {};
template <class C, class R, class... A>
struct FunctionTraits<R (C::*)(A...)> : detail::SignatureTraits<C, R, false, A...> {};
template <class C, class R, class... A>
struct FunctionTraits<R (C::*)(A...) noexcept> : detail::SignatureTraits<C, R, false, A...> {};
template <class C, class R, class... A>
struct FunctionTraits<R (C::*)(A...) const> : detail::SignatureTraits<C, R, true, A...> {};
template <class C, class R, class... A>
struct FunctionTraits<R (C::*)(A...) const noexcept> : detail::SignatureTraits<C, R, true, A...> {};

namespace detail {
// "a::Outer<b::C>::Name<x::y>" -> "Name"
constexpr std::string_view unqualified(std::string_view name) {
  while (!name.empty() && (name.front() == '&' || name.front() == '(' || name.front() == ' ')) {
    if (name.substr(0, 11) == "(anonymous ") break;
    name.remove_prefix(1);
  }
  std::size_t start = 0;
  std::size_t end = name.size();
  int depth = 0;  // what stands in brackets belongs to something around the name, or to its arguments
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c == '<' || c == '(' || c == '{') {
      if (depth == 0 && c == '<') end = i;
      ++depth;
    } else if (c == '>' || c == ')' || c == '}') {
      if (depth > 0) --depth;
    } else if (depth == 0 && c == ':' && i + 1 < name.size() && name[i + 1] == ':') {
      start = i + 2;
      end = name.size();
    }
  }
  name = name.substr(start, end - start);
  while (!name.empty() && (name.back() == ')' || name.back() == ' ')) name.remove_suffix(1);
  return name;
}

// The text of the template argument `marker` in what the compiler prints for a function.
constexpr std::string_view template_argument(std::string_view pretty, std::string_view marker) {
  const std::size_t at = pretty.find(marker);
  if (at == std::string_view::npos) return {};
  pretty.remove_prefix(at + marker.size());
  int depth = 0;
  for (std::size_t i = 0; i < pretty.size(); ++i) {
    const char c = pretty[i];
    if (c == '<' || c == '(' || c == '[' || c == '{') ++depth;
    if ((c == ';' || c == ']') && depth <= 0) return pretty.substr(0, i);
    if (c == '>' || c == ')' || c == ']' || c == '}') --depth;
  }
  return pretty;
}

template <auto kFunction>
constexpr std::string_view pretty_function() {
  return __PRETTY_FUNCTION__;
}
template <class kType>
constexpr std::string_view pretty_type() {
  return __PRETTY_FUNCTION__;
}
}  // namespace detail

// The unqualified name of a function or member function: function_name<&shop::do_purchase>() is "do_purchase".
template <auto kFunction>
constexpr std::string_view function_name() {
  return detail::unqualified(detail::template_argument(detail::pretty_function<kFunction>(), "kFunction = "));
}

// The unqualified name of a type: type_name<shop::OneClickBuy>() is "OneClickBuy".
template <class T>
constexpr std::string_view type_name() {
  return detail::unqualified(detail::template_argument(detail::pretty_type<T>(), "kType = "));
}

namespace activity {
// The activity type's name: by default the function's. To choose another one, for workers and workflows alike:
//   template <> inline constexpr std::string_view temporalio::activity::kName<&do_purchase> = "DoPurchase";
template <auto kFunction>
inline constexpr std::string_view kName = function_name<kFunction>();
}  // namespace activity

}  // namespace temporalio
