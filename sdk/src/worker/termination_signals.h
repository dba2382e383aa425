// SIGINT and SIGTERM as a callback, for as long as an object of this class lives.
#pragma once

#include <functional>
#include <thread>

namespace temporalio::worker {

// Takes over the signals that the process handles by default; the others are left alone. The callback runs on a thread
// of its own, once; a second signal then ends the process in the ordinary way. Objects nest: the newest one is called.
class TerminationSignals {
 public:
  explicit TerminationSignals(std::function<void()> on_signal);
  ~TerminationSignals();
  TerminationSignals(const TerminationSignals&) = delete;
  TerminationSignals& operator=(const TerminationSignals&) = delete;

 private:
  int pipe_[2] = {-1, -1};
  int outer_pipe_ = -1;
  bool has_taken_[2] = {false, false};
  std::thread thread_;
};

}  // namespace temporalio::worker
