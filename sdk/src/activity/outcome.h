// How the end of an activity's code becomes what the server is told.
#pragma once

#include <exception>
#include <optional>

#include "sdk/src/activity/executor.h"

namespace temporalio::activity {

// `error`: what the code threw; null when it returned `result`. `cancellation`: why it was asked to stop, if it was.
//
//   code                      asked to stop because       outcome
//   returned                  (anything but not_found)    completed
//   threw CompleteAsync       (anything but not_found)    completes_later
//   threw a cancellation      cancel_requested            cancelled
//   threw a cancellation      paused / reset              failed: ActivityPause / ActivityReset
//   threw a cancellation      worker_shutdown             failed: WorkerShutdown, so that another worker takes over now
//   threw anything else, or a cancellation nobody asked for           failed
//   whatever it did           not_found                   dropped
Outcome make_outcome(const std::exception_ptr& error, Payload result,
                     const std::optional<CancellationDetails>& cancellation);

// The activity type is not registered. Retryable: another worker of the task queue may know it.
Outcome not_registered(const std::string& activity_type, const std::string& workflow_type,
                       const std::string& known_types);

}  // namespace temporalio::activity
