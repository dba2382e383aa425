// The four timeouts of an activity. One timer is set for the earliest that applies; it decides what has expired.
#pragma once

#include "timeskip/src/engine/run/execution.h"

namespace temporalio::timeskip {

class Engine;

// Sets the timer after any change of the activity's state; none while nothing can expire.
void set_activity_timeout(Engine& engine, Execution& execution, Activity& activity);

// Parts of activity.cc that a timeout needs as well.
void write_activity_started(Execution& execution, const Activity& activity);
void remove_activity(Engine& engine, Execution& execution, const Activity& activity);
enums::RetryState retry_activity(Engine& engine, Execution& execution, Activity& activity,
                                 const failurepb::Failure& failure);

}  // namespace temporalio::timeskip
