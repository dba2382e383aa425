// Updates: requests that workflow code validates, accepts or rejects, and answers. A class names its handlers in
// `define`: `d.update<&Cart::add>().validator<&Cart::check_add>()`; this header is what code calls besides. Included by
// temporalio/workflow.h, whose rules hold here, too.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "temporalio/definition.h"
#include "temporalio/payload.h"
#include "temporalio/task.h"

namespace temporalio::workflow {

// The update that is being handled.
struct UpdateInfo {
  std::string id;    // the client's, unique within the workflow's runs
  std::string name;  // of the update
};

// The update in whose handler or validator the calling task runs; nothing outside of one. Tasks that a handler spawns
// are not the handler's.
std::optional<UpdateInfo> current_update_info();

// True when no handler of a signal or an update is under way: `co_await wait_condition(all_handlers_finished)` before
// the end of run() lets all of them finish. Handlers that have not finished when the workflow ends are abandoned, with
// a warning in the worker's log ([TMPRL1102]) unless their HandlerOptions say otherwise.
bool all_handlers_finished();

namespace detail {

struct UpdateFunctions {
  // Puts the encoded result into the last argument, by the end of the task.
  std::function<Task<void>(const PayloadListView&, Payload*)> handle;
  std::function<void(const PayloadListView&)> validate;  // empty: everything is accepted
};
void set_update_handler(std::string_view name, UpdateFunctions functions);

}  // namespace detail

// Handles updates of this name from now on, in place of the class's own handler; requests of this activation that found
// no handler are handled, too. `set_update_handler<int>("add", [this](int n) { return total_ += n; })`; the handler may
// be a coroutine, whose captures live as long as it runs. `validator` takes the same arguments; what it throws rejects
// the update.
template <class... Args, class F, class V>
void set_update_handler(std::string_view name, F handler, V validator) {
  using Result = std::invoke_result_t<F&, Args...>;
  using Tuple = std::tuple<std::decay_t<Args>...>;
  detail::UpdateFunctions functions;
  functions.handle = [handler](const PayloadListView& arguments, Payload* result) mutable -> Task<void> {
    if constexpr (coro::kIsTask<Result>) {
      if constexpr (std::is_void_v<typename Result::value_type>) {
        return std::apply(handler, from_payloads<Tuple>(arguments));
      } else {
        return detail::encode_result(std::apply(handler, from_payloads<Tuple>(arguments)), result);
      }
    } else {
      return detail::call_as_task<Result>(std::ref(handler), from_payloads<Tuple>(arguments), result);
    }
  };
  if constexpr (!std::is_same_v<V, std::nullptr_t>) {
    functions.validate = [validator](const PayloadListView& arguments) mutable {
      std::apply(validator, from_payloads<Tuple>(arguments));
    };
  }
  detail::set_update_handler(name, std::move(functions));
}
template <class... Args, class F>
void set_update_handler(std::string_view name, F handler) {
  set_update_handler<Args...>(name, std::move(handler), nullptr);
}

}  // namespace temporalio::workflow
