// Messages for people, to the sink of temporalio/log.h.
#pragma once

#include <string_view>

#include "temporalio/log.h"

namespace temporalio::base {

// Any thread.
void log(LogLevel level, std::string_view message);

}  // namespace temporalio::base
