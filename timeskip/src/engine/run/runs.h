// All runs of the server, the ways to find them, and when they are forgotten.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "timeskip/src/engine/run/execution.h"

namespace temporalio::timeskip {

class Engine;

struct Runs {
  std::deque<std::unique_ptr<Execution>> all;  // by Execution::number less `first`; null: forgotten
  std::uint32_t first = 0;                     // all runs with smaller numbers are forgotten
  std::unordered_map<std::string, Execution*> by_run_id;
  std::vector<Execution*> holders;  // runs that hold time, see time_holders.h
  // Numbers of closed runs by the virtual time at which their retention is over.
  std::multimap<Time, std::uint32_t> closed;
};

// With an empty `run_id` the newest run of the workflow id; null when there is none.
Execution* find_run(const Engine& engine, const Namespace& owner, const std::string& workflow_id,
                    const std::string& run_id);
// By its number; null when there is none (any more).
Execution* find_run(const Engine& engine, std::uint32_t number);
Execution& add_execution(Engine& engine, Namespace& owner, const std::string& workflow_id, std::string run_id);

// Forgets a closed run whose transaction has ended. Queries that wait for it are answered NOT_FOUND.
void remove_run(Engine& engine, Execution& execution);
// Notes when the retention of a run that has just closed will be over.
void retain_closed(Engine& engine, const Execution& execution);
// Forgets the closed runs whose retention is over, but for the newest of them: a test that looks back after a long
// sleep finds what it has run, and a server that goes on and on does not grow.
void remove_expired(Engine& engine);

}  // namespace temporalio::timeskip
