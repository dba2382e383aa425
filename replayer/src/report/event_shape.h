// What decides of a history which way workflow code goes, as far as that can be told without the code.
#pragma once

#include <cstdint>
#include <string>

namespace temporal::api::history::v1 {
class History;
class HistoryEvent;
}  // namespace temporal::api::history::v1

namespace temporalio::replayer {

// Equal for histories of one workflow type with the same events in the same order, with the same names (of activities,
// signals, markers...) in them, from the same SDK. Ids, times and payloads do not count.
std::uint64_t history_shape(const temporal::api::history::v1::History& history);

// Of one event: its type and the names in it.
std::uint64_t event_shape(const temporal::api::history::v1::HistoryEvent& event);

std::string workflow_type_of(const temporal::api::history::v1::History& history);

}  // namespace temporalio::replayer
