// May virtual time jump? Derived from what is pending (run/time_holders), never counted.
//
// A client's sleep that unlocks when time is unlocked already, because somebody awaits a result, would get nowhere
// where it is most needed: in an activity, which holds time itself, or in a test that has stopped its worker, where a
// queued task does. Such a sleep therefore outweighs one thing that holds time: one activity, or one task in a queue.
// It never outweighs what a worker will answer without anybody's help, a workflow task or a query it has taken. Only
// sleeps outweigh; locks that clients have released once too often do not.
#pragma once

#include <string>

namespace temporalio::timeskip {

class Engine;

// No client lock, nothing holds time but what sleeps outweigh, and time has not come to its end.
bool may_skip(const Engine& engine);
// Who holds time, why and since when, and what the next timer is: one line each.
std::string describe_time(const Engine& engine);

}  // namespace temporalio::timeskip
