// What handles to other workflows share: sending them signals, typed by the member function or by name. Users call it
// through ExternalWorkflowHandle and ChildWorkflowHandle.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include "temporalio/definition.h"
#include "temporalio/detail/call_arguments.h"
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
#define TEMPORALIO_DETAIL_RUNG(Types, Names, Parameters, Arguments)                                            \
  template <auto kSignal TEMPORALIO_DETAIL_UNWRAP Types>                                                       \
  Sent signal(TEMPORALIO_DETAIL_UNWRAP Parameters SourceLocation location = SourceLocation::current()) const { \
    return call<kSignal>(location TEMPORALIO_DETAIL_UNWRAP Arguments);                                         \
  }
  TEMPORALIO_DETAIL_LADDER(TEMPORALIO_DETAIL_RUNG)
#undef TEMPORALIO_DETAIL_RUNG

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
    auto payloads =
        temporalio::detail::encode_checked<typename Traits::Args>(wants_payloads(), std::forward<U>(args)...);
    return Sent(self().send(signal_name<kSignal>(), payloads.data(), payloads.size() - 1, location));
  }
};

}  // namespace temporalio::workflow::detail
