// Who is told of what happens to the runs of a namespace.
#pragma once

namespace temporalio::timeskip {

struct Execution;

class RunObserver {
 public:
  virtual ~RunObserver() = default;

  // The run is new, has closed, or has other search attributes; its transaction has ended.
  virtual void run_changed(Execution& run) = 0;
  // The run is about to be forgotten.
  virtual void run_removed(const Execution& run) = 0;
};

}  // namespace temporalio::timeskip
