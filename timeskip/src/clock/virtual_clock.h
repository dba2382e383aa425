// The server's clock: wall time plus what has been skipped so far. It flows with the wall between jumps and never runs
// backwards. It does not decide when to jump (engine/run/time_holders does) and reads no real clock: the host tells it.
#pragma once

#include "timeskip/src/clock/timer_queue.h"

namespace temporalio::timeskip {

class VirtualClock {
 public:
  VirtualClock(Time virtual_start, Time wall_start) : wall_(wall_start), skipped_(virtual_start - wall_start) {}

  void observe_wall(Time wall) {
    if (wall > wall_) wall_ = wall;
  }
  void jump_to(Time virtual_time) {
    if (virtual_time > now()) skipped_ += virtual_time - now();
  }

  Time wall() const { return wall_; }
  Time now() const { return wall_ + skipped_; }
  // When the wall will show the moment at which virtual time, without a jump, reaches `virtual_time`.
  Time wall_at(Time virtual_time) const { return virtual_time - skipped_; }
  Duration skipped() const { return skipped_; }

 private:
  Time wall_;
  Duration skipped_;
};

}  // namespace temporalio::timeskip
