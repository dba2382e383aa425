// The workflow runs that stay in memory between their tasks: least recently used ones go first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "sdk/src/workflow/run.h"

namespace temporalio::worker {

class RunCache {
 public:
  // `capacity` 0: keeps nothing.
  explicit RunCache(std::size_t capacity) : capacity_(capacity) {}

  // Takes a run out, so that nothing evicts it while it works; null: not here.
  std::unique_ptr<workflow::Run> take(const std::string& run_id);
  // Puts a run in as the most recently used one, in place of one with the same id.
  void put(const std::string& run_id, std::unique_ptr<workflow::Run> run);
  void remove(const std::string& run_id);

  std::size_t size() const { return runs_.size(); }
  std::size_t capacity() const { return capacity_; }

 private:
  struct Entry {
    std::string run_id;
    std::unique_ptr<workflow::Run> run;
  };

  const std::size_t capacity_;
  std::list<Entry> runs_;  // the most recently used first
  std::unordered_map<std::string, std::list<Entry>::iterator> by_id_;
};

}  // namespace temporalio::worker
