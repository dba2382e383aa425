// Commands that this server does not carry out: the task that sends one fails, and says why.
#include <string>

#include "timeskip/src/engine/commands/command.h"

namespace temporalio::timeskip {
namespace {

CheckResult not_supported(enums::WorkflowTaskFailedCause cause, enums::CommandType type) {
  return fault(cause, "this server does not support the command " + enums::CommandType_Name(type) + " yet");
}

template <enums::WorkflowTaskFailedCause cause>
CheckResult refuse(commandpb::Command& command, CommandBatch&) {
  return not_supported(cause, command.command_type());
}

constexpr CommandRow kRows[] = {
    {enums::COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION,
     refuse<enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_NEXUS_OPERATION_ATTRIBUTES>, nullptr},
    {enums::COMMAND_TYPE_REQUEST_CANCEL_NEXUS_OPERATION,
     refuse<enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_REQUEST_CANCEL_NEXUS_OPERATION_ATTRIBUTES>, nullptr},
};

}  // namespace

std::span<const CommandRow> unsupported_commands() { return kRows; }

}  // namespace temporalio::timeskip
