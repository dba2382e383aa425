// The workflow code that a subcommand judges: from plug-ins named on the command line and from the program itself.
#pragma once

#include <string>
#include <vector>

#include "replayer/src/commands/command.h"

namespace temporalio::replayer {

class WorkflowCode {
 public:
  explicit WorkflowCode(AddWorkflows add_workflows) : add_workflows_(std::move(add_workflows)) {}

  void declare(CLI::App& app);
  // Adds all of it to `replayer`. Throws UsageError where a plug-in cannot be used or there is no workflow at all.
  void load(Replayer& replayer) const;

 private:
  AddWorkflows add_workflows_;
  std::vector<std::string> plugins_;
};

}  // namespace temporalio::replayer
