// The life of a worker: registration, start, graceful end.
#include "temporalio/worker.h"

#include <stdexcept>
#include <string>

#include "sdk/src/base/log.h"
#include "sdk/src/client/connection.h"
#include "sdk/src/client/status_errors.h"
#include "sdk/src/rpc/methods.h"
#include "sdk/src/worker/activity_worker.h"
#include "sdk/src/worker/termination_signals.h"
#include "sdk/src/worker/workflow_worker.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace temporalio::worker {
namespace {

namespace ws = temporal::api::workflowservice::v1;

constexpr int kDefaultPolls = 5;
constexpr double kMostActivitiesPerSecond = 1e9;
constexpr Duration kFarewellTimeout = std::chrono::seconds(5);
// How long after its farewell a worker waits for the polls that the service ends. An older service ends none of them.
constexpr Duration kPollsEndWithin = std::chrono::milliseconds(200);

void check_options(const WorkerOptions& options) {
  if (options.task_queue.empty()) throw std::invalid_argument("a worker needs a task queue: {.task_queue = ...}");
  const auto check = [](int value, int least, const char* name) {
    if (value < least)
      throw std::invalid_argument(std::string("a worker's ") + name + " is at least " + std::to_string(least));
  };
  check(options.max_cached_workflows, 0, "max_cached_workflows");
  check(options.max_concurrent_workflow_tasks, 1, "max_concurrent_workflow_tasks");
  check(options.max_concurrent_activities, 1, "max_concurrent_activities");
  const auto check_rate = [](double value, const char* name) {
    if (!(value >= 0) || value > kMostActivitiesPerSecond)
      throw std::invalid_argument(std::string("a worker's ") + name + " is from 0 (no limit) to 1e9 a second");
  };
  check_rate(options.max_activities_per_second, "max_activities_per_second");
  check_rate(options.max_task_queue_activities_per_second, "max_task_queue_activities_per_second");
  check(options.max_concurrent_workflow_task_polls, 0, "max_concurrent_workflow_task_polls");
  check(options.max_concurrent_activity_task_polls, 0, "max_concurrent_activity_task_polls");
}

}  // namespace

// Its state belongs to the loop's thread, but for what the constructor sets.
class Worker::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(std::shared_ptr<client::Connection> connection, const WorkerOptions& options)
      : connection_(std::move(connection)),
        task_queue_(options.task_queue),
        identity_(options.identity.empty() ? connection_->identity() : std::string(options.identity)),
        instance_key_(connection_->new_id()),
        graceful_shutdown_timeout_(options.graceful_shutdown_timeout) {
    const int default_polls = is_in_process() ? 1 : kDefaultPolls;
    const auto polls = [&](int wanted) { return wanted > 0 ? wanted : default_polls; };
    WorkflowWorkerOptions workflows;
    workflows.task_queue = task_queue_;
    workflows.identity = identity_;
    workflows.instance_key = instance_key_;
    workflows.max_cached_workflows = static_cast<std::size_t>(options.max_cached_workflows);
    workflows.max_concurrent_tasks = options.max_concurrent_workflow_tasks;
    workflows.max_polls = polls(options.max_concurrent_workflow_task_polls);
    workflows.sticky_schedule_to_start_timeout = options.sticky_queue_schedule_to_start_timeout;
    workflows.on_error = [this](const rpc::Status& status) { on_refused(status); };
    workflows.on_progress = [this] { finish_if_idle(); };
    workflows_ = std::make_shared<WorkflowWorker>(connection_, std::move(workflows));

    ActivityWorkerOptions activities;
    activities.task_queue = task_queue_;
    activities.identity = identity_;
    activities.instance_key = instance_key_;
    activities.max_concurrent_activities = options.max_concurrent_activities;
    activities.max_activities_per_second = options.max_activities_per_second;
    activities.max_task_queue_activities_per_second = options.max_task_queue_activities_per_second;
    activities.max_polls = polls(options.max_concurrent_activity_task_polls);
    activities.max_heartbeat_throttle_interval = options.max_heartbeat_throttle_interval;
    activities.default_heartbeat_throttle_interval = options.default_heartbeat_throttle_interval;
    activities.on_error = [this](const rpc::Status& status) { on_refused(status); };
    activities.on_progress = [this] { finish_if_idle(); };
    activities_ = std::make_shared<ActivityWorker>(connection_, std::move(activities));
  }

  const std::string& task_queue() const { return task_queue_; }
  bool is_in_process() const { return connection_->options().is_in_process; }
  base::Loop& loop() { return connection_->loop(); }
  client::Connection& connection() { return *connection_; }
  client::WorkObserver* observer() const { return connection_->options().observer.get(); }

  // ---- any thread ----
  void add(const workflow::Definition& definition) {
    edit([&] {
      workflows_->registry().add(definition);
      if (observer()) observer()->on_registered(client::WorkObserver::TypeKind::workflow, std::string(definition.name));
    });
  }
  void add(activity::Registration registration) {
    edit([&] {
      const std::string name = registration.name;
      activities_->registry().add(std::move(registration));
      if (observer()) observer()->on_registered(client::WorkObserver::TypeKind::activity, name);
    });
  }
  void start();
  void request_shutdown();
  void wait_until_stopped();
  void throw_refusal();
  void close();
  bool is_running() {
    bool is_running = false;
    loop().exclusively([&] { is_running = stage_ == Stage::running || stage_ == Stage::stopping; });
    return is_running;
  }
  bool was_shut_down() {
    bool was_shut_down = false;
    loop().exclusively([&] { was_shut_down = stage_ == Stage::stopping || stage_ == Stage::stopped; });
    return was_shut_down;
  }

 private:
  enum class Stage { created, running, stopping, stopped };

  template <class Edit>
  void edit(Edit change);
  void begin_polling();
  void begin_shutdown();
  void say_farewell();
  void cancel_polls();
  void finish_if_idle();
  void on_refused(const rpc::Status& status);

  const std::shared_ptr<client::Connection> connection_;
  const std::string task_queue_;
  const std::string identity_;
  const std::string instance_key_;
  const Duration graceful_shutdown_timeout_;
  std::shared_ptr<WorkflowWorker> workflows_;
  std::shared_ptr<ActivityWorker> activities_;
  Stage stage_ = Stage::created;
  bool polls_workflows_ = false;
  bool polls_activities_ = false;
  bool is_saying_farewell_ = false;
  base::Loop::TimerId grace_timer_;
  base::Loop::TimerId polls_timer_;
  std::shared_ptr<Impl> self_;  // destroyed where it could not wait: lives until it is stopped
  rpc::Status refusal_;         // why the service refused to be polled
};

// Registers between callbacks of the loop: workflow code may be running on another thread.
template <class Edit>
void Worker::Impl::edit(Edit change) {
  std::exception_ptr error;
  loop().exclusively([&] {
    try {
      change();
      if (is_in_process() && stage_ == Stage::created) stage_ = Stage::running;
      if (stage_ == Stage::running) {
        loop().post([self = weak_from_this()] {
          if (const auto worker = self.lock()) worker->begin_polling();
        });
      }
    } catch (...) {
      error = std::current_exception();
    }
  });
  if (error) std::rethrow_exception(error);
}

void Worker::Impl::start() {
  bool has_work = false;
  bool is_over = false;
  loop().exclusively([&] {
    has_work = !workflows_->registry().is_empty() || activities_->has_activities();
    is_over = stage_ == Stage::stopping || stage_ == Stage::stopped;
    if (!has_work || stage_ != Stage::created) return;
    stage_ = Stage::running;
    begin_polling();
  });
  if (is_over) throw std::logic_error("a worker that has been shut down does not start again: make a new one");
  if (!has_work)
    throw std::invalid_argument("a worker for task queue " + task_queue_ + " has neither workflows nor activities");
}

void Worker::Impl::begin_polling() {
  if (stage_ != Stage::running) return;
  if (!polls_workflows_ && !workflows_->registry().is_empty()) {
    polls_workflows_ = true;
    workflows_->start();
  }
  if (!polls_activities_ && activities_->has_activities()) {
    polls_activities_ = true;
    activities_->start();
  }
}

void Worker::Impl::request_shutdown() {
  loop().post([self = weak_from_this()] {
    if (const auto worker = self.lock()) worker->begin_shutdown();
  });
}

void Worker::Impl::begin_shutdown() {
  if (stage_ == Stage::stopping || stage_ == Stage::stopped) return;
  const bool has_polled = stage_ == Stage::running;
  stage_ = Stage::stopping;
  workflows_->stop();
  activities_->stop();
  if (has_polled && refusal_.is_ok()) {
    say_farewell();
    // Also for activities that the last polls still bring.
    grace_timer_ = loop().post_after(graceful_shutdown_timeout_, [self = weak_from_this()] {
      const auto worker = self.lock();
      if (worker != nullptr && worker->activities_ != nullptr) worker->activities_->cancel_all();
    });
  } else {
    cancel_polls();
  }
  finish_if_idle();
}

void Worker::Impl::cancel_polls() {
  if (stage_ != Stage::stopping) return;
  workflows_->cancel_polls();
  activities_->cancel_polls();
}

// Asks the service to end this worker's polls and to keep no tasks for it: a poll that is cancelled from here may have
// been given a task already, which would be lost until it times out. Old services do not understand, which does no
// harm; their polls are cancelled a little later.
void Worker::Impl::say_farewell() {
  auto request = std::make_shared<ws::ShutdownWorkerRequest>();
  auto response = std::make_shared<ws::ShutdownWorkerResponse>();
  request->set_namespace_(connection_->namespace_());
  request->set_sticky_task_queue(workflows_->sticky_queue());
  request->set_identity(identity_);
  request->set_worker_instance_key(instance_key_);
  request->set_reason("graceful shutdown");
  request->set_task_queue(task_queue_);
  rpc::CallOptions options;
  options.is_retryable = false;
  options.timeout = kFarewellTimeout;
  is_saying_farewell_ = true;
  auto& request_message = *request;
  auto& response_message = *response;
  connection_->service().start(
      rpc::kShutdownWorker, request_message, response_message, std::move(options),
      [self = weak_from_this(), request = std::move(request), response = std::move(response)](const rpc::Status&) {
        const auto worker = self.lock();
        if (worker == nullptr) return;
        worker->is_saying_farewell_ = false;
        worker->finish_if_idle();
        if (worker->stage_ != Stage::stopping) return;
        worker->polls_timer_ = worker->loop().post_after(kPollsEndWithin, [self] {
          if (const auto waiting = self.lock()) waiting->cancel_polls();
        });
      });
}

void Worker::Impl::finish_if_idle() {
  if (stage_ != Stage::stopping || is_saying_farewell_) return;
  if (!workflows_->is_idle() || !activities_->is_idle()) return;
  stage_ = Stage::stopped;
  loop().cancel(grace_timer_);
  loop().cancel(polls_timer_);
  if (self_ != nullptr) {
    loop().post([self = std::move(self_)] {
      self->workflows_.reset();
      self->activities_.reset();
    });
  }
}

void Worker::Impl::on_refused(const rpc::Status& status) {
  // The polls of an in-process worker end when its environment closes first; nobody need hear of that.
  if (!is_in_process()) {
    base::log(LogLevel::error,
              "the service refuses the polls of the worker for task queue " + task_queue_ + ": " + status.message);
  }
  if (refusal_.is_ok()) refusal_ = status;
  request_shutdown();
}

void Worker::Impl::wait_until_stopped() {
  loop().pump_until([this] { return stage_ == Stage::stopped; });
}

void Worker::Impl::throw_refusal() {
  if (!refusal_.is_ok()) client::throw_status(refusal_, "the service refuses to be polled: ");
}

// From the destructor of the worker. Waits for what is in work: another worker could not have it before it times out,
// and the code of activities may use what the worker's owner owns.
void Worker::Impl::close() {
  if (loop().is_inside()) {  // in workflow code: nothing may be waited for here
    base::log(LogLevel::error, "the worker for task queue " + task_queue_ +
                                   " is destroyed in workflow code or an asynchronous activity: it ends by itself, "
                                   "later; keep workers where they were made");
    begin_shutdown();
    if (stage_ != Stage::stopped) self_ = shared_from_this();
    return;
  }
  loop().exclusively([&] {
    begin_shutdown();
    if (is_in_process()) activities_->cancel_all();  // a test that ends has nothing to be graceful for
  });
  wait_until_stopped();
  loop().exclusively([&] {
    workflows_.reset();
    activities_.reset();
  });
}

Worker::Worker(const client::Client& client, const WorkerOptions& options) {
  check_options(options);
  client.connection()->check_may_wait("A worker, which its destructor ends,");
  impl_ = std::make_shared<Impl>(client.connection(), options);
}

Worker::~Worker() { impl_->close(); }

void Worker::add_definition(const workflow::Definition& definition) { impl_->add(definition); }
void Worker::add_registration(activity::Registration registration) { impl_->add(std::move(registration)); }

void Worker::start() { impl_->start(); }

void Worker::run() {
  impl_->connection().check_may_wait("Worker::run");
  try {
    impl_->start();
  } catch (const std::logic_error&) {
    if (!impl_->was_shut_down()) throw;  // otherwise another thread was faster, and there is nothing to wait for
  }
  const TerminationSignals signals([impl = impl_.get()] { impl->request_shutdown(); });
  impl_->wait_until_stopped();
  impl_->throw_refusal();
}

void Worker::shutdown() {
  impl_->connection().check_may_wait("Worker::shutdown");
  impl_->request_shutdown();
  impl_->wait_until_stopped();
}

bool Worker::is_running() const { return impl_->is_running(); }
std::string_view Worker::task_queue() const { return impl_->task_queue(); }

}  // namespace temporalio::worker
