// Events as people read them: one line each, with the attributes that matter for replay.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "temporalio/replayer.h"

namespace google::protobuf {
class Message;
}
namespace temporal::api::history::v1 {
class History;
class HistoryEvent;
}  // namespace temporal::api::history::v1

namespace temporalio::replayer {

constexpr int kDefaultContext = 3;

// "TimerStarted  timerId 1, startToFireTimeout 3s".
// Attributes that would make the line longer than `longest` are left out.
std::string describe_event(const temporal::api::history::v1::HistoryEvent& event, std::size_t longest = 100);
// The attributes of the event's type; null where it has none.
const google::protobuf::Message* attributes_of(const temporal::api::history::v1::HistoryEvent& event);

// The event `id` and up to `count` events before and after it; none where there is no such event.
std::vector<ContextEvent> events_around(const temporal::api::history::v1::History& history, std::int64_t id, int count);

}  // namespace temporalio::replayer
