// Results as people read them.
#pragma once

#include <string>

#include "replayer/src/report/terminal.h"
#include "temporalio/replayer.h"

namespace temporalio::replayer {

// One line: "PASS  file.json  OneClickBuy  (15 events)".
std::string headline(const ReplayResult& result, const Terminal& terminal);
// ReplayResult::report(), made for a terminal.
std::string text_report(const ReplayResult& result, const Terminal& terminal);

}  // namespace temporalio::replayer
