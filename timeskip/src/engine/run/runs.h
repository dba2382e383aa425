// All runs of the server, and the ways to find them.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "timeskip/src/engine/run/execution.h"

namespace temporalio::timeskip {

class Engine;

struct Runs {
  std::vector<std::unique_ptr<Execution>> all;  // by Execution::number
  std::unordered_map<std::string, Execution*> by_run_id;
  std::vector<Execution*> holders;  // runs that hold time, see time_holders.h
};

// With an empty `run_id` the newest run of the workflow id; null when there is none.
Execution* find_run(const Engine& engine, const Namespace& owner, const std::string& workflow_id,
                    const std::string& run_id);
Execution& add_execution(Engine& engine, Namespace& owner, const std::string& workflow_id, std::string run_id);

}  // namespace temporalio::timeskip
