#include "sdk/src/worker/run_cache.h"

#include <utility>

namespace temporalio::worker {

std::unique_ptr<workflow::Run> RunCache::take(const std::string& run_id) {
  const auto found = by_id_.find(run_id);
  if (found == by_id_.end()) return nullptr;
  std::unique_ptr<workflow::Run> run = std::move(found->second->run);
  runs_.erase(found->second);
  by_id_.erase(found);
  return run;
}

void RunCache::put(const std::string& run_id, std::unique_ptr<workflow::Run> run) {
  remove(run_id);
  if (capacity_ == 0) return;
  runs_.push_front({run_id, std::move(run)});
  by_id_[run_id] = runs_.begin();
  if (runs_.size() <= capacity_) return;
  const Entry evicted = std::move(runs_.back());
  runs_.pop_back();
  by_id_.erase(evicted.run_id);
}

void RunCache::remove(const std::string& run_id) { take(run_id); }

}  // namespace temporalio::worker
