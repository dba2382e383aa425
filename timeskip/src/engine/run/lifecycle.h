// How a run begins and how it ends. The first transaction of a run holds Started and, unless it begins with a backoff,
// its first WorkflowTaskScheduled; the last event of a run is its close event.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "timeskip/src/engine/run/execution.h"

namespace temporalio::timeskip {

class Engine;

struct NewRun {
  std::string workflow_id;
  std::string run_id;
  std::string first_run_id;  // empty: this one
  std::string request_id;
  Duration backoff{0};                       // before the first workflow task
  std::optional<Time> execution_expiration;  // of the chain; empty: from the execution timeout
  const ::temporal::api::sdk::v1::UserMetadata* user_metadata = nullptr;
  const google::protobuf::RepeatedPtrField<commonpb::Link>* links = nullptr;
  // Type, queue, input, timeouts, policies, memo and so on; ids and times are filled in by start_run().
  historypb::WorkflowExecutionStartedEventAttributes attributes;
};

// Requires a validated `run`, whose payloads are moved from. `before_task` runs between Started and the first task.
Execution& start_run(Engine& engine, Namespace& owner, NewRun& run,
                     const std::function<void(Execution&)>& before_task = nullptr);

// The first ancestor of a child workflow; a run without a parent is its own root.
commonpb::WorkflowExecution root_of(const Execution& execution);

// When the run times out: by its own timeout, or with its chain; nothing: never.
std::optional<Time> run_expiration(const Execution& execution);

// Adds a close event with the time of now; the caller fills in its attributes. Nothing pending is left: timers,
// activities, tasks and waiting queries are gone when the transaction ends; then the engine's close hooks run. Children
// stay on record.
historypb::HistoryEvent& close_run(Engine& engine, Execution& execution, enums::EventType type,
                                   enums::WorkflowExecutionStatus status);

// Ends a started workflow task before a run is closed from outside.
void force_close_task(Engine& engine, Execution& execution);
historypb::HistoryEvent& terminate_run(Engine& engine, Execution& execution, const std::string& reason,
                                       const commonpb::Payloads* details, const std::string& identity);

// Ends a run whose history, with `more_events`, would be longer than a server keeps; returns the reason, or nothing
// where the run may go on.
std::optional<std::string> enforce_history_limits(Engine& engine, Execution& execution, std::int64_t more_events);

// Starts the run that follows a failed or timed-out one; returns its id.
std::string start_retry_run(Engine& engine, Execution& previous, const failurepb::Failure& failure, Duration backoff);
// Starts the run that a ContinueAsNew command asks for, after its close event has been written.
void start_continued_run(Engine& engine, Execution& previous, const std::string& run_id, Duration backoff,
                         const historypb::WorkflowExecutionContinuedAsNewEventAttributes& continued,
                         const commandpb::ContinueAsNewWorkflowExecutionCommandAttributes& command);

}  // namespace temporalio::timeskip
