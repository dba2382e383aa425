// StartWorkflowExecution, for the RPCs that start a workflow on their way. It never parks its call.
#pragma once

#include "timeskip/src/engine/rpc/method.h"

namespace temporalio::timeskip {

Answer start_workflow_execution(Engine& engine, Call& call);

}  // namespace temporalio::timeskip
