// Calls that take the arguments of a function and then options: one check of the arguments, one encoder, one set of
// overloads, for workflows, activities, signals and clients alike.
#pragma once

#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "temporalio/detail/operation.h"
#include "temporalio/payload.h"

namespace temporalio::detail {

inline constexpr std::size_t kMaxArguments = 8;

// Arguments that g++ before 13 miscompiles in a statement with co_await (it destroys them twice).
template <class U>
inline constexpr bool kIsBrokenTemporary =
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
    !std::is_lvalue_reference_v<U> && std::is_aggregate_v<std::remove_cvref_t<U>> &&
    std::is_class_v<std::remove_cvref_t<U>> && !std::is_trivially_destructible_v<std::remove_cvref_t<U>>;
#else
    false;
#endif

template <class P, class U>
constexpr void check_argument() {
  static_assert(
      std::is_convertible_v<U, P>,
      "temporalio: this argument does not convert to the parameter of the activity, workflow, signal or query");
}

template <class U>
constexpr void check_temporary() {
  static_assert(!kIsBrokenTemporary<U>,
                "temporalio: g++ before 13 destroys a temporary of an aggregate type twice in a statement with "
                "co_await. Cure: give the value a name and pass the name, or declare a constructor in the type "
                "(`T() = default;` is enough)");
}

// True where `U...` are arguments for the parameters `P...`; else a compile error says what is wrong.
template <class... U, class... P>
constexpr bool check_arguments(std::tuple<P...>*) {
  static_assert(sizeof...(P) <= kMaxArguments,
                "temporalio: at most eight arguments can be passed: put them into a struct");
  static_assert(sizeof...(U) == sizeof...(P),
                "temporalio: wrong number of arguments for this activity, workflow, signal or query");
  if constexpr (sizeof...(U) == sizeof...(P)) {
    (check_argument<P, U>(), ...);
    return (std::is_convertible_v<U, P> && ...);
  } else {
    return false;
  }
}

// The arguments as the parameter types `P...` want them; one element more, so that there is one.
template <class... P, class... U>
std::array<Payload, sizeof...(P) + 1> encode_as(std::tuple<P...>*, U&&... args) {
  return {to_payload(static_cast<const P&>(static_cast<P>(std::forward<U>(args))))..., Payload()};
}

// The arguments of a call in workflow code, checked and, where `is_sent`, encoded.
template <class Args, class... U>
auto encode_checked(bool is_sent, U&&... args) {
  using Encoded = std::array<Payload, std::tuple_size_v<Args> + 1>;
  constexpr bool kAreRight = check_arguments<U...>(static_cast<Args*>(nullptr));
  (check_temporary<U>(), ...);
  if constexpr (kAreRight) {
    if (is_sent) return Encoded(encode_as(static_cast<Args*>(nullptr), std::forward<U>(args)...));
  }
  return Encoded();
}

template <class Options, class... U>
inline constexpr bool kEndsWith = false;
template <class Options, class First, class... Rest>
inline constexpr bool kEndsWith<Options, First, Rest...> = kEndsWith<Options, Rest...>;
template <class Options, class Last>
inline constexpr bool kEndsWith<Options, Last> = std::is_convertible_v<Last, Options>;

template <class...>
inline constexpr bool kNever = false;

}  // namespace temporalio::detail

// Calls RUNG(types, names, parameters, arguments) for no argument to eight. Each is in parentheses and, unless empty,
// begins or (parameters) ends with a comma. A pack cannot be followed by options in braces, hence this.
#define TEMPORALIO_DETAIL_UNWRAP(...) __VA_ARGS__
#define TEMPORALIO_DETAIL_LADDER(RUNG)                                                                                 \
  RUNG((), (), (), ())                                                                                                 \
  RUNG((, class A), (, A), (A && a, ), (, std::forward<A>(a)))                                                         \
  RUNG((, class A, class B), (, A, B), (A && a, B && b, ), (, std::forward<A>(a), std::forward<B>(b)))                 \
  RUNG((, class A, class B, class C), (, A, B, C), (A && a, B && b, C && c, ),                                         \
       (, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c)))                                                 \
  RUNG((, class A, class B, class C, class D), (, A, B, C, D), (A && a, B && b, C && c, D && d, ),                     \
       (, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c), std::forward<D>(d)))                             \
  RUNG((, class A, class B, class C, class D, class E), (, A, B, C, D, E), (A && a, B && b, C && c, D && d, E && e, ), \
       (, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c), std::forward<D>(d), std::forward<E>(e)))         \
  RUNG((, class A, class B, class C, class D, class E, class F), (, A, B, C, D, E, F),                                 \
       (A && a, B && b, C && c, D && d, E && e, F && f, ),                                                             \
       (, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c), std::forward<D>(d), std::forward<E>(e),          \
        std::forward<F>(f)))                                                                                           \
  RUNG((, class A, class B, class C, class D, class E, class F, class G), (, A, B, C, D, E, F, G),                     \
       (A && a, B && b, C && c, D && d, E && e, F && f, G && g, ),                                                     \
       (, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c), std::forward<D>(d), std::forward<E>(e),          \
        std::forward<F>(f), std::forward<G>(g)))                                                                       \
  RUNG((, class A, class B, class C, class D, class E, class F, class G, class H), (, A, B, C, D, E, F, G, H),         \
       (A && a, B && b, C && c, D && d, E && e, F && f, G && g, H && h, ),                                             \
       (, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c), std::forward<D>(d), std::forward<E>(e),          \
        std::forward<F>(f), std::forward<G>(g), std::forward<H>(h)))

namespace temporalio::detail {

// Gives `Call` its function call operator: arguments, then options, then the place in the source. `Call` has
// `static Handle call(const Options&, SourceLocation, arguments...)`.
template <class Call, class Options>
struct OptionsLast {
#define TEMPORALIO_DETAIL_RUNG(Types, Names, Parameters, Arguments)            \
  template <class Self = Call TEMPORALIO_DETAIL_UNWRAP Types>                  \
  auto operator()(TEMPORALIO_DETAIL_UNWRAP Parameters Options options,         \
                  SourceLocation location = SourceLocation::current()) const { \
    return Self::call(options, location TEMPORALIO_DETAIL_UNWRAP Arguments);   \
  }
  TEMPORALIO_DETAIL_LADDER(TEMPORALIO_DETAIL_RUNG)
#undef TEMPORALIO_DETAIL_RUNG

  template <class Self = Call, class... U>
    requires(!kEndsWith<Options, U...> && !kEndsWith<SourceLocation, U...>)
  typename Self::Handle operator()(U&&...) const {
    static_assert(kNever<U...>,
                  "temporalio: the options are missing: they come last, as {.start_to_close_timeout = 1min}, after at "
                  "most eight arguments");
    __builtin_unreachable();
  }
};

// The same where the options may be left out.
template <class Call, class Options>
struct OptionsLastOrNone {
#define TEMPORALIO_DETAIL_RUNG(Types, Names, Parameters, Arguments)            \
  template <class Self = Call TEMPORALIO_DETAIL_UNWRAP Types>                  \
    requires(!kEndsWith<Options TEMPORALIO_DETAIL_UNWRAP Names>)               \
  auto operator()(TEMPORALIO_DETAIL_UNWRAP Parameters Options options = {},    \
                  SourceLocation location = SourceLocation::current()) const { \
    return Self::call(options, location TEMPORALIO_DETAIL_UNWRAP Arguments);   \
  }
  TEMPORALIO_DETAIL_LADDER(TEMPORALIO_DETAIL_RUNG)
#undef TEMPORALIO_DETAIL_RUNG
};

}  // namespace temporalio::detail
