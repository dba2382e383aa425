// One workflow run: its history and everything that is pending in it. Plain state; the files workflow_task, activity,
// user_timer, lifecycle and the folder commands hold the rules. A run's timers die with it.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "timeskip/src/clock/timer_queue.h"
#include "timeskip/src/engine/core/api.h"
#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/run/history.h"
#include "timeskip/src/engine/run/update.h"

namespace temporalio::timeskip {

struct Call;

struct WorkflowTask {
  enum class State { kNone, kScheduled, kStarted };

  State state = State::kNone;
  bool sticky = false;  // scheduled on the sticky queue
  std::int64_t scheduled_event_id = 0;
  std::int64_t started_event_id = 0;
  std::int32_t attempt = 1;
  std::uint32_t stamp = 0;  // tells this incarnation's queue entries and tokens from former ones
  Duration timeout{0};
  Time scheduled_time;
  Time started_time;
  Time original_scheduled_time;  // of a chain of heartbeats
  std::string request_id;
  std::string started_identity;
  std::optional<commonpb::WorkerVersionStamp> worker;  // that took it, where it said what it is
  std::int64_t history_size = 0;
  bool suggest_continue_as_new = false;
  bool speculative = false;  // for updates only; never with written
  bool written = true;       // Scheduled (and Started) are in the history; false: a transient task
  Timer timer;
};

struct Activity {
  enum class State { kScheduled, kStarted, kBackingOff };

  State state = State::kScheduled;
  std::int64_t scheduled_event_id = 0;
  std::string id;
  std::string task_queue;
  std::int32_t attempt = 1;
  std::uint32_t stamp = 0;
  Time first_scheduled_time;
  Time scheduled_time;  // of this attempt
  Time started_time;
  std::optional<Time> last_heartbeat_time;
  Duration schedule_to_close{0};
  Duration schedule_to_start{0};
  Duration start_to_close{0};
  Duration heartbeat{0};
  std::string request_id;  // of the poll that started this attempt
  std::string identity;    // of the worker that runs this attempt, or ran the last one
  bool cancel_requested = false;
  std::int64_t cancel_requested_event_id = 0;
  std::optional<commonpb::Payloads> heartbeat_details;
  std::optional<failurepb::Failure> last_failure;
  std::optional<Time> last_attempt_completed_time;  // by a worker: a timeout is no completion
  Time backoff_since;
  std::optional<commonpb::WorkerVersionStamp> worker;  // that ended it
  Timer timeout;                                       // the earliest of the timeouts that apply now
  Timer retry;
};

struct UserTimer {
  std::int64_t started_event_id = 0;
  Timer timer;
};

// A child workflow whose close has not been reported yet. It starts in a transaction of its own, after the one that
// initiated it; its started event is in the history, or still buffered, once `run_id` is set.
struct Child {
  std::int64_t initiated_event_id = 0;
  std::string workflow_id;
  std::string workflow_type;
  std::string run_id;  // the first of its chain; empty: not started yet
  enums::ParentClosePolicy parent_close_policy = enums::PARENT_CLOSE_POLICY_TERMINATE;
};

// A signal to another workflow, or a request to cancel one, that has not been delivered yet.
struct ExternalRequest {
  enum class Kind { kSignal, kCancel };

  Kind kind = Kind::kSignal;
  std::string request_id;
  Timer retry;
};

// A QueryWorkflow call that waits for a worker's answer.
struct PendingQuery {
  enum class State { kBuffered, kOnTask, kDirect };

  State state = State::kBuffered;
  std::uint64_t id = 0;
  std::uint32_t stamp = 0;  // changes with each dispatch
  std::string key;          // its name in the `queries` map of a workflow task
  Call* call = nullptr;
  bool is_with_worker = false;  // a worker has taken it from the queue; only a direct one
  Timer sticky_timer;
};

// Who waits for events of a run to be written.
struct HistoryWaiter {
  std::int64_t from = 1;  // the first event that is news
  bool wants_close_only = false;
  std::function<void()> answer;  // takes the waiter off the list
};

struct Execution final : Participant {
  std::uint32_t number = 0;
  Namespace* owner = nullptr;
  std::string workflow_id;
  std::string run_id;
  std::string first_run_id;
  std::string original_run_id;
  std::string start_request_id;
  std::string workflow_type;
  std::string task_queue;
  enums::WorkflowExecutionStatus status = enums::WORKFLOW_EXECUTION_STATUS_RUNNING;

  Duration execution_timeout{0};
  Duration run_timeout{0};
  Duration task_timeout{0};
  std::optional<Time> execution_expiration;
  Time start_time;
  Time execution_time;  // start plus first backoff
  std::optional<Time> close_time;
  std::int32_t attempt = 1;
  std::optional<commonpb::RetryPolicy> retry_policy;
  commonpb::Memo memo;
  commonpb::SearchAttributes search_attributes;
  std::string successor_run_id;  // continued as new or retried

  History history;

  std::optional<commonpb::WorkerVersionStamp> last_worker;  // that completed a workflow task
  // A build of the worker, and where a reset would undo all that it has done.
  struct Build {
    std::string checksum;
    std::string id;
    std::string run_id;  // this run, or a former one of its chain
    std::int64_t first_completed_event_id = 0;
    Time first_completed_time;
    std::optional<Time> expire_time;  // when a former run will be gone
  };
  std::vector<Build> builds;           // that have completed workflow tasks
  std::vector<std::string> build_ids;  // the search attribute BuildIds

  WorkflowTask task;
  std::int32_t task_attempt = 1;  // of the next workflow task
  std::uint32_t next_task_stamp = 1;
  std::int64_t previous_started_event_id = 0;  // WorkflowTaskStarted of the last completed task
  bool needs_task = false;                     // this transaction wrote something that a worker must see
  bool in_first_backoff = false;
  bool close_attempted = false;  // the last task failed with UNHANDLED_COMMAND
  std::string sticky_queue;
  Duration sticky_timeout{0};

  bool cancel_requested = false;
  std::string cancel_request_id;
  std::size_t signal_count = 0;
  std::unordered_set<std::string> signal_request_ids;
  std::unordered_set<std::string> attached_request_ids;

  std::unordered_map<std::int64_t, std::unique_ptr<Activity>> activities;  // by scheduled event id
  std::unordered_map<std::string, std::int64_t> activity_ids;
  std::unordered_map<std::string, UserTimer> timers;
  std::map<std::int64_t, Child> children;                     // by initiated event id
  std::map<std::int64_t, ExternalRequest> external_requests;  // likewise
  Updates updates;
  std::map<std::uint64_t, PendingQuery> queries;  // by number, so in order of arrival
  std::list<HistoryWaiter> history_waiters;

  Timer run_timer;
  Timer execution_timer;
  Timer backoff_timer;

  bool has_changed_attributes = true;  // since visibility was told; so has a new run
  std::int32_t holder_index = -1;      // place among those that hold time, or -1; kept by time_holders

  bool is_running() const { return status == enums::WORKFLOW_EXECUTION_STATUS_RUNNING; }
  bool has_pending_task() const { return task.state != WorkflowTask::State::kNone; }

 private:
  // What was written becomes visible, and what follows from it is set going; see transaction.cc.
  void end_transaction(Engine& engine) override;
};

}  // namespace temporalio::timeskip
