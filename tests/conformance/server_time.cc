#include "tests/conformance/server_time.h"

#include <stdexcept>
#include <thread>

#include "temporal/api/testservice/v1/request_response.pb.h"

namespace conformance {

using namespace std::chrono_literals;

ServerTime::ServerTime(const Caller& caller, bool always_skips) : caller_(caller), always_skips_(always_skips) {
  has_test_service_ = caller_.call("GetCurrentTime", *Caller::new_request("GetCurrentTime"), 5s).code == 0;
  if (has_test_service_ && always_skips_) test_call("UnlockTimeSkipping");
}

void ServerTime::test_call(const char* method) {
  const CallResult result = caller_.call(method, *Caller::new_request(method), 5s);
  if (result.code != 0) throw std::runtime_error(std::string(method) + ": " + result.message);
}

void ServerTime::pass(std::chrono::milliseconds duration) {
  if (!has_test_service_) {
    std::this_thread::sleep_for(duration);
    return;
  }
  const std::string method = always_skips_ ? "Sleep" : "UnlockTimeSkippingWithSleep";
  temporal::api::testservice::v1::SleepRequest request;
  request.mutable_duration()->set_seconds(duration / 1s);
  request.mutable_duration()->set_nanos(static_cast<std::int32_t>(std::chrono::nanoseconds(duration % 1s).count()));
  const CallResult result = caller_.call(method, request, duration + 10s);
  if (result.code != 0) throw std::runtime_error(method + ": " + result.message);
}

void ServerTime::until_ready(std::future<CallResult>& answer) {
  if (!has_test_service_ || always_skips_ || answer.wait_for(50ms) == std::future_status::ready) {
    answer.wait();
    return;
  }
  test_call("UnlockTimeSkipping");
  answer.wait();
  test_call("LockTimeSkipping");
}

void ServerTime::settle() { std::this_thread::sleep_for(has_test_service_ ? 30ms : 400ms); }

std::chrono::milliseconds ServerTime::short_poll() const { return 2500ms; }  // servers refuse polls under 2 s

}  // namespace conformance
