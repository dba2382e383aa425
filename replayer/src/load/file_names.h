// Which files of a folder or an archive are histories, by their names.
#pragma once

#include <string_view>

namespace temporalio::replayer {

// "*.json, *.jsonl, ..." for messages.
extern const char* const kHistoryNames;

bool has_history_name(std::string_view path);

}  // namespace temporalio::replayer
