// Which runs hold virtual time: a run does while a worker owes it something. Derived from what is pending, never
// counted by hand.
#pragma once

#include <cstdint>

namespace temporalio::timeskip {

class Engine;
struct Execution;

// A scheduled or started workflow task, an activity that is not backing off, or a query that a worker has taken. A
// query that no worker has taken does not hold time: perhaps there is none.
bool holds_time(const Execution& execution);
// Keeps Runs::holders, the index of runs for which holds_time() is true.
void update_holder(Engine& engine, Execution& execution);

// What a worker has taken and will answer without anybody's help: a started workflow task, queries.
bool is_with_worker(const Execution& execution);
std::int64_t queries_with_worker(const Execution& execution);
// What else holds time in this run; counts no further than `enough`.
std::int64_t count_outweighable(const Execution& execution, std::int64_t enough);

}  // namespace temporalio::timeskip
