// What handles to other workflows share: sending them signals, typed by the member function or by name. Users call it
// through ExternalWorkflowHandle and ChildWorkflowHandle.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "temporalio/definition.h"
#include "temporalio/detail/operation.h"
#include "temporalio/function_traits.h"
#include "temporalio/payload.h"

namespace temporalio::workflow::detail {

// False while replaying: nothing that is issued will be sent, so arguments need not be encoded.
bool wants_payloads();

// A signal's name, and where the call that gives it stands.
struct SignalName {
  template <class Text>
    requires std::is_convertible_v<const Text&, std::string_view>
  // NOLINTNEXTLINE(google-explicit-constructor): a name is given as text
  SignalName(const Text& text, SourceLocation where = SourceLocation::current()) : name(text), location(where) {}

  std::string_view name;
  SourceLocation location;
};

// `Handle` has a member `coro::Ref<Operation> send(std::string_view name, Payload* arguments, std::size_t size,
// SourceLocation location) const`; `W` is the class that it signals, or void where that is not known.
template <class Handle, class W>
class SignalCalls {
 public:
  using Sent = OperationHandle<void>;

  // Sends a signal: `handle.signal<&Order::approve>("by me")`. The command is issued at the call; awaiting the result
  // says that the service has delivered it. Throws there ApplicationError where that workflow is not running, and
  // CancelledError where the signal was cancelled before it was sent; afterwards cancelling changes nothing.
  template <auto kSignal>
  Sent signal(SourceLocation location = SourceLocation::current()) const {
    return call<kSignal>(location);
  }
  template <auto kSignal, class A>
  Sent signal(A&& a, SourceLocation location = SourceLocation::current()) const {
    return call<kSignal>(location, std::forward<A>(a));
  }
  template <auto kSignal, class A, class B>
  Sent signal(A&& a, B&& b, SourceLocation location = SourceLocation::current()) const {
    return call<kSignal>(location, std::forward<A>(a), std::forward<B>(b));
  }
  template <auto kSignal, class A, class B, class C>
  Sent signal(A&& a, B&& b, C&& c, SourceLocation location = SourceLocation::current()) const {
    return call<kSignal>(location, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c));
  }
  template <auto kSignal, class A, class B, class C, class D>
  Sent signal(A&& a, B&& b, C&& c, D&& d, SourceLocation location = SourceLocation::current()) const {
    return call<kSignal>(location, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c), std::forward<D>(d));
  }

  // The same by name, with arguments of any encodable types: `handle.signal("approve", "by me")`.
  template <class... A>
  Sent signal(SignalName name, const A&... args) const {
    std::array<Payload, sizeof...(A) + 1> payloads;
    if (wants_payloads()) payloads = {to_payload(args)..., Payload()};
    return Sent(self().send(name.name, payloads.data(), sizeof...(A), name.location));
  }

 private:
  const Handle& self() const { return static_cast<const Handle&>(*this); }

  template <auto kSignal, class... U>
  Sent call(SourceLocation location, U&&... args) const {
    using Traits = FunctionTraits<decltype(kSignal)>;
    static_assert(std::is_void_v<W> || std::is_same_v<W, typename Traits::Class>,
                  "temporalio: this signal belongs to another workflow class than the handle");
    static_assert(sizeof...(U) == Traits::arity, "temporalio: wrong number of arguments for this signal");
    if constexpr (sizeof...(U) == Traits::arity) {
      auto payloads = encode(static_cast<typename Traits::Args*>(nullptr), std::forward<U>(args)...);
      return Sent(self().send(signal_name<kSignal>(), payloads.data(), sizeof...(U), location));
    }
  }
  template <class... P, class... U>
  static std::array<Payload, sizeof...(P) + 1> encode(std::tuple<P...>*, U&&... args) {
    static_assert((std::is_convertible_v<U, P> && ...),
                  "temporalio: this argument does not convert to the parameter of the signal");
    if (!wants_payloads()) return {};
    return {to_payload(static_cast<const P&>(static_cast<P>(std::forward<U>(args))))..., Payload()};
  }
};

}  // namespace temporalio::workflow::detail
