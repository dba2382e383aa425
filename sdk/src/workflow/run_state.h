// The state of one run: what the history has said, what the code has issued, and the scheduler that runs the code. The
// parts: run_events.cc applies events, run_matching.cc compares command events with issued commands, run_jobs.cc runs
// the code, run_commands.cc issues commands; context.cc is the API that workflow code calls.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sdk/src/base/id_map.h"
#include "sdk/src/workflow/registry.h"
#include "sdk/src/workflow/replay.h"
#include "sdk/src/workflow/run.h"
#include "sdk/src/workflow/run_operation.h"
#include "sdk/src/workflow/sequencer.h"
#include "temporal/api/command/v1/message.pb.h"
#include "temporalio/workflow.h"

namespace temporalio::workflow {

using HistoryEvent = temporal::api::history::v1::HistoryEvent;
using CommandMessage = temporal::api::command::v1::Command;

// Core's SDK flags (sdk.md 2.9), whose meaning this SDK shares, and our own.
inline constexpr std::uint32_t kCoreIdAndTypeChecks = 1;
inline constexpr std::uint32_t kCoreUpsertSearchAttributeOnPatch = 2;
inline constexpr std::uint32_t kCoreMoveTerminalCommands = 3;
// Since Core's release in the Python SDK 1.35: says nothing of what this SDK supports. Read, but not written.
inline constexpr std::uint32_t kCoreNexusOperationChecks = 4;
// All jobs of an activation are applied before code runs; one FIFO; the first true condition goes on.
inline constexpr std::uint32_t kLangSingleBatch = 1;
inline constexpr std::uint32_t kLastCoreFlag = kCoreNexusOperationChecks;
inline constexpr std::uint32_t kLastLangFlag = kLangSingleBatch;
inline constexpr const char* kSdkName = "temporal-cpp";

// One change that patched() or deprecate_patch() is asked about.
struct Patch {
  std::string id;
  bool is_in_history = false;  // its marker follows this workflow task, or came before
  bool is_deprecated_call = false;
  std::optional<bool> answer;
};

// A command that code has issued and history has not recorded yet.
struct QueuedCommand {
  machines::CommandKind kind{};
  coro::Ref<RunOperation> operation;  // timers and activities
  Patch* patch = nullptr;             // patch markers
  bool has_upsert = false;            // of a patch marker: with the upsert that tells of it
  SourceLocation location;
  std::unique_ptr<CommandMessage> message;         // only where it will be sent
  std::unique_ptr<CommandMessage> second_message;  // the search attribute that goes with a patch marker
};

// What the code threw to continue as new; only the SDK catches it.
struct ContinueAsNewRequest {
  std::shared_ptr<temporal::api::command::v1::ContinueAsNewWorkflowExecutionCommandAttributes> attributes;
  SourceLocation location;
};

// What the history has said of the workflow task that is under way.
enum class TaskPhase : std::uint8_t { none, scheduled, started };

// Whether an upsert of TemporalChangeVersion comes next: never, perhaps, or certainly.
enum class PatchUpsert : std::uint8_t { none, allowed, required };

class RunState {
 public:
  RunState(const Registry& registry, RunOptions options);
  ~RunState();
  RunState(const RunState&) = delete;
  RunState& operator=(const RunState&) = delete;

  // The run whose code is running on this thread. Throws std::logic_error outside of workflow code.
  static RunState& current();
  // The same for calls that change something: throws std::logic_error inside a query, too.
  static RunState& current_for_write();

  // ---- applying a history: run_events.cc ----
  // Applies all events from index `begin` on, running code after each sequence. False when the run has failed.
  bool apply_history(const HistoryEvents& events, int begin);

  // ---- the outcome ----
  struct Failure {
    TaskVerdict verdict = TaskVerdict::completed;
    std::exception_ptr error;
    std::string message;
    std::int64_t event_id = 0;
    std::optional<Divergence> divergence;
  };
  const std::optional<Failure>& failure() const { return failure_; }
  void fail(TaskVerdict verdict, std::string message, std::int64_t event_id = 0);
  void fail_with(const std::exception_ptr& error);

  // ---- what code calls: context.cc and run_commands.cc ----
  coro::Ref<Operation> start_timer(Duration duration, const SleepOptions& options, SourceLocation location);
  coro::Ref<Operation> schedule_activity(std::string_view type, const ActivityOptions& options, Payload* arguments,
                                         std::size_t size, SourceLocation location);
  [[noreturn]] void continue_as_new(std::string_view type, const ContinueAsNewOptions& options, Payload* arguments,
                                    std::size_t size, SourceLocation location);
  bool patched(std::string_view id, bool is_deprecated, SourceLocation location);
  void cancel_timer(TimerOperation& timer);
  void request_cancel_activity(ActivityOperation& activity);
  void set_signal_handler(std::string_view name, std::function<void(const PayloadListView&)> handler);
  void set_query_handler(std::string_view name, std::function<Payload(const PayloadListView&)> handler);
  Payload answer_query(std::string_view name, const PayloadListView& arguments);
  std::string stack_trace() const;

  bool is_replaying() const { return is_replaying_; }
  bool is_cancel_requested() const { return is_cancel_requested_; }
  bool is_closed() const { return is_closed_; }
  // Throws std::logic_error inside a query.
  void refuse_in_query() const;
  bool is_sending() const { return !is_replaying_ && !options_.is_replay_only; }
  std::int64_t last_event_id() const { return last_event_id_; }
  const Info& info() const { return info_; }
  SystemTime now() const { return now_; }
  Random& random();
  coro::Scheduler& scheduler() { return scheduler_; }

  // ---- for Run ----
  // Moves the commands that this workflow task issued into `commands`.
  void take_commands(google::protobuf::RepeatedPtrField<CommandMessage>& commands);
  // Flags used first in this workflow task, for its sdk_metadata.
  std::vector<std::uint32_t> take_new_core_flags() { return std::exchange(new_core_flags_, {}); }
  std::vector<std::uint32_t> take_new_lang_flags() { return std::exchange(new_lang_flags_, {}); }
  bool take_needs_sdk_name() { return std::exchange(needs_sdk_name_, false); }
  // Results that code has not read yet no longer point into the task's history.
  void detach_results();
  // Called when main() or a signal handler has ended.
  void on_main_finished(const std::exception_ptr& error);
  void on_handler_finished(const std::exception_ptr& error);

 private:
  struct Job {
    RunOperation* operation = nullptr;  // null: cancel the workflow
  };

  // run_events.cc
  bool apply_sequence(const HistoryEvents& events, const Sequence& sequence);
  bool apply_event(const HistoryEvent& event, bool concludes);
  bool on_started(const HistoryEvent& event);
  bool check_task_phase(const HistoryEvent& event);
  bool on_activity_started(const HistoryEvent& event);
  bool refuse_reference(const HistoryEvent& event, std::int64_t initiated_event_id);
  bool check_activity_end(const HistoryEvent& event, ActivityOperation& activity);
  bool on_operation_closed(const HistoryEvent& event, std::int64_t initiated_event_id, RunOperation::Kind kind);
  bool read_completed_metadata(const HistoryEvent& event);
  void look_ahead(const HistoryEvents& events, const Sequence& sequence);

  // run_matching.cc
  bool match(const HistoryEvent& event);
  bool check_patch_upsert(const HistoryEvent& next);
  bool match_patch_marker(const HistoryEvent& event, const std::string& id, bool is_deprecated);
  bool check_no_command_left(const HistoryEvent* next);
  bool check_activity(const HistoryEvent& event, const QueuedCommand& command);
  QueuedCommand* front_command();
  QueuedCommand* drop_patch_markers();
  void pop_command() { ++first_command_; }
  std::string describe(const QueuedCommand& command) const;
  static std::string describe(const HistoryEvent& event);
  bool diverge(const HistoryEvent& event, const QueuedCommand* command, const std::string& message);

  // run_jobs.cc
  bool activate();
  bool create_instance();
  void deliver_signal(const HistoryEvent& event);
  void arrange_closing_command();
  // Whether the history has recorded it.
  bool has_core_flag(std::uint32_t flag) const { return (core_flags_ & (std::uint64_t{1} << flag)) != 0; }
  bool use_core_flag(std::uint32_t flag);
  bool use_lang_flag(std::uint32_t flag);

  // run_commands.cc
  Patch& find_patch(std::string_view id);
  QueuedCommand& queue(machines::CommandKind kind, SourceLocation location);
  void queue_closing(machines::CommandKind kind, SourceLocation location, CommandMessage* message);
  std::unique_ptr<CommandMessage> change_version_upsert() const;

  const Registry& registry_;
  RunOptions options_;
  Info info_;
  SystemTime now_{};
  std::int64_t last_event_id_ = 0;
  bool is_replaying_ = false;
  bool is_read_only_ = false;
  bool is_cancel_requested_ = false;
  bool is_closed_ = false;          // a closing command was issued
  bool is_history_closed_ = false;  // a closing event was seen

  // Flags that the history has recorded so far, a bit each.
  std::uint64_t core_flags_ = 0;
  std::uint64_t lang_flags_ = 0;
  std::string sdk_name_;
  std::vector<std::uint32_t> new_core_flags_;
  std::vector<std::uint32_t> new_lang_flags_;
  bool needs_sdk_name_ = true;

  // Where we are among the command events of a completed workflow task.
  bool is_expecting_commands_ = false;
  TaskPhase task_phase_ = TaskPhase::none;
  // The upsert of TemporalChangeVersion that goes with the patch marker just before.
  PatchUpsert patch_upsert_ = PatchUpsert::none;
  std::string upserting_patch_;  // whose marker it was
  std::int64_t completed_event_id_ = 0;
  int completed_tasks_ = 0;

  const HistoryEvent* started_event_ = nullptr;  // during the activation that starts the workflow
  const Definition* definition_ = nullptr;
  void* instance_ = nullptr;
  Payload result_;

  std::vector<QueuedCommand> commands_;  // from first_command_ on
  std::size_t first_command_ = 0;
  std::size_t first_new_command_ = 0;  // of this activation
  base::IdMap<RunOperation> open_;     // by initiated event id; owns a reference
  std::uint32_t next_timer_ = 1;
  std::uint32_t next_activity_ = 1;
  std::deque<Patch> patches_;
  std::uint64_t random_seed_ = 0;
  std::optional<Random> random_;

  std::vector<const HistoryEvent*> signals_;  // jobs of the coming activation
  std::vector<Job> jobs_;
  std::vector<coro::Ref<RunOperation>> closing_;   // until code has run: it may await what it has dropped
  std::vector<coro::Ref<RunOperation>> resolved_;  // in this task; their outcomes point into its history

  struct BufferedSignal {
    std::string name;
    std::unique_ptr<HistoryEvent> event;
  };
  std::vector<BufferedSignal> buffered_signals_;
  std::unordered_map<std::string, std::shared_ptr<std::function<void(const PayloadListView&)>>> signal_handlers_;
  std::unordered_map<std::string, std::function<Payload(const PayloadListView&)>> query_handlers_;

  std::optional<Failure> failure_;
  coro::Ref<coro::TaskState> main_;
  coro::Scheduler scheduler_;
};

}  // namespace temporalio::workflow
