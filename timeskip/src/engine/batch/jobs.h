// The batch operations of one namespace. Each is carried out whole when it is asked for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "temporal/api/enums/v1/batch_operation.pb.h"
#include "timeskip/src/clock/timer_queue.h"
#include "timeskip/src/engine/core/api.h"

namespace temporalio::timeskip {

struct BatchJob {
  std::string id;
  std::string run_id;      // of the workflow that a real server runs for it
  std::string request_id;  // that would have started it
  std::string reason;
  std::string identity;
  std::string query;
  std::vector<commonpb::WorkflowExecution> executions;  // instead of a query
  enums::BatchOperationType type = enums::BATCH_OPERATION_TYPE_UNSPECIFIED;
  bool has_failed = false;  // the query made no sense
  Time time;
  std::int64_t completed = 0;
  std::int64_t failed = 0;
};

struct BatchJobs {
  std::vector<BatchJob> all;  // in the order in which they were started
};

}  // namespace temporalio::timeskip
