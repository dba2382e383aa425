// What a test environment sees of the work of its clients and workers, so that no call waits for ever in silence for a
// workflow that gets nowhere. A connection to a real service has none.
#pragma once

#include <cstdint>
#include <string>

namespace temporalio::client {

// Any thread may call these; they are quick and call nobody.
class WorkObserver {
 public:
  virtual ~WorkObserver() = default;

  enum class TypeKind { workflow, activity };
  // A worker knows this type now.
  virtual void on_registered(TypeKind kind, const std::string& name) = 0;

  // A client has started a workflow of this id.
  virtual void on_started(const std::string& workflow_id) = 0;
  // A workflow that other workflows have brought about.
  virtual void on_descendant(const std::string& workflow_id, const std::string& root_workflow_id) = 0;

  struct FailedTask {
    std::string workflow_id;
    std::string what;  // "workflow OneClickBuy (id p1, run 0198...)"
    std::string type;
    std::string message;
    std::int32_t attempt = 1;
    bool is_type_unknown = false;  // to the worker that had the task
  };
  virtual void on_task_failed(const FailedTask& task) = 0;
  virtual void on_task_completed(const std::string& workflow_id) = 0;

  struct FailedAttempt {
    std::string workflow_id;
    std::string subject;  // the activity, whatever the attempt
    std::string what;     // "activity charge (id 3, attempt 2, of workflow p1)"
    std::string type;
    std::string message;
    bool is_type_unknown = false;
  };
  virtual void on_attempt_failed(const FailedAttempt& attempt) = 0;
  // Completed or cancelled.
  virtual void on_attempt_ended(const std::string& subject) = 0;
  // Something else has moved: a heartbeat.
  virtual void on_progress() = 0;

  // Whether workers report later failures of a task, too, which a real service leaves to time out.
  virtual bool wants_every_failure(std::int32_t attempt) const = 0;

  // Around a call that waits for a workflow.
  virtual void begin_wait() = 0;
  virtual void end_wait() noexcept = 0;
  // Why a call that waits for `workflow_id` (empty: for time to pass) should end; empty: it should not.
  virtual std::string why_to_end(const std::string& workflow_id) const = 0;
};

}  // namespace temporalio::client
