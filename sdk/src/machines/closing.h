// The end of a run: complete, fail, cancel or continue as new, as the command that begins it says. Recorded by the
// event of the same name, of which only the type is compared; nothing follows it, so there is no table.
#pragma once

#include <string>

#include "sdk/src/machines/machine.h"

namespace temporalio::machines {

class ClosingMachine final : public Machine {
 public:
  explicit ClosingMachine(CommandKind kind) : Machine(kind) {}

  Step record(CommandKind, const HistoryEvent&, const Recording&) override { return Step::accept(); }
  std::string describe(CommandKind kind) const override { return command_name(kind); }
};

}  // namespace temporalio::machines
