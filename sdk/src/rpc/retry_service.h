// Repeats calls that failed in passing: the official SDKs' policy (100 ms growing by 1.7 to 5 s with jitter, at most
// ten tries and ten seconds; the polls of workers for ever, 200 ms doubling to 10 s).
#pragma once

#include <cstdint>
#include <memory>

#include "sdk/src/base/loop.h"
#include "sdk/src/rpc/service.h"

namespace temporalio::rpc {

struct RetryOptions {
  Duration initial_interval = std::chrono::milliseconds(100);
  double multiplier = 1.7;
  double jitter = 0.2;  // each interval is changed by up to this share of it, either way
  Duration max_interval = std::chrono::seconds(5);
  Duration max_elapsed = std::chrono::seconds(10);  // since the first try, when the next would start
  int max_attempts = 10;
};

// Whether a call that ended with this code may succeed when it is made again as it was.
bool is_transient(int code);

// Like `next`, it is used on the loop's thread only. `seed`: of the jitter.
std::shared_ptr<Service> make_retry_service(std::shared_ptr<Service> next, std::shared_ptr<base::Loop> loop,
                                            RetryOptions options, std::uint64_t seed);

}  // namespace temporalio::rpc
