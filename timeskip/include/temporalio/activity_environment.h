// An environment for tests of activities: runs one activity's code without worker, server or workflow.
#pragma once

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "temporalio/activity.h"
#include "temporalio/client.h"
#include "temporalio/process_pool.h"

namespace temporalio::testing {

//   testing::ActivityEnvironment env;
//   env.info.attempt = 3;
//   EXPECT_EQ(env.run<&charge>(std::string("book")), "charged at attempt 3");
//
// Arguments and result pass through their payload form, as they do in a worker. What the activity throws comes out
// of run() as it was thrown.
class ActivityEnvironment {
 public:
  // With an Info of made-up but plausible values.
  ActivityEnvironment();
  ~ActivityEnvironment();
  ActivityEnvironment(const ActivityEnvironment&) = delete;
  ActivityEnvironment& operator=(const ActivityEnvironment&) = delete;

  // What activity::info() gives; read when run() begins.
  activity::Info info;

  // Called with the details of each heartbeat: at once, on the thread of a synchronous activity; between the steps of
  // an asynchronous one, where a heartbeat replaces one that was recorded in the same step. May call cancel().
  std::function<void(const std::vector<Payload>& details)> on_heartbeat;

  // Asks the running activity to stop, or each that is run later. Any thread.
  void cancel(const activity::CancellationDetails& details = {.cancel_requested = true});
  // Tells it that its worker shuts down. Any thread.
  void worker_shutdown();

  // Runs a function, synchronous (on this thread) or asynchronous (this thread waits), and gives its result.
  template <auto kFunction, class... U>
  auto run(U&&... args) {
    static_assert(std::is_void_v<typename FunctionTraits<decltype(kFunction)>::Class>,
                  "a method needs the object it is called on: env.run_on<&Class::method>(object, arguments...)");
    return decode<kFunction>(run_payloads(activity::definition<kFunction>(), nullptr,
                                          client::detail::encode_arguments_of<kFunction>(std::forward<U>(args)...)));
  }

  // The same for a function in a process of `pool`. What it throws comes out as the failure that it crosses as.
  template <auto kFunction, class... U>
  auto run_in(const std::shared_ptr<activity::ProcessPoolExecutor>& pool, U&&... args) {
    return decode<kFunction>(
        run_registration(activity::registration<kFunction>(pool),
                         client::detail::encode_arguments_of<kFunction>(std::forward<U>(args)...)));
  }

  // The same for a method, called on `instance`.
  template <auto kMethod, class... U>
  auto run_on(typename FunctionTraits<decltype(kMethod)>::Class& instance, U&&... args) {
    return decode<kMethod>(run_payloads(activity::definition<kMethod>(), &instance,
                                        client::detail::encode_arguments_of<kMethod>(std::forward<U>(args)...)));
  }

 private:
  struct State;

  template <auto kFunction>
  static auto decode(const Payload& result) {
    return from_payload<typename FunctionTraits<decltype(kFunction)>::Value>(result);
  }
  Payload run_registration(activity::Registration registration, const std::vector<Payload>& arguments);
  Payload run_payloads(const activity::Definition& definition, void* instance, const std::vector<Payload>& arguments);

  std::unique_ptr<State> state_;
};

}  // namespace temporalio::testing
