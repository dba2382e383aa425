// May virtual time jump? Derived from what is pending, never counted: a run holds time while a worker owes it
// something.
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
struct Execution;

// A scheduled or started workflow task, an activity that is not backing off, or a query that a worker has taken. A
// query that no worker has taken does not hold time: perhaps there is none.
bool holds_time(const Execution& execution);
// Keeps Engine::holders, the index of runs for which holds_time() is true.
void update_holder(Engine& engine, Execution& execution);
// No client lock, nothing holds time but what sleeps outweigh, and time has not come to its end.
bool may_skip(const Engine& engine);
// Who holds time, why and since when, and what the next timer is: one line each.
std::string describe_time(const Engine& engine);

}  // namespace temporalio::timeskip
