#include "sdk/src/activity/context.h"

#include <stdexcept>

#include "sdk/src/base/log.h"
#include "temporalio/detail/scheduler.h"

namespace temporalio::activity {
namespace {

thread_local Context* current_context = nullptr;

Context& require_context() {
  Context* context = Context::current();
  if (context == nullptr) throw std::logic_error("temporalio: not called from the code of an activity");
  return *context;
}

[[noreturn]] void refuse(const char* name) {
  throw std::logic_error(std::string("temporalio: activity::") + name +
                         " is for asynchronous activities (activity::Task); a synchronous one blocks its own thread");
}

}  // namespace

std::shared_ptr<detail::VoidWait> Context::begin_sleep(Duration) { refuse("sleep"); }
std::shared_ptr<detail::VoidWait> Context::begin_wait_for_cancelled() { refuse("wait_for_cancelled"); }
std::shared_ptr<detail::VoidWait> Context::begin_wait_for_worker_shutdown() { refuse("wait_for_worker_shutdown"); }
void Context::begin_offload(const std::shared_ptr<detail::OffloadWait>&) { refuse("offload"); }

Context* Context::current() noexcept {
  // The code of a coroutine runs inside its scheduler, on the loop's thread.
  const coro::Scheduler* scheduler = coro::Scheduler::current();
  if (scheduler == nullptr) return current_context;
  return scheduler->is_workflow ? nullptr : static_cast<Context*>(scheduler->owner);
}

Context::Enter::Enter(Context& context) : previous_(std::exchange(current_context, &context)) {}
Context::Enter::~Enter() { current_context = previous_; }

bool Context::is_cancelled() const {
  const std::lock_guard lock(mutex_);
  return is_cancelled_;
}

std::optional<CancellationDetails> Context::cancellation_details() const {
  const std::lock_guard lock(mutex_);
  if (!is_cancelled_) return std::nullopt;
  return details_;
}

bool Context::is_worker_shutdown() const {
  const std::lock_guard lock(mutex_);
  return is_worker_shutdown_;
}

bool Context::is_shielded() const {
  const std::lock_guard lock(mutex_);
  return shields_ > 0;
}

void Context::enter_shield() {
  const std::lock_guard lock(mutex_);
  ++shields_;
}

void Context::leave_shield() {
  const std::lock_guard lock(mutex_);
  --shields_;
}

bool Context::wait_for(const bool& flag, std::optional<Duration> timeout) {
  if (loop_->is_inside()) {
    throw std::logic_error("temporalio: an asynchronous activity must not block its thread: co_await instead");
  }
  const base::TimeSource& time = loop_->time();
  const base::MonotonicTime start = time.now();
  std::unique_lock lock(mutex_);
  while (!flag) {
    std::optional<Duration> left;
    if (timeout) {
      left = *timeout - (time.now() - start);
      if (*left <= Duration::zero()) return false;
    }
    time.wait(changed_, lock, left);
  }
  return true;
}

bool Context::wait_until_cancelled(std::optional<Duration> timeout) { return wait_for(is_cancelled_, timeout); }

bool Context::wait_until_worker_shutdown(std::optional<Duration> timeout) {
  return wait_for(is_worker_shutdown_, timeout);
}

bool Context::set_cancelled(const CancellationDetails& details) {
  const std::lock_guard lock(mutex_);
  details_.not_found |= details.not_found;
  details_.cancel_requested |= details.cancel_requested;
  details_.paused |= details.paused;
  details_.reset |= details.reset;
  details_.timed_out |= details.timed_out;
  details_.worker_shutdown |= details.worker_shutdown;
  const bool is_first = !is_cancelled_;
  is_cancelled_ = true;
  changed_.notify_all();
  return is_first;
}

void Context::set_worker_shutdown() {
  const std::lock_guard lock(mutex_);
  is_worker_shutdown_ = true;
  changed_.notify_all();
}

void Context::record_heartbeat(std::vector<Payload> details) {
  note_heartbeat();
  {
    const std::lock_guard lock(mutex_);
    const bool is_announced = heartbeat_.has_value();
    heartbeat_ = std::move(details);
    if (is_announced) return;
  }
  on_heartbeat_recorded();
}

std::optional<std::vector<Payload>> Context::take_heartbeat() {
  const std::lock_guard lock(mutex_);
  return std::exchange(heartbeat_, std::nullopt);
}

bool in_activity() noexcept { return Context::current() != nullptr; }
const Info& info() { return require_context().info(); }
bool is_cancelled() { return require_context().is_cancelled(); }
void check_cancelled() {
  const Context& context = require_context();
  if (context.is_cancelled() && !context.is_shielded()) throw CancelledError();
}
std::optional<CancellationDetails> cancellation_details() { return require_context().cancellation_details(); }
bool wait_for_cancelled_sync(std::optional<Duration> timeout) {
  return require_context().wait_until_cancelled(timeout);
}
bool is_worker_shutdown() { return require_context().is_worker_shutdown(); }
bool wait_for_worker_shutdown_sync(std::optional<Duration> timeout) {
  return require_context().wait_until_worker_shutdown(timeout);
}
CancellationShield::CancellationShield(Context& context) : context_(context) { context_.enter_shield(); }
CancellationShield::~CancellationShield() { context_.leave_shield(); }
CancellationShield shield_cancel_exception() { return CancellationShield(require_context()); }

void Logger::write(LogLevel level, std::string_view text) {
  const Context* context = Context::current();
  if (context == nullptr) return base::log(level, text);
  base::log(level, std::string(text) + " (" + describe(context->info()) + ")");
}

void raise_complete_async() {
  require_context();
  throw detail::CompleteAsync();
}

std::string describe(const Info& info) {
  std::string text =
      "activity " + info.activity_type + ", id " + info.activity_id + ", attempt " + std::to_string(info.attempt);
  if (info.in_workflow()) text += ", workflow " + info.workflow_id + ", run " + info.workflow_run_id;
  return text;
}

namespace detail {

std::vector<RawValue> to_raw_values(const PayloadListView& payloads) {
  std::vector<RawValue> values;
  values.reserve(payloads.size());
  for (std::size_t i = 0; i < payloads.size(); ++i) values.emplace_back(payloads[i].to_payload());
  return values;
}

void record_heartbeat(std::vector<Payload> details) { require_context().record_heartbeat(std::move(details)); }
std::shared_ptr<VoidWait> begin_sleep(Duration duration) { return require_context().begin_sleep(duration); }
std::shared_ptr<VoidWait> begin_wait_for_cancelled() { return require_context().begin_wait_for_cancelled(); }
std::shared_ptr<VoidWait> begin_wait_for_worker_shutdown() {
  return require_context().begin_wait_for_worker_shutdown();
}
void begin_offload(const std::shared_ptr<OffloadWait>& wait) { require_context().begin_offload(wait); }

bool OffloadWait::on_cancel() {
  is_cancelled_ = true;
  return true;
}

void OffloadWait::run() noexcept {
  try {
    call();
  } catch (...) {
    error_ = std::current_exception();
  }
}

}  // namespace detail
}  // namespace temporalio::activity
