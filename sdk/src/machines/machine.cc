#include "sdk/src/machines/machine.h"

#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::machines {

Step Machine::apply(const HistoryEvent& event, const Recording&) { return not_allowed(event); }

void Machine::build(CommandKind, CommandMessage&) const {}

Step Machine::not_allowed(const HistoryEvent&) {
  return Step::diverge("the code has already cancelled what this event ends");
}

std::string in_quotes(std::string_view text) { return "'" + std::string(text) + "'"; }

}  // namespace temporalio::machines
