// testing::ActivityEnvironment. A synchronous activity runs on the caller's thread in a context of our own; an
// asynchronous one is run by the SDK's own execution, on a loop that the caller pumps.
#include <mutex>
#include <optional>
#include <stdexcept>

#include "sdk/src/activity/execution.h"
#include "sdk/src/base/loop.h"
#include "sdk/src/payload/failure.h"
#include "sdk/src/payload/payload_proto.h"
#include "temporalio/activity_environment.h"

namespace temporalio::testing {
namespace {

using OnHeartbeat = std::function<void(const std::vector<Payload>&)>;

// The context of a synchronous activity.
class ThreadContext final : public activity::Context {
 public:
  ThreadContext(std::shared_ptr<base::Loop> loop, activity::Info info, const OnHeartbeat& on_heartbeat)
      : Context(std::move(loop), std::move(info)), on_heartbeat_(on_heartbeat) {}

  using Context::set_cancelled;
  using Context::set_worker_shutdown;

 private:
  void on_heartbeat_recorded() override {
    if (auto details = take_heartbeat(); details && on_heartbeat_) on_heartbeat_(*details);
  }

  const OnHeartbeat& on_heartbeat_;
};

// An activity with what it throws kept, which its outcome for the server does not.
struct Observed {
  const activity::Definition* definition;
  void* instance;
  std::exception_ptr error;
};

Task<void> observe(Task<void> task, Observed* observed) {
  try {
    co_await task;
  } catch (...) {
    observed->error = std::current_exception();
    throw;
  }
}

Task<void> start_observed(void* instance, const PayloadListView& arguments, Payload* result) {
  auto* observed = static_cast<Observed*>(instance);
  try {
    return observe(observed->definition->start(observed->instance, arguments, result), observed);
  } catch (...) {  // an argument that cannot be read
    observed->error = std::current_exception();
    throw;
  }
}

// Takes what an asynchronous activity sends, in the worker's place. On the loop.
class Owner final : public activity::ExecutionOwner {
 public:
  Owner(std::shared_ptr<base::Loop> loop, const OnHeartbeat& on_heartbeat)
      : loop_(std::move(loop)), on_heartbeat_(on_heartbeat) {}

  void on_finished(std::uint64_t, activity::Outcome outcome) override { outcome_ = std::move(outcome); }
  void send_heartbeat(const std::string&, temporal::api::common::v1::Payloads details,
                      std::function<void(activity::HeartbeatAnswer)> answered) override {
    try {
      if (on_heartbeat_) on_heartbeat_(payload::from_proto(details));
    } catch (...) {  // the test's own code, in a callback of the loop
      if (!error_) error_ = std::current_exception();
    }
    loop_->post([answered = std::move(answered)] { answered({}); });
  }

  const std::optional<activity::Outcome>& outcome() const { return outcome_; }
  const std::exception_ptr& observer_error() const { return error_; }

 private:
  const std::shared_ptr<base::Loop> loop_;
  const OnHeartbeat& on_heartbeat_;
  std::optional<activity::Outcome> outcome_;
  std::exception_ptr error_;  // what the observer of heartbeats threw
};

}  // namespace

struct ActivityEnvironment::State {
  const std::shared_ptr<base::Loop> loop = std::make_shared<base::Loop>();

  std::mutex mutex;  // guards: all below
  std::optional<activity::CancellationDetails> cancellation;
  bool is_worker_shutdown = false;
  std::shared_ptr<ThreadContext> on_thread;      // the running activity, if it is synchronous
  std::shared_ptr<activity::Execution> running;  // the same, if it is asynchronous or runs in a process

  Payload run_on_thread(const activity::Definition& definition, void* instance, const PayloadListView& arguments,
                        const activity::Info& activity_info, const OnHeartbeat& heartbeat_observer);
  // Starts an execution and waits until it has told `owner` of its end.
  void run_execution(std::shared_ptr<activity::Execution> execution, const Owner& owner);
  Payload run_in_process(activity::Registration registration, const std::vector<Payload>& arguments,
                         const activity::Info& activity_info, const OnHeartbeat& heartbeat_observer);
  Payload run_as_coroutine(const activity::Definition& definition, void* instance,
                           const std::vector<Payload>& arguments, const activity::Info& activity_info,
                           const OnHeartbeat& heartbeat_observer);
};

Payload ActivityEnvironment::State::run_on_thread(const activity::Definition& definition, void* instance,
                                                  const PayloadListView& arguments, const activity::Info& activity_info,
                                                  const OnHeartbeat& heartbeat_observer) {
  const auto context = std::make_shared<ThreadContext>(loop, activity_info, heartbeat_observer);
  {
    const std::lock_guard lock(mutex);
    on_thread = context;
    if (cancellation) context->set_cancelled(*cancellation);
    if (is_worker_shutdown) context->set_worker_shutdown();
  }
  struct Leave {
    State& state;
    ~Leave() {
      const std::lock_guard lock(state.mutex);
      state.on_thread = nullptr;
    }
  } leave{*this};
  const activity::Context::Enter enter(*context);
  return definition.call(instance, arguments);
}

Payload ActivityEnvironment::State::run_as_coroutine(const activity::Definition& definition, void* instance,
                                                     const std::vector<Payload>& arguments,
                                                     const activity::Info& activity_info,
                                                     const OnHeartbeat& heartbeat_observer) {
  Observed observed{&definition, instance, nullptr};
  activity::Definition observing = definition;
  observing.start = &start_observed;
  activity::ExecutionTask task;
  task.registration.name = std::string(definition.name);
  task.registration.definition = &observing;
  task.registration.instance = std::shared_ptr<void>(std::shared_ptr<void>(), &observed);  // owned by this call
  task.info = activity_info;
  payload::append_payloads(task.input, std::vector<Payload>(arguments));
  const auto owner = std::make_shared<Owner>(loop, heartbeat_observer);
  run_execution(activity::make_coroutine_execution(loop, std::move(task), owner), *owner);
  if (observed.error) std::rethrow_exception(observed.error);
  return payload::from_proto(owner->outcome()->payloads).at(0);
}

Payload ActivityEnvironment::State::run_in_process(activity::Registration registration,
                                                   const std::vector<Payload>& arguments,
                                                   const activity::Info& activity_info,
                                                   const OnHeartbeat& heartbeat_observer) {
  activity::ExecutionTask task;
  task.registration = std::move(registration);
  task.info = activity_info;
  payload::append_payloads(task.input, std::vector<Payload>(arguments));
  const auto owner = std::make_shared<Owner>(loop, heartbeat_observer);
  run_execution(activity::make_process_execution(loop, std::move(task), owner), *owner);
  using Kind = activity::Outcome::Kind;
  const activity::Outcome& outcome = *owner->outcome();
  if (outcome.kind == Kind::completed) return payload::from_proto(outcome.payloads).at(0);
  if (outcome.kind == Kind::completes_later) throw activity::detail::CompleteAsync();
  if (outcome.kind == Kind::failed) std::rethrow_exception(payload::to_exception(outcome.failure));
  throw CancelledError("Cancelled", payload::from_proto(outcome.payloads));
}

void ActivityEnvironment::State::run_execution(std::shared_ptr<activity::Execution> execution, const Owner& owner) {
  loop->post([this, execution] {
    const std::lock_guard lock(mutex);
    running = execution;
  });
  loop->post([this, execution] {
    std::optional<activity::CancellationDetails> asked;
    bool is_shutdown;
    {
      const std::lock_guard lock(mutex);
      asked = cancellation;
      is_shutdown = is_worker_shutdown;
    }
    if (asked) execution->cancel(*asked);
    if (is_shutdown) execution->announce_shutdown();
    execution->start();
  });
  loop->pump_until([&owner] { return owner.outcome().has_value() || owner.observer_error() != nullptr; });
  {
    const std::lock_guard lock(mutex);
    running = nullptr;
  }
  // The frames go now, while what they point to is there.
  loop->exclusively([&execution] { execution = nullptr; });
  if (owner.observer_error()) std::rethrow_exception(owner.observer_error());
}

ActivityEnvironment::ActivityEnvironment() : state_(std::make_unique<State>()) {
  info.activity_id = "test";
  info.activity_type = "unknown";
  info.namespace_ = "default";
  info.task_queue = "test";
  info.task_token = "test";
  info.workflow_id = "test";
  info.workflow_run_id = "test-run";
  info.workflow_type = "test";
  info.scheduled_time = info.current_attempt_scheduled_time = info.started_time = state_->loop->time().system_now();
  info.start_to_close_timeout = std::chrono::seconds(1);
}

ActivityEnvironment::~ActivityEnvironment() = default;

void ActivityEnvironment::cancel(const activity::CancellationDetails& details) {
  const std::lock_guard lock(state_->mutex);
  state_->cancellation = details;
  if (state_->on_thread) state_->on_thread->set_cancelled(details);
  if (state_->running) {
    state_->loop->post([execution = state_->running, details] { execution->cancel(details); });
  }
}

void ActivityEnvironment::worker_shutdown() {
  const std::lock_guard lock(state_->mutex);
  state_->is_worker_shutdown = true;
  if (state_->on_thread) state_->on_thread->set_worker_shutdown();
  if (state_->running) {
    state_->loop->post([execution = state_->running] { execution->announce_shutdown(); });
  }
}

Payload ActivityEnvironment::run_registration(activity::Registration registration,
                                              const std::vector<Payload>& arguments) {
  activity::Info told = info;
  if (told.activity_type == "unknown") told.activity_type = registration.name;
  return state_->run_in_process(std::move(registration), arguments, told, on_heartbeat);
}

Payload ActivityEnvironment::run_payloads(const activity::Definition& definition, void* instance,
                                          const std::vector<Payload>& arguments) {
  activity::Info told = info;
  if (told.activity_type == "unknown") told.activity_type = definition.name;
  if (definition.start == nullptr) return state_->run_on_thread(definition, instance, arguments, told, on_heartbeat);
  return state_->run_as_coroutine(definition, instance, arguments, told, on_heartbeat);
}

}  // namespace temporalio::testing
