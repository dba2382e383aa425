// Commands that workflow code issues: queued in call order, and built as messages only where they will be sent.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "sdk/src/payload/payload_proto.h"
#include "sdk/src/workflow/run_state.h"
#include "temporal/api/enums/v1/command_type.pb.h"
#include "temporal/api/sdk/v1/user_metadata.pb.h"

namespace temporalio::workflow {

using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): command types
using machines::CommandKind;

namespace {

// The visibility store refuses longer values (Core's limit).
constexpr std::size_t kLongestChangeVersion = 2048;

void set_summary(CommandMessage& message, std::string_view summary) {
  if (summary.empty()) return;
  payload::to_proto(to_payload(std::string(summary)), *message.mutable_user_metadata()->mutable_summary());
}

CommandType command_type(CommandKind kind) {
  switch (kind) {
    case CommandKind::schedule_activity:
      return COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK;
    case CommandKind::request_cancel_activity:
      return COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK;
    case CommandKind::start_timer:
      return COMMAND_TYPE_START_TIMER;
    case CommandKind::cancel_timer:
      return COMMAND_TYPE_CANCEL_TIMER;
    case CommandKind::patch_marker:
      return COMMAND_TYPE_RECORD_MARKER;
    case CommandKind::complete_workflow:
      return COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION;
    case CommandKind::fail_workflow:
      return COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION;
    case CommandKind::cancel_workflow:
      return COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION;
    case CommandKind::continue_as_new:
      return COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION;
  }
  return COMMAND_TYPE_UNSPECIFIED;
}

}  // namespace

QueuedCommand& RunState::queue(CommandKind kind, SourceLocation location) {
  QueuedCommand& command = commands_.emplace_back();
  command.kind = kind;
  command.location = location;
  return command;
}

void RunState::queue_closing(CommandKind kind, SourceLocation location, CommandMessage* message) {
  is_closed_ = true;
  queue(kind, location).message.reset(message);
}

coro::Ref<Operation> RunState::start_timer(Duration duration, const SleepOptions& options, SourceLocation location) {
  auto* timer = new TimerOperation(*this, next_timer_++, location);
  QueuedCommand& command = queue(CommandKind::start_timer, location);
  command.operation = coro::Ref<RunOperation>(timer);
  if (is_sending()) {
    command.message = std::make_unique<CommandMessage>();
    auto& attributes = *command.message->mutable_start_timer_command_attributes();
    attributes.set_timer_id(std::to_string(timer->sequence()));
    payload::to_proto(std::max(duration, Duration::zero()), *attributes.mutable_start_to_fire_timeout());
    set_summary(*command.message, options.summary);
  }
  return coro::Ref<Operation>(timer);
}

void RunState::cancel_timer(TimerOperation& timer) {
  if (scheduler_.is_destroying()) return;
  refuse_in_query();
  const auto effect = machines::apply(timer.state(), machines::TimerInput::cancel);
  if (!effect || *effect == machines::TimerEffect::none) return;
  if (*effect == machines::TimerEffect::resolve_cancelled) {
    QueuedCommand& command = queue(CommandKind::cancel_timer, timer.location());
    command.operation = coro::Ref<RunOperation>(&timer);
    if (is_sending()) {
      command.message = std::make_unique<CommandMessage>();
      command.message->mutable_cancel_timer_command_attributes()->set_timer_id(timer.id());
    }
  }
  timer.completion().resolve();
}

coro::Ref<Operation> RunState::schedule_activity(std::string_view type, const ActivityOptions& options,
                                                 Payload* arguments, std::size_t size, SourceLocation location) {
  if (!options.schedule_to_close_timeout && !options.start_to_close_timeout) {
    throw std::invalid_argument("activity " + std::string(type) +
                                ": start_to_close_timeout or schedule_to_close_timeout is required");
  }
  auto* activity =
      new ActivityOperation(*this, next_activity_++, location, type, options.activity_id, options.cancellation_type);
  QueuedCommand& command = queue(CommandKind::schedule_activity, location);
  command.operation = coro::Ref<RunOperation>(activity);
  if (is_sending()) {
    command.message = std::make_unique<CommandMessage>();
    auto& attributes = *command.message->mutable_schedule_activity_task_command_attributes();
    attributes.set_activity_id(activity->id());
    attributes.mutable_activity_type()->set_name(activity->type());
    attributes.mutable_task_queue()->set_name(options.task_queue.empty() ? info_.task_queue
                                                                         : std::string(options.task_queue));
    for (std::size_t i = 0; i < size; ++i)
      payload::append_payload(*attributes.mutable_input(), std::move(arguments[i]));
    const auto set_timeout = [](const std::optional<Duration>& timeout, google::protobuf::Duration* to) {
      payload::to_proto(*timeout, *to);
    };
    if (options.schedule_to_close_timeout) {
      set_timeout(options.schedule_to_close_timeout, attributes.mutable_schedule_to_close_timeout());
    }
    if (options.schedule_to_start_timeout) {
      set_timeout(options.schedule_to_start_timeout, attributes.mutable_schedule_to_start_timeout());
    }
    if (options.start_to_close_timeout) {
      set_timeout(options.start_to_close_timeout, attributes.mutable_start_to_close_timeout());
    }
    if (options.heartbeat_timeout) set_timeout(options.heartbeat_timeout, attributes.mutable_heartbeat_timeout());
    if (options.retry_policy) payload::to_proto(*options.retry_policy, *attributes.mutable_retry_policy());
    set_summary(*command.message, options.summary);
  }
  return coro::Ref<Operation>(activity);
}

void RunState::request_cancel_activity(ActivityOperation& activity) {
  QueuedCommand& command = queue(CommandKind::request_cancel_activity, activity.location());
  command.operation = coro::Ref<RunOperation>(&activity);
  if (is_sending()) {
    command.message = std::make_unique<CommandMessage>();
    command.message->mutable_request_cancel_activity_task_command_attributes()->set_scheduled_event_id(
        activity.initiated_event_id());
  }
}

void RunState::continue_as_new(std::string_view type, const ContinueAsNewOptions& options, Payload* arguments,
                               std::size_t size, SourceLocation location) {
  const auto message = std::make_shared<temporal::api::command::v1::ContinueAsNewWorkflowExecutionCommandAttributes>();
  auto& attributes = *message;
  attributes.mutable_workflow_type()->set_name(std::string(type));
  attributes.mutable_task_queue()->set_name(options.task_queue.empty() ? info_.task_queue
                                                                       : std::string(options.task_queue));
  for (std::size_t i = 0; i < size; ++i) payload::append_payload(*attributes.mutable_input(), std::move(arguments[i]));
  if (options.run_timeout) payload::to_proto(*options.run_timeout, *attributes.mutable_workflow_run_timeout());
  if (options.task_timeout) payload::to_proto(*options.task_timeout, *attributes.mutable_workflow_task_timeout());
  if (options.retry_policy) payload::to_proto(*options.retry_policy, *attributes.mutable_retry_policy());
  attributes.set_initiator(CONTINUE_AS_NEW_INITIATOR_WORKFLOW);
  throw ContinueAsNewRequest{message, location};
}

Patch& RunState::find_patch(std::string_view id) {
  for (Patch& patch : patches_) {
    if (patch.id == id) return patch;
  }
  Patch& patch = patches_.emplace_back();
  patch.id = id;
  return patch;
}

bool RunState::patched(std::string_view id, bool is_deprecated, SourceLocation location) {
  Patch& patch = find_patch(id);
  if (patch.answer) return *patch.answer;
  patch.answer = !is_replaying_ || patch.is_in_history;
  if (!*patch.answer) return false;
  QueuedCommand& command = queue(CommandKind::patch_marker, location);
  command.patch = &patch;
  std::unique_ptr<CommandMessage> upsert;
  if (use_core_flag(kCoreUpsertSearchAttributeOnPatch)) upsert = change_version_upsert();
  command.has_upsert = upsert != nullptr;
  if (is_sending()) {
    command.message = std::make_unique<CommandMessage>();
    auto& attributes = *command.message->mutable_record_marker_command_attributes();
    attributes.set_marker_name("core_patch");
    nlohmann::json data = {{"id", patch.id}, {"deprecated", is_deprecated}};
    payload::append_payload((*attributes.mutable_details())["patch-data"], to_payload(data));
    command.second_message = std::move(upsert);
  }
  return true;
}

// All changes of this run as the search attribute TemporalChangeVersion, so that old runs can be listed.
std::unique_ptr<CommandMessage> RunState::change_version_upsert() const {
  std::vector<std::string> ids;
  for (const Patch& patch : patches_) {
    if (patch.answer.value_or(false)) ids.push_back(patch.id);
  }
  std::sort(ids.begin(), ids.end());
  Payload value = to_payload(nlohmann::json(ids));
  if (value.data.size() >= kLongestChangeVersion) return nullptr;
  value.metadata.emplace_back("type", "KeywordList");
  auto message = std::make_unique<CommandMessage>();
  message->set_command_type(COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES);
  auto& fields = *message->mutable_upsert_workflow_search_attributes_command_attributes()
                      ->mutable_search_attributes()
                      ->mutable_indexed_fields();
  payload::to_proto(std::move(value), fields["TemporalChangeVersion"]);
  return message;
}

void RunState::take_commands(google::protobuf::RepeatedPtrField<CommandMessage>& commands) {
  for (std::size_t i = std::max(first_command_, first_new_command_); i < commands_.size(); ++i) {
    QueuedCommand& command = commands_[i];
    if (command.operation && command.operation->is_dropped()) continue;
    if (!command.message) continue;
    command.message->set_command_type(command_type(command.kind));
    commands.AddAllocated(command.message.release());
    if (command.second_message) commands.AddAllocated(command.second_message.release());
  }
}

}  // namespace temporalio::workflow
