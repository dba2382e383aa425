#include "sdk/src/base/time_source.h"

#include <algorithm>
#include <random>

namespace temporalio::base {
namespace {

// Longer waits are cut: adding a huge limit to the clock would overflow, and waking once an hour costs nothing.
constexpr Duration kLongestWait = std::chrono::hours(1);

class RealTime final : public TimeSource {
 public:
  SystemTime system_now() const override {
    return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
  }

  MonotonicTime now() const override {
    return MonotonicTime(
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()));
  }

  void wait(std::condition_variable& signal, std::unique_lock<std::mutex>& lock,
            std::optional<Duration> limit) const override {
    if (!limit) return signal.wait(lock);
    if (*limit > Duration::zero()) signal.wait_for(lock, std::min(*limit, kLongestWait));
  }
};

}  // namespace

const TimeSource& real_time() {
  static const RealTime time;
  return time;
}

std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

}  // namespace temporalio::base
