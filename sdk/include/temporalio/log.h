// Where the SDK's own messages go: failed workflow tasks, refused polls. By default to standard error, warnings and up.
#pragma once

#include <functional>
#include <string_view>

namespace temporalio {

enum class LogLevel { debug, info, warning, error };

// May be called by several threads at once; must not throw.
using LogSink = std::function<void(LogLevel level, std::string_view message)>;

// Replaces the sink of the process; an empty one restores the default. Any thread.
void set_log_sink(LogSink sink);

}  // namespace temporalio
