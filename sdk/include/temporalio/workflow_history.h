// The events of one workflow run, as Client handles fetch them and the replayer takes them.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace temporal::api::history::v1 {
class History;
}

namespace temporalio {

// Immutable and cheap to copy; may be used by many threads.
class WorkflowHistory {
 public:
  // For the SDK: `events` is shared, not copied.
  WorkflowHistory(std::string workflow_id, std::string run_id,
                  std::shared_ptr<const temporal::api::history::v1::History> events);
  ~WorkflowHistory();
  WorkflowHistory(const WorkflowHistory&);
  WorkflowHistory& operator=(const WorkflowHistory&);

  const std::string& workflow_id() const { return workflow_id_; }
  const std::string& run_id() const { return run_id_; }
  // The number of events.
  std::size_t size() const;

  // The events as proto JSON, {"events": [...]}: what the Temporal CLI and UI print and every SDK's replayer reads.
  std::string to_json() const;
  // The same as a binary temporal.api.history.v1.History.
  std::string to_binary() const;

  const temporal::api::history::v1::History& events() const { return *events_; }

 private:
  std::string workflow_id_;
  std::string run_id_;
  std::shared_ptr<const temporal::api::history::v1::History> events_;
};

}  // namespace temporalio
