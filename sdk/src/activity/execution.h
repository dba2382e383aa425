// One running activity, from its start to its outcome: heartbeats, cancellation, the local time limit. How its code
// runs, on a thread, as a coroutine or in another process, is up to the classes made by make_execution.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "sdk/src/activity/context.h"
#include "sdk/src/activity/executor.h"
#include "sdk/src/activity/heartbeat.h"

namespace temporalio::activity {

// What an execution tells its executor. Lives until the execution is detached.
class ExecutionOwner {
 public:
  virtual ~ExecutionOwner() = default;
  virtual void on_finished(std::uint64_t id, Outcome outcome) = 0;
  virtual void send_heartbeat(const std::string& task_token, temporal::api::common::v1::Payloads details,
                              std::function<void(HeartbeatAnswer)> answered) = 0;
};

// What an execution is made of. Not an aggregate, see Payload.
struct ExecutionTask {
  ExecutionTask() = default;
  std::uint64_t id = 0;
  Registration registration;
  Info info;
  temporal::api::common::v1::Payloads input;
  Duration heartbeat_interval{};
  std::function<void()> on_heartbeat;  // see ExecutorOptions
};

// Of the loop's thread, but for what Context says.
class Execution : public Context, public std::enable_shared_from_this<Execution> {
 public:
  Execution(std::shared_ptr<base::Loop> loop, ExecutionTask task, std::weak_ptr<ExecutionOwner> owner);

  // Runs the code, now or on another thread; on_finished follows, possibly before this returns.
  void start();
  void cancel(const CancellationDetails& details);
  void announce_shutdown();

 protected:
  virtual void run() = 0;
  // The first cancellation; `is_cancelled` holds already.
  virtual void on_cancelled() = 0;
  virtual void on_shutdown_announced() = 0;

  const Registration& registration() const { return registration_; }
  PayloadListView arguments() const;
  const temporal::api::common::v1::Payloads& input() const { return input_; }
  // The code has ended, with `error` or with `result`.
  void finish(const std::exception_ptr& error, Payload result);
  bool is_finished() const { return is_finished_; }

 private:
  void on_heartbeat_recorded() final;
  void note_heartbeat() final;
  void apply(const HeartbeatThrottle::Step& step);
  void send_heartbeat();
  void on_heartbeat_answered(const HeartbeatAnswer& answer);

  const std::uint64_t id_;
  const Registration registration_;
  const temporal::api::common::v1::Payloads input_;
  const std::weak_ptr<ExecutionOwner> owner_;
  const std::function<void()> on_heartbeat_;
  HeartbeatThrottle throttle_;
  base::Loop::TimerId heartbeat_timer_;
  base::Loop::TimerId limit_timer_;
  std::optional<std::vector<Payload>> in_flight_;  // the details of the heartbeat that is not answered yet
  bool is_finished_ = false;
};

// Its code runs on a thread of the process-wide pool.
std::shared_ptr<Execution> make_thread_execution(std::shared_ptr<base::Loop> loop, ExecutionTask task,
                                                 std::weak_ptr<ExecutionOwner> owner);
// Its code is a coroutine that runs on the loop's thread.
std::shared_ptr<Execution> make_coroutine_execution(std::shared_ptr<base::Loop> loop, ExecutionTask task,
                                                    std::weak_ptr<ExecutionOwner> owner);
// Its code runs in a process of its registration's pool.
std::shared_ptr<Execution> make_process_execution(std::shared_ptr<base::Loop> loop, ExecutionTask task,
                                                  std::weak_ptr<ExecutionOwner> owner);

}  // namespace temporalio::activity
