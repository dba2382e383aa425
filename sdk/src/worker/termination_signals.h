// SIGINT and SIGTERM as a callback, for as long as an object of this class lives.
#pragma once

#include <functional>

namespace temporalio::worker {

// Takes over the signals that the process handles by default; others are left alone. At the first signal the callbacks
// of all objects run, on a thread of their own, under a lock: they must be short. A second signal ends the process in
// the ordinary way.
class TerminationSignals {
 public:
  explicit TerminationSignals(std::function<void()> on_signal);
  // When this returns the callback is not running and will not run again.
  ~TerminationSignals();
  TerminationSignals(const TerminationSignals&) = delete;
  TerminationSignals& operator=(const TerminationSignals&) = delete;

 private:
  const std::function<void()> on_signal_;
};

}  // namespace temporalio::worker
