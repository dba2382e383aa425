// What the SDK knows of a workflow class: its type name, how to run it, its signals, queries and updates. A class says
// so in
//
//   static void define(workflow::Definer<OneClickBuy> d) {
//     d.run<&OneClickBuy::run>();
//     d.signal<&OneClickBuy::update_purchase>();
//     d.query<&OneClickBuy::current_status>();
//     d.update<&OneClickBuy::change_price>().validator<&OneClickBuy::check_price>();
//   }
//
// Names default to the C++ names (the type: the unqualified class name).
#pragma once

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "temporalio/function_traits.h"
#include "temporalio/payload.h"
#include "temporalio/task.h"

namespace temporalio::workflow {

using temporalio::Task;  // one name, so that both `using` directives go together

namespace detail {

// Decodes what `kMember` takes; throws PayloadDecodeError with the position.
template <auto kMember>
auto decode_arguments_of(const PayloadListView& arguments) {
  return from_payloads<typename FunctionTraits<decltype(kMember)>::Args>(arguments);
}

template <auto kMember>
decltype(auto) call_member(typename FunctionTraits<decltype(kMember)>::Class& object,
                           const PayloadListView& arguments) {
  auto decoded = decode_arguments_of<kMember>(arguments);
  return std::apply([&object](auto&... a) -> decltype(auto) { return (object.*kMember)(std::move(a)...); }, decoded);
}

template <class R>
Task<void> encode_result(Task<R> task, Payload* result) {
  R value = co_await task;
  *result = to_payload(value);
}

// Calls `function`, which awaits nothing, when the task is awaited, and encodes what it gives.
template <class R, class F, class Tuple>
Task<void> call_as_task(F function, Tuple arguments, Payload* result) {
  if constexpr (std::is_void_v<R>) {
    std::apply(function, std::move(arguments));
  } else {
    *result = to_payload(static_cast<const R&>(std::apply(function, std::move(arguments))));
  }
  co_return;
}

// Identifies a member function in a definition without comparing pointers to members.
template <auto kMember>
inline constexpr char kTag = 0;

}  // namespace detail

// What happens to a handler that is under way when the workflow ends.
enum class HandlerUnfinishedPolicy {
  warn_and_abandon,  // the worker's log names it ([TMPRL1102])
  abandon,
};

// Of a signal or an update.
struct HandlerOptions {
  HandlerUnfinishedPolicy unfinished_policy = HandlerUnfinishedPolicy::warn_and_abandon;
  std::string_view description = {};  // one line for people, shown in the UI
};

// One signal, query or update of a workflow class.
struct Handler {
  std::string name;
  const void* tag = nullptr;
  std::string description;
  HandlerUnfinishedPolicy unfinished_policy = HandlerUnfinishedPolicy::warn_and_abandon;
  // Exactly one of the three is set.
  void (*call)(void* instance, const PayloadListView& arguments) = nullptr;            // a signal that awaits nothing
  Task<void> (*start)(void* instance, const PayloadListView& arguments) = nullptr;     // a signal that is a coroutine
  Payload (*query)(const void* instance, const PayloadListView& arguments) = nullptr;  // a query
};

// One update of a workflow class.
struct UpdateHandler : Handler {
  // Decodes the arguments at once; the task runs the handler and leaves the encoded result behind.
  Task<void> (*handle)(void* instance, const PayloadListView& arguments, Payload* result) = nullptr;
  void (*validate)(const void* instance, const PayloadListView& arguments) = nullptr;  // null: all are accepted
};

// A workflow class with its types erased. Immutable once made; shared by all threads.
struct Definition {
  std::string name;
  const void* run_tag = nullptr;
  void* (*create)(const PayloadListView& arguments) = nullptr;
  void (*destroy)(void* instance) = nullptr;
  Task<void> (*run)(void* instance, const PayloadListView& arguments, Payload* result) = nullptr;
  std::vector<Handler> signals;
  std::vector<Handler> queries;
  std::vector<UpdateHandler> updates;
};

// What `d.update<...>()` gives.
template <class W, auto kUpdate>
class UpdateDefiner {
 public:
  explicit UpdateDefiner(Definition& definition) : definition_(definition) {}

  // A const member function that takes what the update takes; what it throws rejects the update before it is in the
  // history. It may not change anything, nor issue a command.
  template <auto kValidator>
  void validator() {
    using Traits = FunctionTraits<decltype(kValidator)>;
    static_assert(Traits::is_const, "a validator is a const member function: it may change nothing");
    static_assert(!Traits::is_task, "a validator answers at once: it is no coroutine");
    static_assert(std::is_void_v<typename Traits::Value>,
                  "a validator returns nothing: it throws what rejects the update");
    static_assert(std::is_same_v<typename Traits::Args, typename FunctionTraits<decltype(kUpdate)>::Args>,
                  "a validator takes the arguments of its update");
    definition_.updates.back().validate = [](const void* instance, const PayloadListView& arguments) {
      auto decoded = detail::decode_arguments_of<kValidator>(arguments);
      const W& workflow = *static_cast<const W*>(instance);
      std::apply([&workflow](auto&... a) { (workflow.*kValidator)(std::move(a)...); }, decoded);
    };
  }

 private:
  Definition& definition_;
};

template <class W>
class Definer {
 public:
  explicit Definer(Definition& definition) : definition_(definition) {}

  // The workflow type's name, where it is not the class's.
  Definer& name(std::string_view name) {
    definition_.name = name;
    return *this;
  }

  // The entry point: `Task<R> W::run(Args...)`. Arguments are taken by value.
  template <auto kMember>
  Definer& run() {
    using Traits = FunctionTraits<decltype(kMember)>;
    static_assert(Traits::is_task, "a workflow's run is a coroutine: it returns workflow::Task<R>");
    static_assert(!Traits::takes_references, "a workflow's run takes its arguments by value: it outlives its caller");
    definition_.run_tag = &detail::kTag<kMember>;
    if constexpr (std::is_default_constructible_v<W>) {
      definition_.create = [](const PayloadListView&) -> void* { return new W(); };
    } else {
      // A constructor with run's parameters sees the arguments before signals that came first (Python's workflow.init).
      definition_.create = [](const PayloadListView& arguments) -> void* {
        return std::apply([](auto&... a) { return new W(std::move(a)...); },
                          *std::make_unique<typename Traits::Args>(detail::decode_arguments_of<kMember>(arguments)));
      };
    }
    definition_.destroy = [](void* instance) { delete static_cast<W*>(instance); };
    definition_.run = [](void* instance, const PayloadListView& arguments, Payload* result) -> Task<void> {
      W& workflow = *static_cast<W*>(instance);
      if constexpr (std::is_void_v<typename Traits::Value>) {
        *result = Payload();
        return detail::call_member<kMember>(workflow, arguments);
      } else {
        return detail::encode_result(detail::call_member<kMember>(workflow, arguments), result);
      }
    };
    return *this;
  }

  // A signal: `void W::name(Args...)`, or a coroutine `Task<void> W::name(Args...)`.
  template <auto kMember>
  Definer& signal(std::string_view name = function_name<kMember>(), HandlerOptions options = {}) {
    using Traits = FunctionTraits<decltype(kMember)>;
    static_assert(std::is_void_v<typename Traits::Value>, "a signal handler returns void or workflow::Task<void>");
    Handler handler;
    handler.name = name;
    handler.tag = &detail::kTag<kMember>;
    handler.description = options.description;
    handler.unfinished_policy = options.unfinished_policy;
    if constexpr (Traits::is_task) {
      static_assert(!Traits::takes_references, "a coroutine takes its arguments by value: it outlives its caller");
      handler.start = [](void* instance, const PayloadListView& arguments) -> Task<void> {
        return detail::call_member<kMember>(*static_cast<W*>(instance), arguments);
      };
    } else {
      handler.call = [](void* instance, const PayloadListView& arguments) {
        detail::call_member<kMember>(*static_cast<W*>(instance), arguments);
      };
    }
    add(definition_.signals, std::move(handler), "signal");
    return *this;
  }

  // A query: a const member function that returns a value and is no coroutine.
  template <auto kMember>
  Definer& query(std::string_view name = function_name<kMember>(), std::string_view description = {}) {
    using Traits = FunctionTraits<decltype(kMember)>;
    static_assert(Traits::is_const, "a query is a const member function: it may change nothing");
    static_assert(!Traits::is_task, "a query answers at once: it is no coroutine");
    static_assert(!std::is_void_v<typename Traits::Value>, "a query returns a value");
    Handler handler;
    handler.name = name;
    handler.tag = &detail::kTag<kMember>;
    handler.description = description;
    handler.query = [](const void* instance, const PayloadListView& arguments) -> Payload {
      auto decoded = detail::decode_arguments_of<kMember>(arguments);
      const W& workflow = *static_cast<const W*>(instance);
      return to_payload(std::apply([&workflow](auto&... a) { return (workflow.*kMember)(std::move(a)...); }, decoded));
    };
    add(definition_.queries, std::move(handler), "query");
    return *this;
  }

  // An update: `R W::name(Args...)`, or a coroutine `Task<R> W::name(Args...)`. The result is its answer.
  template <auto kMember>
  UpdateDefiner<W, kMember> update(std::string_view name = function_name<kMember>(), HandlerOptions options = {}) {
    using Traits = FunctionTraits<decltype(kMember)>;
    UpdateHandler handler;
    handler.name = name;
    handler.tag = &detail::kTag<kMember>;
    handler.description = options.description;
    handler.unfinished_policy = options.unfinished_policy;
    if constexpr (Traits::is_task) {
      static_assert(!Traits::takes_references, "a coroutine takes its arguments by value: it outlives its caller");
      handler.handle = [](void* instance, const PayloadListView& arguments, Payload* result) -> Task<void> {
        W& workflow = *static_cast<W*>(instance);
        if constexpr (std::is_void_v<typename Traits::Value>) {
          return detail::call_member<kMember>(workflow, arguments);
        } else {
          return detail::encode_result(detail::call_member<kMember>(workflow, arguments), result);
        }
      };
    } else {
      handler.handle = [](void* instance, const PayloadListView& arguments, Payload* result) -> Task<void> {
        W* workflow = static_cast<W*>(instance);
        const auto call = [workflow](auto&&... a) -> decltype(auto) { return (workflow->*kMember)(std::move(a)...); };
        return detail::call_as_task<typename Traits::Value>(call, detail::decode_arguments_of<kMember>(arguments),
                                                            result);
      };
    }
    add(definition_.updates, std::move(handler), "update");
    return UpdateDefiner<W, kMember>(definition_);
  }

 private:
  template <class H>
  void add(std::vector<H>& handlers, H handler, const char* kind) {
    for (const H& known : handlers) {
      if (known.name == handler.name) {
        throw std::logic_error("workflow " + definition_.name + " defines " + kind + " \"" + handler.name + "\" twice");
      }
    }
    handlers.push_back(std::move(handler));
  }

  Definition& definition_;
};

// The definition of a workflow class, made on first use. Throws std::logic_error where the class defines no run.
template <class W>
const Definition& definition() {
  static const Definition made = [] {
    Definition d;
    d.name = temporalio::type_name<W>();
    W::define(Definer<W>(d));
    if (d.run == nullptr)
      throw std::logic_error("workflow " + d.name + " defines no run: d.run<&" + d.name + "::run>()");
    return d;
  }();
  return made;
}

// Throws std::logic_error: the member is not in its class's define().
[[noreturn]] void throw_not_defined(std::string_view workflow, std::string_view kind, std::string_view member);

// The workflow type's name for a pointer to its run.
template <auto kRun>
std::string_view type_name() {
  const Definition& d = definition<typename FunctionTraits<decltype(kRun)>::Class>();
  if (d.run_tag != &detail::kTag<kRun>) throw_not_defined(d.name, "run", function_name<kRun>());
  return d.name;
}

template <auto kSignal>
std::string_view signal_name() {
  const Definition& d = definition<typename FunctionTraits<decltype(kSignal)>::Class>();
  for (const Handler& handler : d.signals) {
    if (handler.tag == &detail::kTag<kSignal>) return handler.name;
  }
  throw_not_defined(d.name, "signal", function_name<kSignal>());
}

template <auto kUpdate>
std::string_view update_name() {
  const Definition& d = definition<typename FunctionTraits<decltype(kUpdate)>::Class>();
  for (const UpdateHandler& handler : d.updates) {
    if (handler.tag == &detail::kTag<kUpdate>) return handler.name;
  }
  throw_not_defined(d.name, "update", function_name<kUpdate>());
}

template <auto kQuery>
std::string_view query_name() {
  const Definition& d = definition<typename FunctionTraits<decltype(kQuery)>::Class>();
  for (const Handler& handler : d.queries) {
    if (handler.tag == &detail::kTag<kQuery>) return handler.name;
  }
  throw_not_defined(d.name, "query", function_name<kQuery>());
}

}  // namespace temporalio::workflow
