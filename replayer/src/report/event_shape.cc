#include "replayer/src/report/event_shape.h"

#include <string_view>

#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::replayer {
namespace {

using temporal::api::history::v1::HistoryEvent;

class Hash {
 public:
  void add(std::string_view text) {
    for (const char c : text) step(static_cast<unsigned char>(c));
    step(0x100);
  }
  void add(std::uint64_t number) {
    step(number & 0xffffffffu);
    step(number >> 32);
  }
  std::uint64_t value() const { return value_; }

 private:
  void step(std::uint64_t piece) { value_ = (value_ ^ piece) * 0x100000001b3u; }  // FNV-1a
  std::uint64_t value_ = 0xcbf29ce484222325u;
};

// What stands in an event beside its type and decides which code runs.
void add_names(const HistoryEvent& event, Hash& hash) {
  switch (event.attributes_case()) {
    case HistoryEvent::kWorkflowExecutionStartedEventAttributes:
      hash.add(event.workflow_execution_started_event_attributes().workflow_type().name());
      break;
    case HistoryEvent::kActivityTaskScheduledEventAttributes:
      hash.add(event.activity_task_scheduled_event_attributes().activity_type().name());
      break;
    case HistoryEvent::kActivityTaskFailedEventAttributes:
      hash.add(event.activity_task_failed_event_attributes().failure().application_failure_info().type());
      break;
    case HistoryEvent::kWorkflowExecutionSignaledEventAttributes:
      hash.add(event.workflow_execution_signaled_event_attributes().signal_name());
      break;
    case HistoryEvent::kMarkerRecordedEventAttributes: {
      const auto& marker = event.marker_recorded_event_attributes();
      hash.add(marker.marker_name());
      for (const char* key : {"patch-data", "patch_id"}) {  // a map has no order of its own
        const auto found = marker.details().find(key);
        if (found == marker.details().end()) continue;
        for (const auto& payload : found->second.payloads()) hash.add(payload.data());
      }
      break;
    }
    case HistoryEvent::kStartChildWorkflowExecutionInitiatedEventAttributes:
      hash.add(event.start_child_workflow_execution_initiated_event_attributes().workflow_type().name());
      break;
    case HistoryEvent::kSignalExternalWorkflowExecutionInitiatedEventAttributes:
      hash.add(event.signal_external_workflow_execution_initiated_event_attributes().signal_name());
      break;
    case HistoryEvent::kWorkflowExecutionUpdateAcceptedEventAttributes:
      hash.add(event.workflow_execution_update_accepted_event_attributes().accepted_request().input().name());
      break;
    case HistoryEvent::kNexusOperationScheduledEventAttributes:
      hash.add(event.nexus_operation_scheduled_event_attributes().service());
      hash.add(event.nexus_operation_scheduled_event_attributes().operation());
      break;
    case HistoryEvent::kWorkflowTaskCompletedEventAttributes: {
      const auto& sdk = event.workflow_task_completed_event_attributes().sdk_metadata();
      for (const auto flag : sdk.core_used_flags()) hash.add(std::uint64_t{flag});
      for (const auto flag : sdk.lang_used_flags()) hash.add(std::uint64_t{flag} + 1000);
      hash.add(sdk.sdk_name());
      break;
    }
    default:
      break;
  }
}

// The event that this one refers to: which of several timers or activities it is about.
std::int64_t reference_of(const HistoryEvent& event) {
  switch (event.attributes_case()) {
    case HistoryEvent::kTimerFiredEventAttributes:
      return event.timer_fired_event_attributes().started_event_id();
    case HistoryEvent::kTimerCanceledEventAttributes:
      return event.timer_canceled_event_attributes().started_event_id();
    case HistoryEvent::kActivityTaskStartedEventAttributes:
      return event.activity_task_started_event_attributes().scheduled_event_id();
    case HistoryEvent::kActivityTaskCompletedEventAttributes:
      return event.activity_task_completed_event_attributes().scheduled_event_id();
    case HistoryEvent::kActivityTaskFailedEventAttributes:
      return event.activity_task_failed_event_attributes().scheduled_event_id();
    case HistoryEvent::kActivityTaskTimedOutEventAttributes:
      return event.activity_task_timed_out_event_attributes().scheduled_event_id();
    case HistoryEvent::kActivityTaskCancelRequestedEventAttributes:
      return event.activity_task_cancel_requested_event_attributes().scheduled_event_id();
    default:
      return 0;
  }
}

}  // namespace

std::uint64_t history_shape(const temporal::api::history::v1::History& history) {
  Hash hash;
  for (const HistoryEvent& event : history.events()) {
    hash.add(static_cast<std::uint64_t>(event.event_type()));
    hash.add(static_cast<std::uint64_t>(reference_of(event)));
    add_names(event, hash);
  }
  return hash.value();
}

std::uint64_t event_shape(const HistoryEvent& event) {
  Hash hash;
  hash.add(static_cast<std::uint64_t>(event.event_type()));
  if (!event.has_workflow_task_completed_event_attributes()) add_names(event, hash);
  return hash.value();
}

std::string workflow_type_of(const temporal::api::history::v1::History& history) {
  return history.events_size() == 0
             ? ""
             : history.events(0).workflow_execution_started_event_attributes().workflow_type().name();
}

}  // namespace temporalio::replayer
