// The operations that the history has begun and not ended, by the event that began each.
#pragma once

#include "sdk/src/base/id_map.h"
#include "sdk/src/workflow/operation.h"

namespace temporalio::workflow {

// Owns a reference to each; nobody else counts for it.
class OpenOperations {
 public:
  OpenOperations() = default;
  OpenOperations(const OpenOperations&) = delete;
  OpenOperations& operator=(const OpenOperations&) = delete;
  ~OpenOperations() {
    map_.for_each([](std::int64_t, RunOperation* operation) { operation->release(); });
  }

  void insert(RunOperation& operation) {
    operation.add_reference();
    map_.insert(operation.machine().initiated_event_id(), &operation);
  }
  // Null where no operation was begun by that event, or it has ended.
  RunOperation* find(std::int64_t initiated_event_id) const { return map_.find(initiated_event_id); }
  // Gives up the reference of an operation that is in the map.
  coro::Ref<RunOperation> remove(RunOperation& operation) {
    coro::Ref<RunOperation> reference(&operation);
    map_.erase(operation.machine().initiated_event_id());
    operation.release();
    return reference;
  }
  template <class F>
  void for_each(F&& visit) const {
    map_.for_each(visit);
  }

 private:
  base::IdMap<RunOperation> map_;
};

}  // namespace temporalio::workflow
