// TestService: clients lock and unlock the skipping of time, and sleep in virtual time. The count of client locks is
// the one counter of the protocol itself; everything else that holds time is derived (time_holders). No unlock is
// refused: official clients put unlock and lock around each result they wait for, so that the count goes below zero
// while several are awaited, or when the server was started with time unlocked, and comes back by itself.
#include <google/protobuf/empty.pb.h>

#include <algorithm>

#include "temporal/api/testservice/v1/request_response.pb.h"
#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/errors.h"
#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/engine/rpc/method.h"

namespace temporalio::timeskip {
namespace {

namespace svc = ::temporal::api::testservice::v1;

std::string describe_sleep(const void*) { return "a client that sleeps"; }

// Parks `call` until virtual time reaches `until`.
Answer sleep_call_until(Engine& engine, Call& call, Time until) {
  if (until <= engine.now()) return errors::ok();
  engine.timers.set(call.virtual_timer, until, [&engine, &call] { engine.answer(call, {}); }, describe_sleep, &call);
  return kParked;
}

Time wake_up_time(const Engine& engine, const google::protobuf::Duration& duration) {
  return later(engine.now(), to_duration(duration));
}

Answer lock_time_skipping(Engine& engine, Call&) {
  ++engine.client_locks;
  return errors::ok();
}

Answer unlock_time_skipping(Engine& engine, Call&) {
  --engine.client_locks;
  return errors::ok();
}

Answer sleep_for_duration(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::SleepRequest>();
  if (!duration_fault(request.duration()).empty()) return errors::ok();  // nothing to wait for
  return sleep_call_until(engine, call, wake_up_time(engine, request.duration()));
}

Answer sleep_until(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::SleepUntilRequest>();
  return sleep_call_until(engine, call, std::min(to_time(request.timestamp()), later(engine.now(), kMaxDuration)));
}

Answer unlock_time_skipping_with_sleep(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::SleepRequest>();
  if (!duration_fault(request.duration()).empty()) return errors::ok();
  --engine.client_locks;
  ++engine.unlocking_sleeps;
  call.unpark = [&engine] {  // also when the caller gives up
    ++engine.client_locks;
    --engine.unlocking_sleeps;
  };
  return sleep_call_until(engine, call, wake_up_time(engine, request.duration()));
}

Answer get_current_time(Engine& engine, Call& call) {
  set_time(call.response_as<svc::GetCurrentTimeResponse>().mutable_time(), engine.now());
  return errors::ok();
}

}  // namespace

std::span<const Method> test_service_methods() {
  static const Method kMethods[] = {
      method<svc::LockTimeSkippingRequest, svc::LockTimeSkippingResponse>(
          "/temporal.api.testservice.v1.TestService/LockTimeSkipping", lock_time_skipping),
      method<svc::UnlockTimeSkippingRequest, svc::UnlockTimeSkippingResponse>(
          "/temporal.api.testservice.v1.TestService/UnlockTimeSkipping", unlock_time_skipping),
      method<svc::SleepRequest, svc::SleepResponse>("/temporal.api.testservice.v1.TestService/Sleep",
                                                    sleep_for_duration),
      method<svc::SleepUntilRequest, svc::SleepResponse>("/temporal.api.testservice.v1.TestService/SleepUntil",
                                                         sleep_until),
      method<svc::SleepRequest, svc::SleepResponse>(
          "/temporal.api.testservice.v1.TestService/UnlockTimeSkippingWithSleep", unlock_time_skipping_with_sleep),
      method<google::protobuf::Empty, svc::GetCurrentTimeResponse>(
          "/temporal.api.testservice.v1.TestService/GetCurrentTime", get_current_time),
  };
  return kMethods;
}

}  // namespace temporalio::timeskip
