// The subcommands' constructors, for the table in catalogue.cc only.
#pragma once

#include "replayer/src/commands/command.h"

namespace temporalio::replayer {

std::unique_ptr<Command> make_replay_command(const AddWorkflows& add_workflows);
std::unique_ptr<Command> make_show_command(const AddWorkflows& add_workflows);
std::unique_ptr<Command> make_diff_command(const AddWorkflows& add_workflows);

}  // namespace temporalio::replayer
