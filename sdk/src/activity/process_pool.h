// The processes behind a ProcessPoolExecutor: started from this executable, kept between activities, replaced when they
// crash. A thread of the process-wide pool attends each busy process; none waits for a free one.
#pragma once

#include <sys/types.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "temporalio/process_pool.h"

namespace temporalio::activity {

// The argument that tells the executable that it is a process of a pool, and where its socket is.
inline constexpr const char* kChildArgument = "--temporalio-activity-child";
inline constexpr int kChildSocket = 3;

// One process of the pool. Used by one thread at a time.
class ChildProcess {
 public:
  // Throws std::system_error where none can be started.
  ChildProcess();
  // Ends the process: asks first, kills it when it does not end within a second.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  int socket() const { return socket_; }
  // After the process has closed its end: waits for its end and says how it ended ("was ended by signal 11 (...)").
  std::string describe_end();

  int tasks_done = 0;

 private:
  // Lets it see that the worker is done with it.
  void hang_up();
  void wait_or_kill();

  pid_t pid_ = -1;  // -1: reaped
  int socket_ = -1;
  int wait_status_ = -1;  // -1: not known
};

class ProcessPoolExecutor::Impl : public std::enable_shared_from_this<Impl> {
 public:
  // Runs on a thread of its own. `process` is null where none could be started, for the reason `error`. Returns whether
  // the process is fit for another activity. Must not throw.
  using Work = std::function<bool(ChildProcess* process, const std::exception_ptr& error)>;

  explicit Impl(const ProcessPoolOptions& options);

  int max_workers() const { return max_workers_; }
  // Any thread. Begins when a process is free, in the order of these calls. Throws std::system_error when there can be
  // no thread.
  void run(Work work);
  // Processes that wait for work end now, the others when they have done theirs.
  void close();

 private:
  void attend(Work work);
  void serve(const Work& work);
  std::unique_ptr<ChildProcess> take_idle();

  const int max_workers_;
  const int max_tasks_per_child_;
  std::mutex mutex_;  // guards: all below
  std::deque<Work> waiting_;
  std::vector<std::unique_ptr<ChildProcess>> idle_;
  int busy_ = 0;
  bool is_closed_ = false;
};

// The definition that processes know by `key`: null where there is none, or two (functions of the same name in unnamed
// namespaces).
const Definition* find_process_entry(std::string_view key);

// run_process_pool_child has been called in this process.
bool has_child_entry();

}  // namespace temporalio::activity
