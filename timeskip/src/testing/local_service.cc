#include "timeskip/src/testing/local_service.h"

#include <optional>
#include <utility>

#include "sdk/src/base/deadlock_watch.h"

namespace temporalio::testing {
namespace {

constexpr int kCancelled = 1;         // google.rpc.Code
constexpr int kDeadlineExceeded = 4;  // google.rpc.Code
// How long a description waits for its turn.
constexpr Duration kPatience = std::chrono::milliseconds(300);

}  // namespace

struct LocalService::Call {
  Call(rpc::CallId own_id, std::function<void(rpc::Status)> own_done) : id(own_id), done(std::move(own_done)) {}

  const rpc::CallId id;
  const std::function<void(rpc::Status)> done;
  timeskip::Server::CallId server_id = 0;
  base::Loop::TimerId timer;
  bool is_past_deadline = false;
  bool is_finished = false;
};

LocalService::LocalService(std::shared_ptr<base::Loop> loop, std::uint64_t seed)
    : loop_(std::move(loop)), server_({.start_time = loop_->time().system_now(), .seed = seed, .starts_locked = true}) {
  hook_ = loop_->add_idle_hook([this]() -> std::optional<Duration> {
    const SystemTime now = loop_->time().system_now();
    const std::optional<timeskip::Time> next = server_.tick(now);
    if (!next) return std::nullopt;
    return *next > now ? *next - now : Duration(0);
  });
}

LocalService::~LocalService() { loop_->remove_idle_hook(hook_); }

rpc::CallId LocalService::start(const char* method, google::protobuf::Message& request,
                                google::protobuf::Message& response, rpc::CallOptions options,
                                std::function<void(rpc::Status)> done) {
  const auto call = std::make_shared<Call>(next_id_++, std::move(done));
  const SystemTime now = loop_->time().system_now();
  std::optional<timeskip::Time> deadline;
  if (options.timeout > Duration(0)) deadline = now + options.timeout;
  call->server_id = server_.call(method, request, response, {now, deadline},
                                 [this, call](timeskip::RpcStatus status) { finish(call, std::move(status)); });
  if (call->is_finished) return call->id;
  parked_.emplace(call->id, call);
  if (deadline) {
    call->timer = loop_->post_after(options.timeout, [weak = weak_from_this(), id = call->id] {
      if (const auto self = weak.lock()) self->give_up(id, /*is_deadline=*/true);
    });
  }
  return call->id;
}

void LocalService::cancel(rpc::CallId call) { give_up(call, /*is_deadline=*/false); }

std::string LocalService::describe_time_now() const { return server_.describe_time(loop_->time().system_now()); }

std::string LocalService::describe_time() {
  const auto text = std::make_shared<std::string>();
  const auto describe = [self = shared_from_this(), text] { *text = self->describe_time_now(); };
  if (loop_->try_exclusively(describe, kPatience)) return *text;
  std::string out;
  const bool is_stuck = base::DeadlockWatch::look_at(*loop_, [&](const std::string& who) {
    out = who + "; nothing else happens meanwhile\n" + describe_time_now();  // the server rests while that code runs
  });
  return is_stuck ? out : "the environment's thread is busy and has not answered in time\n";
}

void LocalService::give_up(rpc::CallId id, bool is_deadline) {
  const auto found = parked_.find(id);
  if (found == parked_.end()) return;
  found->second->is_past_deadline = is_deadline;
  server_.cancel(found->second->server_id);  // runs finish(), which erases the entry
}

void LocalService::finish(const std::shared_ptr<Call>& call, timeskip::RpcStatus status) {
  call->is_finished = true;
  if (call->timer.sequence != 0) loop_->cancel(call->timer);
  parked_.erase(call->id);
  if (call->is_past_deadline && status.code == kCancelled) {
    status = {kDeadlineExceeded, "The call's deadline has passed.", ""};
  }
  // Posted, not called: `done` may start the next call, or run workflow code for as long as that likes.
  loop_->post([call, result = rpc::Status{status.code, std::move(status.message), std::move(status.details)}] {
    call->done(result);
  });
}

}  // namespace temporalio::testing
