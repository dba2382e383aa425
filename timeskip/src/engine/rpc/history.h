// Reading histories: pages, waiting for news, newest first. A page token is a cursor into one run.
#pragma once

#include <cstdint>
#include <string>

#include "timeskip/src/engine/core/api.h"

namespace temporalio::timeskip {

class Engine;
struct Execution;

// The first page of the events from `first` on for a worker, with the events of its transient task; sets a page token
// when there is more.
void fill_task_history(const Engine& engine, const Execution& execution, std::int64_t first, historypb::History* out,
                       std::string* page_token);

}  // namespace temporalio::timeskip
