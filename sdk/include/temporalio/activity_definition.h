// How a function becomes an activity: its types erased, under a name.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "temporalio/function_traits.h"
#include "temporalio/payload.h"
#include "temporalio/task.h"

namespace temporalio::activity {

class ProcessPoolExecutor;

// A function with its types erased. One of `call` and `start` is set.
struct Definition {
  std::string_view name;
  bool is_method = false;
  bool is_dynamic = false;  // takes whatever arguments there are, as they are
  Payload (*call)(void* instance, const PayloadListView& arguments) = nullptr;
  // Decodes before the first suspension, so that `arguments` may go once it has returned.
  Task<void> (*start)(void* instance, const PayloadListView& arguments, Payload* result) = nullptr;
};

// What a worker is given. `instance` is what methods are called on.
struct Registration {
  Registration() = default;
  std::string name;  // empty for a dynamic one
  const Definition* definition = nullptr;
  std::shared_ptr<void> instance;
  std::shared_ptr<ProcessPoolExecutor> pool;  // null: in the worker's process
  std::string_view process_key;               // what the processes of the pool know it by
};

namespace detail {

template <class R>
Task<void> encode_result(Task<R> task, Payload* result) {
  if constexpr (std::is_void_v<R>) {
    co_await task;
    *result = to_payload(nullptr);
  } else {
    R value = co_await task;
    *result = to_payload(value);
  }
}

// The parameters of a function that is called for every type that is not registered.
using DynamicArgs = std::tuple<std::vector<RawValue>>;

std::vector<RawValue> to_raw_values(const PayloadListView& payloads);

template <auto kFunction, bool kIsDynamic>
decltype(auto) invoke(void* instance, const PayloadListView& payloads) {
  using Traits = FunctionTraits<decltype(kFunction)>;
  auto arguments = [&payloads] {
    if constexpr (kIsDynamic) {
      return DynamicArgs(to_raw_values(payloads));
    } else {
      return from_payloads<typename Traits::Args>(payloads);
    }
  }();
  return std::apply(
      [&](auto&... a) -> typename Traits::Result {
        if constexpr (std::is_void_v<typename Traits::Class>) {
          return kFunction(std::move(a)...);
        } else {
          return (static_cast<typename Traits::Class*>(instance)->*kFunction)(std::move(a)...);
        }
      },
      arguments);
}

template <auto kFunction, bool kIsDynamic>
Payload call(void* instance, const PayloadListView& payloads) {
  using Traits = FunctionTraits<decltype(kFunction)>;
  if constexpr (std::is_void_v<typename Traits::Result>) {
    invoke<kFunction, kIsDynamic>(instance, payloads);
    return to_payload(nullptr);
  } else {
    return to_payload(invoke<kFunction, kIsDynamic>(instance, payloads));
  }
}

template <auto kFunction, bool kIsDynamic>
Task<void> start(void* instance, const PayloadListView& payloads, Payload* result) {
  return encode_result(invoke<kFunction, kIsDynamic>(instance, payloads), result);
}

template <auto kFunction, bool kIsDynamic>
constexpr Definition make_definition() {
  using Traits = FunctionTraits<decltype(kFunction)>;
  Definition definition;
  definition.name = kName<kFunction>;
  definition.is_method = !std::is_void_v<typename Traits::Class>;
  definition.is_dynamic = kIsDynamic;
  if constexpr (Traits::is_task) {
    static_assert(!Traits::takes_references,
                  "an asynchronous activity takes its arguments by value: it outlives the call that starts it");
    definition.start = &start<kFunction, kIsDynamic>;
  } else {
    definition.call = &call<kFunction, kIsDynamic>;
  }
  return definition;
}

template <auto kFunction, bool kIsDynamic = false>
inline constexpr Definition kDefinition = make_definition<kFunction, kIsDynamic>();

}  // namespace detail

// The definition of a function or method.
template <auto kFunction>
constexpr const Definition& definition() {
  return detail::kDefinition<kFunction>;
}

// A function as a worker takes it; `name` overrides its name.
template <auto kFunction>
Registration registration(std::string_view name = kName<kFunction>) {
  static_assert(std::is_void_v<typename FunctionTraits<decltype(kFunction)>::Class>,
                "a method needs the object it is called on: add_activity<&Class::method>(std::make_shared<Class>())");
  Registration made;
  made.name = name;
  made.definition = &definition<kFunction>();
  return made;
}

// A method as a worker takes it. Calls from several threads at once reach the same object.
template <auto kMethod>
Registration registration(std::shared_ptr<typename FunctionTraits<decltype(kMethod)>::Class> instance,
                          std::string_view name = kName<kMethod>) {
  Registration made;
  made.name = name;
  made.definition = &definition<kMethod>();
  made.instance = std::move(instance);
  return made;
}

// A function as a worker takes it for every activity type that is not registered: it gets the arguments as they came,
// and activity::info().activity_type says what it was called as.
template <auto kFunction>
Registration dynamic_registration() {
  using Traits = FunctionTraits<decltype(kFunction)>;
  static_assert(std::is_same_v<typename Traits::Args, detail::DynamicArgs>,
                "a dynamic activity takes one argument, std::vector<temporalio::RawValue>");
  static_assert(std::is_void_v<typename Traits::Class>,
                "a method needs the object it is called on: add_dynamic_activity<&Class::method>(object)");
  Registration made;
  made.definition = &detail::kDefinition<kFunction, true>;
  return made;
}
template <auto kMethod>
Registration dynamic_registration(std::shared_ptr<typename FunctionTraits<decltype(kMethod)>::Class> instance) {
  static_assert(std::is_same_v<typename FunctionTraits<decltype(kMethod)>::Args, detail::DynamicArgs>,
                "a dynamic activity takes one argument, std::vector<temporalio::RawValue>");
  Registration made;
  made.definition = &detail::kDefinition<kMethod, true>;
  made.instance = std::move(instance);
  return made;
}

}  // namespace temporalio::activity
