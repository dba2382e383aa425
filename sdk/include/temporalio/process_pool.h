// Synchronous activities in processes of their own: what crashes one fails an attempt, not the worker.
//
//   int main(int argc, char** argv) {
//     if (const auto code = activity::run_process_pool_child(argc, argv)) return *code;
//     ...
//     auto pool = std::make_shared<activity::ProcessPoolExecutor>(activity::ProcessPoolOptions{.max_workers = 4});
//     worker.add_activity<&render>(pool);
//   }
//
// The processes are started from the worker's own executable, afresh: a fork of a process whose other threads hold
// locks (gRPC's among them) could wait for these for ever. They have nothing of the worker's state but the arguments.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>

#include "temporalio/activity_definition.h"

namespace temporalio::activity {

struct ProcessPoolOptions {
  // Processes at a time, each running one activity at a time; 0: as many as the machine has processors. They are
  // started when needed and kept for the next activities. While all are busy the worker takes no more activity tasks,
  // but for what its polls under way bring.
  int max_workers = 0;
  int max_tasks_per_child = 0;  // after so many activities a process is replaced; 0: never
};
static_assert(std::is_aggregate_v<ProcessPoolOptions> && std::is_trivially_destructible_v<ProcessPoolOptions>);

// Shared by the activities and workers it is given to. Heartbeats, cancellation, worker shutdown, info and the log
// cross to the processes and back; what an activity throws arrives as a failure, by the rules for failures. A process
// that ends by a signal or an exit fails its activity's attempt with an ApplicationError of type ProcessCrashed that
// says which; it is retryable. The processes end with this object, and by themselves when the worker's process ends,
// however that happens; a Ctrl-C and SIGTERM that reach them are left to the worker.
class ProcessPoolExecutor {
 public:
  // Throws std::logic_error when run_process_pool_child was not called in this process, std::invalid_argument where an
  // option makes no sense.
  explicit ProcessPoolExecutor(const ProcessPoolOptions& options = {});
  ~ProcessPoolExecutor();
  ProcessPoolExecutor(const ProcessPoolExecutor&) = delete;
  ProcessPoolExecutor& operator=(const ProcessPoolExecutor&) = delete;

  class Impl;
  const std::shared_ptr<Impl>& impl() const { return impl_; }

 private:
  std::shared_ptr<Impl> impl_;
};

// To be called first in main(): in a process of a pool it runs activities until the worker is done with it, and gives
// the exit code; in any other it gives nullopt at once.
std::optional<int> run_process_pool_child(int argc, const char* const* argv);

namespace detail {

// Makes a definition known to the processes of the pool, under a key that is the same in each. Before main().
bool add_process_entry(std::string_view key, const Definition& definition);

template <auto kFunction>
struct ProcessEntry {
  static constexpr std::string_view key() { return temporalio::detail::pretty_function<kFunction>(); }
  static inline const bool is_added = add_process_entry(key(), kDefinition<kFunction>);
};

}  // namespace detail

// A function as a worker takes it to run in `pool`. It must be linked into the executable, or into a library that is
// loaded with it.
template <auto kFunction>
Registration registration(std::shared_ptr<ProcessPoolExecutor> pool, std::string_view name = kName<kFunction>) {
  using Traits = FunctionTraits<decltype(kFunction)>;
  static_assert(std::is_void_v<typename Traits::Class>,
                "an object does not cross to another process: an activity of a process pool is a function");
  static_assert(!Traits::is_task, "an activity of a process pool is synchronous: R f(Args...), not activity::Task<R>");
  static_cast<void>(&detail::ProcessEntry<kFunction>::is_added);
  Registration made;
  made.name = name;
  made.definition = &definition<kFunction>();
  made.pool = std::move(pool);
  made.process_key = detail::ProcessEntry<kFunction>::key();
  return made;
}

}  // namespace temporalio::activity
