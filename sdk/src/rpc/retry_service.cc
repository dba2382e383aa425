#include "sdk/src/rpc/retry_service.h"

#include <google/protobuf/message.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <utility>

#include "sdk/src/base/log.h"

namespace temporalio::rpc {
namespace {

using google::protobuf::Message;
using namespace std::chrono_literals;

// google.rpc.Code
constexpr int kOk = 0;
constexpr int kCancelled = 1;
constexpr int kUnknown = 2;
constexpr int kDeadlineExceeded = 4;
constexpr int kResourceExhausted = 8;
constexpr int kAborted = 10;
constexpr int kOutOfRange = 11;
constexpr int kInternal = 13;
constexpr int kUnavailable = 14;
constexpr int kDataLoss = 15;

// A server that is overloaded is left alone for longer.
constexpr Duration kExhaustedInterval = 1s;
constexpr Duration kExhaustedMaxInterval = 10s;
constexpr Duration kWorkerPollInterval = 200ms;
constexpr Duration kWorkerPollMaxInterval = 10s;

class RetryService final : public Service, public std::enable_shared_from_this<RetryService> {
 public:
  RetryService(std::shared_ptr<Service> next, std::shared_ptr<base::Loop> loop, RetryOptions options,
               std::uint64_t seed)
      : next_(std::move(next)), loop_(std::move(loop)), options_(options), random_(seed) {}

  ~RetryService() override {
    for (const auto& [id, call] : calls_) loop_->cancel(call->timer);
  }

  CallId start(const char* method, Message& request, Message& response, CallOptions options,
               std::function<void(Status)> done) override {
    auto call = std::make_shared<Call>();
    call->method = method;
    call->request = &request;
    call->response = &response;
    call->options = std::move(options);
    call->done = std::move(done);
    call->first_try = loop_->time().now();
    const CallId id = ++last_id_;
    calls_.emplace(id, std::move(call));
    attempt(id);
    return id;
  }

  void cancel(CallId id) override {
    const auto it = calls_.find(id);
    if (it == calls_.end()) return;
    Call& call = *it->second;
    call.is_cancelled = true;
    if (call.inner != 0) {
      next_->cancel(call.inner);
    } else if (loop_->cancel(call.timer)) {
      loop_->post([self = weak_from_this(), id] {
        if (const auto service = self.lock()) service->finish(id, {kCancelled, "the call was cancelled", ""});
      });
    }
  }

 private:
  struct Call {
    const char* method = nullptr;
    Message* request = nullptr;
    Message* response = nullptr;
    CallOptions options;
    std::function<void(Status)> done;
    base::MonotonicTime first_try{};
    int attempts = 0;
    int exhausted = 0;  // of these, how many met an overloaded server
    bool is_cancelled = false;
    CallId inner = 0;  // the try under way
    base::Loop::TimerId timer;
  };

  void attempt(CallId id) {
    const std::shared_ptr<Call> call = calls_.at(id);
    ++call->attempts;
    // The try keeps the call, and with it the messages that `done` owns, for as long as the transport may touch them.
    call->inner = next_->start(call->method, *call->request, *call->response, call->options,
                               [self = weak_from_this(), id, call](Status status) {
                                 if (const auto service = self.lock()) service->on_done(id, std::move(status));
                               });
  }

  void on_done(CallId id, Status status) {
    Call& call = *calls_.at(id);
    call.inner = 0;
    note_polls(call, status);
    if (status.code == kOk || call.is_cancelled || !call.options.is_retryable) return finish(id, std::move(status));
    if (!may_repeat(call.options, status)) return finish(id, std::move(status));

    // The deadline of a poll passes when nothing has happened: no reason to wait before the next.
    const bool is_quiet_poll = call.options.is_worker_poll && status.code == kDeadlineExceeded;
    if (is_quiet_poll) call.attempts = 0;
    const Duration wait = is_quiet_poll ? Duration::zero() : next_interval(call, status.code);
    if (!call.options.is_worker_poll && is_used_up(call, wait)) return finish(id, std::move(status));
    call.response->Clear();
    call.timer = loop_->post_after(wait, [self = weak_from_this(), id] {
      if (const auto service = self.lock()) service->attempt(id);
    });
  }

  // Whether the next try, after `wait`, would be one too many. A long poll may have waited for long before its service
  // went: its time counts from its first failure.
  bool is_used_up(Call& call, Duration wait) const {
    if (call.options.is_long_poll && call.attempts == 1) call.first_try = loop_->time().now();
    const Duration elapsed = loop_->time().now() - call.first_try;
    return call.attempts >= options_.max_attempts || elapsed + wait > options_.max_elapsed;
  }

  // Polls are repeated for ever; who waits for them is told when that begins and when it ends.
  void note_polls(const Call& call, const Status& status) {
    if (!call.options.is_worker_poll || call.is_cancelled) return;
    const bool fails = is_transient(status.code);
    if (fails == polls_fail_) return;
    if (!fails && status.code != kOk) return;
    polls_fail_ = fails;
    base::log(LogLevel::warning, fails ? "the service cannot be polled and is asked again and again: " + status.message
                                       : std::string("the service can be polled again"));
  }

  static bool may_repeat(const CallOptions& options, const Status& status) {
    if (status.refusal != Refusal::none) return false;  // RESOURCE_EXHAUSTED by its size: it will not shrink
    const int code = status.code;
    return is_transient(code) || (options.is_worker_poll && (code == kDeadlineExceeded || code == kCancelled));
  }

  Duration next_interval(Call& call, int code) {
    if (code == kResourceExhausted) return grown(kExhaustedInterval, 2.0, call.exhausted++, kExhaustedMaxInterval);
    if (call.options.is_worker_poll) return grown(kWorkerPollInterval, 2.0, call.attempts - 1, kWorkerPollMaxInterval);
    return grown(options_.initial_interval, options_.multiplier, call.attempts - 1, options_.max_interval);
  }

  Duration grown(Duration initial, double multiplier, int times, Duration max) {
    double interval = static_cast<double>(initial.count());
    for (int i = 0; i < times && interval < static_cast<double>(max.count()); ++i) interval *= multiplier;
    interval = std::min(interval, static_cast<double>(max.count()));
    const double share = static_cast<double>(random_() >> 11) * 0x1p-53 * 2 - 1;  // from -1 to 1
    return Duration(static_cast<Duration::rep>(interval * (1 + options_.jitter * share)));
  }

  void finish(CallId id, Status status) {
    const auto node = calls_.extract(id);
    node.mapped()->done(std::move(status));
  }

  const std::shared_ptr<Service> next_;
  const std::shared_ptr<base::Loop> loop_;
  const RetryOptions options_;
  std::mt19937_64 random_;
  std::map<CallId, std::shared_ptr<Call>> calls_;
  CallId last_id_ = 0;
  bool polls_fail_ = false;
};

}  // namespace

bool is_transient(int code) {
  switch (code) {
    case kUnknown:
    case kResourceExhausted:
    case kAborted:
    case kOutOfRange:
    case kInternal:
    case kUnavailable:
    case kDataLoss:
      return true;
    default:
      return false;
  }
}

std::shared_ptr<Service> make_retry_service(std::shared_ptr<Service> next, std::shared_ptr<base::Loop> loop,
                                            RetryOptions options, std::uint64_t seed) {
  return std::make_shared<RetryService>(std::move(next), std::move(loop), options, seed);
}

}  // namespace temporalio::rpc
