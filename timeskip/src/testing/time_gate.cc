#include "timeskip/src/testing/time_gate.h"

#include <algorithm>
#include <stdexcept>

#include "sdk/src/client/status_errors.h"
#include "temporal/api/testservice/v1/request_response.pb.h"
#include "temporalio/errors.h"
#include "timeskip/src/engine/core/proto_time.h"

namespace temporalio::testing::detail {
namespace {

namespace ts = temporal::api::testservice::v1;

constexpr const char* kLock = "/temporal.api.testservice.v1.TestService/LockTimeSkipping";
constexpr const char* kUnlock = "/temporal.api.testservice.v1.TestService/UnlockTimeSkipping";
constexpr const char* kUnlockAndSleep = "/temporal.api.testservice.v1.TestService/UnlockTimeSkippingWithSleep";

// A second lock or unlock is not the same as one, so these calls are never repeated.
rpc::CallOptions once(Duration timeout) {
  rpc::CallOptions options;
  options.timeout = timeout;
  options.is_retryable = false;
  return options;
}

constexpr std::chrono::seconds kAnswersAtOnce{10};
// A sleep that something holds up runs at wall pace: it may take as long as it says, and then some.
constexpr std::chrono::minutes kSleepMargin{1};

}  // namespace

std::shared_ptr<client::Connection> TimeGate::connection() const {
  auto connection = connection_.lock();
  if (!connection) throw std::logic_error("The environment's client has been destroyed.");
  return connection;
}

void TimeGate::enter() {
  std::lock_guard lock(mutex_);
  ++waiters_;
  try {
    settle();
  } catch (...) {
    --waiters_;
    throw;
  }
}

void TimeGate::leave() noexcept {
  std::lock_guard lock(mutex_);
  --waiters_;
  try {
    settle();
  } catch (const std::exception&) {
    is_unlocked_ = false;
  }
}

void TimeGate::disable() {
  connection()->check_may_wait("auto_time_skipping_disabled");
  std::lock_guard lock(mutex_);
  ++disabled_;
  try {
    settle();
  } catch (...) {
    --disabled_;
    throw;
  }
}

void TimeGate::enable() noexcept {
  std::lock_guard lock(mutex_);
  --disabled_;
  try {
    settle();
  } catch (const std::exception&) {
    is_unlocked_ = false;
  }
}

void TimeGate::settle() {
  if (is_unlocked_ == wants_unlocked()) return;
  const auto to = connection();
  if (is_unlocked_) {
    ts::LockTimeSkippingRequest request;
    ts::LockTimeSkippingResponse response;
    to->call("lock_time_skipping", kLock, request, response, once(kAnswersAtOnce));
  } else {
    ts::UnlockTimeSkippingRequest request;
    ts::UnlockTimeSkippingResponse response;
    to->call("unlock_time_skipping", kUnlock, request, response, once(kAnswersAtOnce));
  }
  is_unlocked_ = !is_unlocked_;
}

// Unlocks and locks for itself, whether or not time skips anyway: an activity that sleeps while a test waits for its
// result holds time itself, and only a sleep of this kind outweighs that.
void TimeGate::sleep(Duration duration) {
  const auto to = connection();
  to->check_may_wait("sleep");
  ts::SleepRequest request;
  ts::SleepResponse response;
  timeskip::set_duration(request.mutable_duration(), duration);
  const Duration patience = std::min<Duration>(duration, timeskip::kMaxDuration) + kSleepMargin;
  const rpc::Status status = to->try_wait("sleep", "", kUnlockAndSleep, request, response, once(patience));
  if (!status.is_ok()) client::throw_status(status);
}

}  // namespace temporalio::testing::detail
