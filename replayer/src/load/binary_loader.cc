#include "replayer/src/load/binary_loader.h"

#include "temporal/api/export/v1/message.pb.h"
#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::replayer {
namespace {

// A WorkflowExecutions parses as a History too, and the other way round, with everything in unknown fields.
bool has_events(const temporal::api::history::v1::History& history) {
  return history.events_size() != 0 && history.events(0).event_id() != 0 && history.events(0).event_type() != 0;
}

}  // namespace

bool load_binary(std::string_view bytes, Histories& into) {
  if (bytes.empty() || bytes.size() > std::size_t{1} << 30) return false;
  const int size = static_cast<int>(bytes.size());
  {
    const std::size_t before = into.list().size();
    auto& history = into.add();
    if (history.ParseFromArray(bytes.data(), size) && has_events(history)) return true;
    into.truncate(before);
  }
  temporal::api::export_::v1::WorkflowExecutions executions;
  if (!executions.ParseFromArray(bytes.data(), size) || executions.items_size() == 0) return false;
  for (const auto& item : executions.items()) {
    if (!has_events(item.history())) return false;
  }
  for (auto& item : *executions.mutable_items()) into.add() = std::move(*item.mutable_history());
  return true;
}

}  // namespace temporalio::replayer
