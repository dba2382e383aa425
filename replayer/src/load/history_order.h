// What makes a list of events a history: it has events, the first starts the workflow, the ids count up from 1.
#pragma once

#include <string>

namespace temporal::api::history::v1 {
class History;
}

namespace temporalio::replayer {

// Turns a history that was saved newest event first. Answers what is wrong with the order of events; empty: nothing.
// `is_contiguous`: the ids are known to count up from 1 (reading them again would cost a cache miss for each event).
std::string put_in_order(temporal::api::history::v1::History& history, bool is_contiguous);

}  // namespace temporalio::replayer
