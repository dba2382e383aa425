#include "sdk/src/activity/execution.h"

#include "sdk/src/activity/outcome.h"
#include "sdk/src/payload/payload_proto.h"

namespace temporalio::activity {
namespace {

// How long after start_to_close_timeout an activity that still runs is told: the server has given it up by then, also
// where the two clocks and the way there differ a little.
constexpr Duration kTimeLimitMargin = std::chrono::seconds(5);
// Longer ones are as good as none; the sum with the margin and the clock would overflow.
constexpr Duration kLongestLimit = std::chrono::hours(24 * 365);

}  // namespace

Execution::Execution(std::shared_ptr<base::Loop> loop, ExecutionTask task, std::weak_ptr<ExecutionOwner> owner)
    : Context(std::move(loop), std::move(task.info)),
      id_(task.id),
      registration_(std::move(task.registration)),
      input_(std::move(task.input)),
      owner_(std::move(owner)),
      on_heartbeat_(std::move(task.on_heartbeat)),
      throttle_(task.heartbeat_interval) {}

void Execution::start() {
  if (info().start_to_close_timeout && *info().start_to_close_timeout < kLongestLimit) {
    const auto on_limit = [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->cancel({.timed_out = true});
    };
    limit_timer_ = loop_->post_after(*info().start_to_close_timeout + kTimeLimitMargin, on_limit);
  }
  run();
}

void Execution::cancel(const CancellationDetails& details) {
  if (is_finished_) return;
  if (set_cancelled(details)) on_cancelled();
}

void Execution::announce_shutdown() {
  if (is_finished_) return;
  set_worker_shutdown();
  on_shutdown_announced();
}

PayloadListView Execution::arguments() const { return payload::view(input_); }

void Execution::finish(const std::exception_ptr& error, Payload result) {
  if (is_finished_) return;
  is_finished_ = true;
  loop_->cancel(limit_timer_);
  loop_->cancel(heartbeat_timer_);
  Outcome outcome = make_outcome(error, std::move(result), cancellation_details());
  if (outcome.kind == Outcome::Kind::failed) {
    auto unsent = take_heartbeat();
    if (!unsent) unsent = std::move(in_flight_);  // the service may get this failure first and refuse the heartbeat
    if (unsent) {
      payload::append_payloads(outcome.last_heartbeat_details, std::move(*unsent));
    }
  }
  if (const auto owner = owner_.lock()) owner->on_finished(id_, std::move(outcome));
}

void Execution::note_heartbeat() {
  if (on_heartbeat_) on_heartbeat_();
}

void Execution::on_heartbeat_recorded() {
  loop_->post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->apply(self->throttle_.on_recorded(self->loop_->time().now()));
  });
}

void Execution::apply(const HeartbeatThrottle::Step& step) {
  if (is_finished_) return;
  if (step.send) send_heartbeat();
  if (step.timer) {
    heartbeat_timer_ = loop_->post_after(*step.timer, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->apply(self->throttle_.on_timer(self->loop_->time().now()));
    });
  }
}

void Execution::send_heartbeat() {
  auto details = take_heartbeat();
  const auto owner = owner_.lock();
  if (!details || owner == nullptr) return;
  temporal::api::common::v1::Payloads message;
  in_flight_ = *details;
  payload::append_payloads(message, std::move(*details));
  owner->send_heartbeat(info().task_token, std::move(message), [weak = weak_from_this()](HeartbeatAnswer answer) {
    if (const auto self = weak.lock()) self->on_heartbeat_answered(answer);
  });
}

void Execution::on_heartbeat_answered(const HeartbeatAnswer& answer) {
  in_flight_.reset();
  if (is_finished_) return;
  CancellationDetails details;
  details.cancel_requested = answer.cancel_requested;
  details.paused = answer.activity_paused;
  details.reset = answer.activity_reset;
  details.not_found = answer.not_found;
  const auto self = shared_from_this();  // cancelling may end this execution
  if (details.cancel_requested || details.paused || details.reset || details.not_found) cancel(details);
  apply(throttle_.on_answered(loop_->time().now()));
}

}  // namespace temporalio::activity
