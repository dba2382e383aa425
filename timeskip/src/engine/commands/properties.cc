// What a run notes about itself: RecordMarker, UpsertWorkflowSearchAttributes, ModifyWorkflowProperties.
#include <string>
#include <utility>

#include "timeskip/src/engine/commands/command.h"
#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/limits.h"
#include "timeskip/src/engine/core/nil_payload.h"
#include "timeskip/src/engine/core/validation.h"

namespace temporalio::timeskip {
namespace {

CheckResult check_marker(commandpb::Command& command, CommandBatch&) {
  constexpr auto kCause = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_RECORD_MARKER_ATTRIBUTES;
  if (!command.has_record_marker_command_attributes()) {
    return fault(kCause, "RecordMarkerCommandAttributes is not set on command.");
  }
  const auto& attributes = command.record_marker_command_attributes();
  if (std::string wrong = id_rule("MarkerName", attributes.marker_name()); !wrong.empty()) return fault(kCause, wrong);
  std::size_t bytes = 0;
  for (const auto& [key, payloads] : attributes.details()) bytes += key.size() + payloads.ByteSizeLong();
  if (bytes > kMaxBlobBytes) return oversized(kCause, "RecordMarkerCommandAttributes.Details exceeds size limit.");
  return std::nullopt;
}

historypb::HistoryEvent* apply_marker(commandpb::Command& command, CommandTransaction& transaction) {
  auto& from = *command.mutable_record_marker_command_attributes();
  auto& event = transaction.execution.history.add(enums::EVENT_TYPE_MARKER_RECORDED, transaction.engine.now());
  auto& attributes = *event.mutable_marker_recorded_event_attributes();
  attributes.set_workflow_task_completed_event_id(transaction.task_completed_event_id);
  attributes.set_marker_name(from.marker_name());
  attributes.mutable_details()->swap(*from.mutable_details());
  if (from.has_header()) *attributes.mutable_header() = std::move(*from.mutable_header());
  if (from.has_failure()) *attributes.mutable_failure() = std::move(*from.mutable_failure());
  return &event;
}

// A null or empty value removes its key.
template <class Fields>
void merge_fields(const Fields& from, Fields& into) {
  for (const auto& [key, payload] : from) {
    if (is_nil(payload)) {
      into.erase(key);
    } else {
      into[key] = payload;
    }
  }
}

CheckResult check_search_attributes(commandpb::Command& command, CommandBatch& batch) {
  constexpr auto kCause = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SEARCH_ATTRIBUTES;
  if (!command.has_upsert_workflow_search_attributes_command_attributes()) {
    return fault(kCause, "UpsertWorkflowSearchAttributesCommandAttributes is not set on command.");
  }
  auto& attributes = *command.mutable_upsert_workflow_search_attributes_command_attributes();
  if (!attributes.has_search_attributes()) return fault(kCause, "SearchAttributes is not set on command.");
  if (attributes.search_attributes().indexed_fields().empty()) {
    return fault(kCause, "IndexedFields is not set on command.");
  }
  std::string wrong = prepare_search_attributes(*batch.execution.owner, *attributes.mutable_search_attributes());
  if (!wrong.empty()) return fault(kCause, std::move(wrong));
  wrong = search_attributes_size_fault(attributes.search_attributes());
  if (!wrong.empty()) return oversized(kCause, std::move(wrong));
  return std::nullopt;
}

historypb::HistoryEvent* apply_search_attributes(commandpb::Command& command, CommandTransaction& transaction) {
  const auto& from = command.upsert_workflow_search_attributes_command_attributes().search_attributes();
  auto& event =
      transaction.execution.history.add(enums::EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, transaction.engine.now());
  auto& attributes = *event.mutable_upsert_workflow_search_attributes_event_attributes();
  attributes.set_workflow_task_completed_event_id(transaction.task_completed_event_id);
  *attributes.mutable_search_attributes() = from;
  merge_fields(from.indexed_fields(), *transaction.execution.search_attributes.mutable_indexed_fields());
  transaction.execution.has_changed_attributes = true;
  return &event;
}

CheckResult check_properties(commandpb::Command& command, CommandBatch&) {
  constexpr auto kCause = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_MODIFY_WORKFLOW_PROPERTIES_ATTRIBUTES;
  if (!command.has_modify_workflow_properties_command_attributes()) {
    return fault(kCause, "ModifyWorkflowPropertiesCommandAttributes is not set on command.");
  }
  const auto& attributes = command.modify_workflow_properties_command_attributes();
  if (!attributes.has_upserted_memo()) return fault(kCause, "UpsertedMemo is not set on command.");
  const auto& memo = attributes.upserted_memo();
  if (memo.fields().empty()) return fault(kCause, "UpsertedMemo.Fields is not set on command.");
  if (!memo_fault(memo).empty()) {
    return oversized(kCause, "ModifyWorkflowPropertiesCommandAttributes.Memo exceeds size limit.");
  }
  return std::nullopt;
}

historypb::HistoryEvent* apply_properties(commandpb::Command& command, CommandTransaction& transaction) {
  const auto& from = command.modify_workflow_properties_command_attributes().upserted_memo();
  auto& event =
      transaction.execution.history.add(enums::EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED, transaction.engine.now());
  auto& attributes = *event.mutable_workflow_properties_modified_event_attributes();
  attributes.set_workflow_task_completed_event_id(transaction.task_completed_event_id);
  *attributes.mutable_upserted_memo() = from;
  merge_fields(from.fields(), *transaction.execution.memo.mutable_fields());
  return &event;
}

constexpr CommandRow kRows[] = {
    {enums::COMMAND_TYPE_RECORD_MARKER, check_marker, apply_marker},
    {enums::COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, check_search_attributes, apply_search_attributes},
    {enums::COMMAND_TYPE_MODIFY_WORKFLOW_PROPERTIES, check_properties, apply_properties},
};

}  // namespace

std::span<const CommandRow> property_commands() { return kRows; }

}  // namespace temporalio::timeskip
