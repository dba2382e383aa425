// Signals of a run.
#pragma once

#include <optional>
#include <string>

#include "timeskip/src/engine/core/call_context.h"
#include "timeskip/src/engine/run/execution.h"

namespace temporalio::timeskip {

class Engine;

struct Signal {
  std::string name;
  std::string identity;
  std::string request_id;
  commonpb::Payloads* input = nullptr;  // moved from
  const commonpb::Header* header = nullptr;
  const google::protobuf::RepeatedPtrField<commonpb::Link>* links = nullptr;
  const commonpb::WorkflowExecution* sender = nullptr;  // when a workflow signals
};

// Why a running run takes no signal at this moment.
std::optional<RpcStatus> signal_refusal(const Execution& execution);

// Writes the signal unless its request id has been seen before. Returns whether it was written.
bool add_signal(Engine& engine, Execution& execution, const Signal& signal);

}  // namespace temporalio::timeskip
