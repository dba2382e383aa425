// The request that a run be canceled: by a client, by another workflow, or because its parent has closed.
#pragma once

#include <cstdint>
#include <string>

#include "timeskip/src/engine/run/execution.h"

namespace temporalio::timeskip {

class Engine;

struct CancelRequest {
  std::string reason;
  std::string identity;
  const google::protobuf::RepeatedPtrField<commonpb::Link>* links = nullptr;
  const commonpb::WorkflowExecution* sender = nullptr;  // when a workflow asks for it
  std::int64_t initiated_event_id = 0;                  // in the sender's history
};

// Writes the request unless one has been made before. Requires a running run.
void add_cancel_request(Engine& engine, Execution& execution, const CancelRequest& request);

}  // namespace temporalio::timeskip
