// May virtual time jump? Derived from what is pending, never counted: a run holds time while a worker owes it
// something.
#pragma once

#include <string>

namespace temporalio::timeskip {

class Engine;
struct Execution;

// A scheduled or started workflow task, an activity that is not backing off, or a query that a worker has to answer.
bool holds_time(const Execution& execution);
// Keeps Engine::holders, the index of runs for which holds_time() is true.
void update_holder(Engine& engine, Execution& execution);
// No client lock, and no run holds time.
bool may_skip(const Engine& engine);
// Who holds time, why and since when, and what the next timer is: one line each.
std::string describe_time(const Engine& engine);

}  // namespace temporalio::timeskip
