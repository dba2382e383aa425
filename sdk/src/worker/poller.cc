#include "sdk/src/worker/poller.h"

#include <google/protobuf/message.h>

#include <utility>

namespace temporalio::worker {

struct Poller::Poll {
  std::unique_ptr<google::protobuf::Message> request;
  std::unique_ptr<google::protobuf::Message> response;
  rpc::CallId id = 0;
};

Poller::Poller(std::shared_ptr<client::Connection> connection, std::shared_ptr<Slots> slots, PollerOptions options)
    : connection_(std::move(connection)), slots_(std::move(slots)), options_(std::move(options)) {}

void Poller::refill() {
  while (!is_stopped_ && static_cast<int>(calls_.size()) < options_.max_polls && slots_->has_free()) {
    if (!may_open_now()) return;
    open();
  }
}

bool Poller::may_open_now() {
  if (options_.interval == Duration::zero()) return true;
  const base::MonotonicTime now = connection_->loop().time().now();
  if (now >= next_open_) {
    next_open_ = now + options_.interval;
    return true;
  }
  if (is_waiting_for_interval_) return false;
  is_waiting_for_interval_ = true;
  connection_->loop().post_after(next_open_ - now, [self = weak_from_this()] {
    const auto poller = self.lock();
    if (poller == nullptr) return;
    poller->is_waiting_for_interval_ = false;
    poller->refill();
  });
  return false;
}

void Poller::open() {
  auto poll = std::make_shared<Poll>();
  poll->request.reset(options_.request->New());
  poll->request->CopyFrom(*options_.request);
  poll->response.reset(options_.response_type->New());
  rpc::CallOptions call;
  call.is_long_poll = true;
  call.is_worker_poll = true;
  ++slots_->waiting;
  auto& request = *poll->request;
  auto& response = *poll->response;
  poll->id = connection_->service().start(options_.method, request, response, std::move(call),
                                          [self = weak_from_this(), poll](const rpc::Status& status) {
                                            if (const auto poller = self.lock()) poller->on_done(poll, status);
                                          });
  calls_.insert(poll->id);
}

void Poller::on_done(const std::shared_ptr<Poll>& poll, const rpc::Status& status) {
  calls_.erase(poll->id);
  --slots_->waiting;
  if (status.is_ok()) {
    options_.on_response(*poll->response);
  } else if (!is_stopped_) {
    is_stopped_ = true;
    options_.on_error(status);
  }
  refill();
  options_.on_progress();
}

void Poller::stop() { is_stopped_ = true; }

void Poller::cancel_polls() {
  is_stopped_ = true;
  // A cancelled call may end at once.
  const std::unordered_set<rpc::CallId> calls = calls_;
  for (const rpc::CallId call : calls) connection_->service().cancel(call);
}

}  // namespace temporalio::worker
