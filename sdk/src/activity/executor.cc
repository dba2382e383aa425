#include "sdk/src/activity/executor.h"

#include <map>
#include <utility>

#include "sdk/src/activity/execution.h"
#include "sdk/src/activity/info.h"
#include "sdk/src/activity/outcome.h"
#include "sdk/src/payload/payload_proto.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace temporalio::activity {
namespace {

using PolledTask = temporal::api::workflowservice::v1::PollActivityTaskQueueResponse;

}  // namespace

class Executor::Impl final : public ExecutionOwner, public std::enable_shared_from_this<Impl> {
 public:
  Impl(std::shared_ptr<base::Loop> loop, const Registry& registry, ExecutorOptions options)
      : loop_(std::move(loop)), registry_(registry), options_(std::move(options)) {}

  void start(PolledTask polled, Done done) {
    const std::uint64_t id = ++last_id_;
    Running& running = running_[id];
    running.done = std::move(done);
    const std::string type = polled.activity_type().name();
    const std::string workflow_type = polled.workflow_type().name();
    if (auto registration = find(type)) {
      running.execution = make_execution(id, std::move(*registration), polled);
    }
    loop_->post([weak = weak_from_this(), id, type, workflow_type] {
      if (const auto self = weak.lock()) self->begin(id, type, workflow_type);
    });
  }

  void announce_shutdown() {
    is_shutdown_announced_ = true;
    for_each([](Execution& execution) { execution.announce_shutdown(); });
  }

  void cancel_all() {
    is_cancelling_ = true;
    for_each([](Execution& execution) { execution.cancel({.worker_shutdown = true}); });
  }

  std::size_t running_count() const { return running_.size(); }

 private:
  struct Running {
    Done done;
    std::shared_ptr<Execution> execution;  // null: the type is not registered
  };

  std::optional<Registration> find(const std::string& type) const {
    if (options_.mocks != nullptr) {
      if (auto mock = options_.mocks->find(type)) return mock;
    }
    return registry_.find(type);
  }

  std::shared_ptr<Execution> make_execution(std::uint64_t id, Registration registration, PolledTask& polled) {
    ExecutionTask task;
    task.id = id;
    task.input = std::move(*polled.mutable_input());
    task.info = info_of(polled, options_.namespace_, options_.task_queue);
    task.heartbeat_interval = heartbeat_interval(task.info.heartbeat_timeout, options_.max_heartbeat_throttle_interval,
                                                 options_.default_heartbeat_throttle_interval);
    task.on_heartbeat = options_.on_heartbeat;
    const auto make = registration.pool != nullptr                ? make_process_execution
                      : registration.definition->start != nullptr ? make_coroutine_execution
                                                                  : make_thread_execution;
    task.registration = std::move(registration);
    return make(loop_, std::move(task), weak_from_this());
  }

  void begin(std::uint64_t id, const std::string& type, const std::string& workflow_type) {
    const auto found = running_.find(id);
    if (found == running_.end()) return;
    const std::shared_ptr<Execution> execution = found->second.execution;
    if (execution == nullptr) {
      on_finished(id, not_registered(type, workflow_type, registry_.names()));
      return;
    }
    if (is_shutdown_announced_) execution->announce_shutdown();
    if (is_cancelling_) execution->cancel({.worker_shutdown = true});
    execution->start();
  }

  void on_finished(std::uint64_t id, Outcome outcome) override {
    const auto found = running_.find(id);
    if (found == running_.end()) return;
    const Done done = std::move(found->second.done);
    running_.erase(found);
    done(std::move(outcome));
  }

  void send_heartbeat(const std::string& task_token, temporal::api::common::v1::Payloads details,
                      std::function<void(HeartbeatAnswer)> answered) override {
    options_.send_heartbeat(task_token, std::move(details), std::move(answered));
  }

  // What `apply` does may end executions, so it works on a copy of the list.
  template <class F>
  void for_each(F apply) {
    std::vector<std::shared_ptr<Execution>> executions;
    for (const auto& [id, running] : running_) {
      if (running.execution) executions.push_back(running.execution);
    }
    for (const auto& execution : executions) apply(*execution);
  }

  const std::shared_ptr<base::Loop> loop_;
  const Registry& registry_;
  const ExecutorOptions options_;
  std::map<std::uint64_t, Running> running_;  // in the order of starts
  std::uint64_t last_id_ = 0;
  bool is_shutdown_announced_ = false;
  bool is_cancelling_ = false;
};

Executor::Executor(std::shared_ptr<base::Loop> loop, const Registry& registry, ExecutorOptions options)
    : impl_(std::make_shared<Impl>(std::move(loop), registry, std::move(options))) {}

Executor::~Executor() = default;

void Executor::start(PolledTask task, Done done) { impl_->start(std::move(task), std::move(done)); }

void Executor::announce_shutdown() { impl_->announce_shutdown(); }

void Executor::cancel_all() { impl_->cancel_all(); }

std::size_t Executor::running_count() const { return impl_->running_count(); }

}  // namespace temporalio::activity
