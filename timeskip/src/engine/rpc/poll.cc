// PollWorkflowTaskQueue, PollActivityTaskQueue, ShutdownWorker, and what their responses hold.
#include "timeskip/src/engine/rpc/poll.h"

#include <algorithm>

#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "timeskip/src/engine/core/priority.h"
#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/engine/rpc/history.h"
#include "timeskip/src/engine/rpc/lookup.h"
#include "timeskip/src/engine/rpc/method.h"
#include "timeskip/src/engine/run/activity.h"
#include "timeskip/src/engine/run/query.h"
#include "timeskip/src/engine/run/workflow_task.h"

namespace temporalio::timeskip {
namespace {

namespace svc = ::temporal::api::workflowservice::v1;

// How long a worker that has shut down is remembered.
constexpr Duration kEndedWorkerMemory = std::chrono::seconds(30);

// A poll that would end sooner is refused.
constexpr Duration kMinPollTime = std::chrono::seconds(2);

std::optional<RpcStatus> poll_fault(const Engine& engine, const Call& call, const taskqueuepb::TaskQueue& queue,
                                    const std::string& identity) {
  if (call.context.wall_deadline.has_value() && *call.context.wall_deadline - engine.clock.wall() < kMinPollTime) {
    return errors::invalid_argument("Context timeout is too short.");
  }
  const std::string fault = task_queue_fault(queue.name());
  if (!fault.empty()) return errors::invalid_argument(fault);
  if (identity.size() > kMaxIdLength) return errors::invalid_argument("Identity length exceeds limit.");
  if (queue.kind() == enums::TASK_QUEUE_KIND_STICKY && queue.normal_name().empty()) {
    return errors::invalid_argument("A sticky task queue needs its NormalName.");
  }
  return std::nullopt;
}

void remember_ended_worker(Engine& engine, const std::string& key) {
  const Time now = engine.clock.wall();
  std::erase_if(engine.ended_workers, [&](const auto& entry) { return entry.second + kEndedWorkerMemory < now; });
  engine.ended_workers.insert_or_assign(key, now);
}

bool has_worker_ended(const Engine& engine, const std::string& key) {
  if (key.empty()) return false;
  const auto found = engine.ended_workers.find(key);
  return found != engine.ended_workers.end() && found->second + kEndedWorkerMemory >= engine.clock.wall();
}

// What a worker that is not versioned by deployment says of its build.
WorkerStamp worker_stamp(const svc::PollWorkflowTaskQueueRequest& request) {
  const auto& options = request.deployment_options();
  const auto& capabilities = request.worker_version_capabilities();
  const bool is_versioned = (options.worker_versioning_mode() == enums::WORKER_VERSIONING_MODE_VERSIONED &&
                             !options.deployment_name().empty()) ||
                            (capabilities.use_versioning() && !capabilities.deployment_series_name().empty());
  if (is_versioned || capabilities.build_id().empty()) return std::nullopt;
  commonpb::WorkerVersionStamp stamp;
  stamp.set_build_id(capabilities.build_id());
  stamp.set_use_versioning(capabilities.use_versioning());
  return stamp;
}

void hand_out_workflow_task(Engine& engine, TaskQueue& queue, const TaskRef& ref, Call& call) {
  Execution* const found = find_run(engine, ref.run);
  if (found == nullptr) return;
  Execution& execution = *found;
  const WorkflowTask& task = execution.task;
  if (!execution.is_running() || task.state != WorkflowTask::State::kScheduled || task.stamp != ref.stamp) return;
  if (!execution.sticky_queue.empty() && execution.sticky_queue != queue.name) clear_stickiness(execution);
  const auto& request = call.request_as<svc::PollWorkflowTaskQueueRequest>();
  auto& response = call.response_as<svc::PollWorkflowTaskQueueResponse>();
  const bool partial = !execution.sticky_queue.empty();
  start_workflow_task(engine, execution, {request.identity(), engine.ids.uuid(), worker_stamp(request)});
  fill_workflow_task(engine, execution, partial, response);
  response.set_backlog_count_hint(static_cast<std::int64_t>(queue.backlog.size()));
  engine.answer(call, {});
}

void hand_out_query(Engine& engine, TaskQueue& queue, const TaskRef& ref, Call& call) {
  Execution* const found = find_run(engine, ref.run);
  if (found == nullptr) return;
  Execution& execution = *found;
  PendingQuery* query = find_direct_query(execution, static_cast<std::uint64_t>(ref.id), ref.stamp);
  if (query == nullptr) return;
  auto& response = call.response_as<svc::PollWorkflowTaskQueueResponse>();
  const bool partial = queue.name != execution.task_queue;
  Token token;
  token.kind = Token::Kind::kQuery;
  token.server = engine.server_id;
  token.execution = execution.number;
  token.extra = query->id;
  token.stamp = query->stamp;
  response.set_task_token(token.encode());
  response.mutable_workflow_execution()->set_workflow_id(execution.workflow_id);
  response.mutable_workflow_execution()->set_run_id(execution.run_id);
  response.mutable_workflow_type()->set_name(execution.workflow_type);
  response.set_previous_started_event_id(execution.previous_started_event_id);
  response.set_attempt(execution.task_attempt);
  *response.mutable_query() = query->call->request_as<svc::QueryWorkflowRequest>().query();
  response.mutable_workflow_execution_task_queue()->set_name(execution.task_queue);
  response.mutable_workflow_execution_task_queue()->set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  if (partial) {
    response.mutable_history();
  } else {
    fill_task_history(engine, execution, 1, response.mutable_history(), response.mutable_next_page_token());
  }
  query->sticky_timer.cancel();
  query->is_with_worker = true;
  engine.touch(execution);
  engine.answer(call, {});
}

void hand_out_activity(Engine& engine, const TaskRef& ref, Call& call) {
  Execution* const found = find_run(engine, ref.run);
  if (found == nullptr) return;
  Execution& execution = *found;
  Activity* activity = find_activity(execution, ref.id);
  if (activity == nullptr || activity->state != Activity::State::kScheduled || activity->stamp != ref.stamp) return;
  const auto& request = call.request_as<svc::PollActivityTaskQueueRequest>();
  auto& response = call.response_as<svc::PollActivityTaskQueueResponse>();
  start_activity(engine, execution, *activity, request.identity());
  fill_activity_task(engine, execution, *activity, response);
  const auto& started = execution.history.event(1).workflow_execution_started_event_attributes();
  if (started.has_priority()) inherit_priority(started.priority(), *response.mutable_priority());
  engine.answer(call, {});
}

}  // namespace

void fill_workflow_task(Engine& engine, Execution& execution, bool partial_history,
                        svc::PollWorkflowTaskQueueResponse& response, TaskUpdates updates) {
  const WorkflowTask& task = execution.task;
  Token token;
  token.kind = Token::Kind::kWorkflowTask;
  token.server = engine.server_id;
  token.execution = execution.number;
  token.event_id = task.scheduled_event_id;
  token.attempt = static_cast<std::uint32_t>(task.attempt);
  token.stamp = task.stamp;
  token.extra = static_cast<std::uint64_t>(task.started_event_id);
  response.set_task_token(token.encode());
  response.mutable_workflow_execution()->set_workflow_id(execution.workflow_id);
  response.mutable_workflow_execution()->set_run_id(execution.run_id);
  response.mutable_workflow_type()->set_name(execution.workflow_type);
  response.set_previous_started_event_id(execution.previous_started_event_id);
  response.set_started_event_id(task.started_event_id);
  response.set_attempt(task.attempt);
  response.mutable_workflow_execution_task_queue()->set_name(execution.task_queue);
  response.mutable_workflow_execution_task_queue()->set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  set_time(response.mutable_scheduled_time(), task.scheduled_time);
  set_time(response.mutable_started_time(), task.started_time);
  const std::int64_t first = partial_history ? execution.previous_started_event_id + 1 : 1;
  fill_task_history(engine, execution, first, response.mutable_history(), response.mutable_next_page_token());
  if (updates != TaskUpdates::kNone) {
    send_updates(execution, task.started_event_id, updates == TaskUpdates::kAll, response.mutable_messages());
  }
  for (auto& [number, query] : execution.queries) {
    if (query.state != PendingQuery::State::kBuffered) continue;
    query.state = PendingQuery::State::kOnTask;
    (*response.mutable_queries())[query.key] = query.call->request_as<svc::QueryWorkflowRequest>().query();
  }
}

void fill_activity_task(const Engine& engine, const Execution& execution, const Activity& activity,
                        svc::PollActivityTaskQueueResponse& response) {
  const auto& attributes = scheduled_attributes(execution, activity);
  Token token;
  token.kind = Token::Kind::kActivityTask;
  token.server = engine.server_id;
  token.execution = execution.number;
  token.event_id = activity.scheduled_event_id;
  token.attempt = static_cast<std::uint32_t>(activity.attempt);
  token.stamp = activity.stamp;
  response.set_task_token(token.encode());
  response.set_workflow_namespace(execution.owner->name);
  response.mutable_workflow_type()->set_name(execution.workflow_type);
  response.mutable_workflow_execution()->set_workflow_id(execution.workflow_id);
  response.mutable_workflow_execution()->set_run_id(execution.run_id);
  *response.mutable_activity_type() = attributes.activity_type();
  response.set_activity_id(activity.id);
  if (attributes.has_header()) *response.mutable_header() = attributes.header();
  if (attributes.has_input()) *response.mutable_input() = attributes.input();
  if (activity.heartbeat_details.has_value()) *response.mutable_heartbeat_details() = *activity.heartbeat_details;
  set_time(response.mutable_scheduled_time(), activity.first_scheduled_time);
  set_time(response.mutable_current_attempt_scheduled_time(), activity.scheduled_time);
  set_time(response.mutable_started_time(), activity.started_time);
  response.set_attempt(activity.attempt);
  *response.mutable_schedule_to_close_timeout() = attributes.schedule_to_close_timeout();
  *response.mutable_start_to_close_timeout() = attributes.start_to_close_timeout();
  *response.mutable_heartbeat_timeout() = attributes.heartbeat_timeout();
  *response.mutable_retry_policy() = attributes.retry_policy();
  if (attributes.has_priority()) *response.mutable_priority() = attributes.priority();
}

void hand_out(Engine& engine, TaskQueue& queue, const TaskRef& task, Call& call) {
  switch (task.kind) {
    case TaskRef::Kind::kWorkflow:
      return hand_out_workflow_task(engine, queue, task, call);
    case TaskRef::Kind::kQuery:
      return hand_out_query(engine, queue, task, call);
    case TaskRef::Kind::kActivity:
      return hand_out_activity(engine, task, call);
  }
}

namespace {

Answer poll_workflow_task_queue(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::PollWorkflowTaskQueueRequest>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  if (auto fault = poll_fault(engine, call, request.task_queue(), request.identity())) return fault;
  if (has_worker_ended(engine, request.worker_instance_key())) return errors::ok();  // empty-handed
  add_poller(engine, workflow_queue(*owner.value, request.task_queue().name()), call);
  return kParked;
}

Answer poll_activity_task_queue(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::PollActivityTaskQueueRequest>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  if (auto fault = poll_fault(engine, call, request.task_queue(), request.identity())) return fault;
  if (has_worker_ended(engine, request.worker_instance_key())) return errors::ok();
  add_poller(engine, activity_queue(*owner.value, request.task_queue().name()), call);
  return kParked;
}

// The worker's polls end empty-handed, and its sticky queue gets no more tasks.
Answer shutdown_worker(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::ShutdownWorkerRequest>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  std::vector<Call*> ending;
  const auto collect = [&](TaskQueues& queues, auto is_of_worker) {
    for (auto& [name, queue] : queues) {
      for (Call* poller : queue->pollers) {
        if (is_of_worker(*queue, *poller)) ending.push_back(poller);
      }
    }
  };
  const std::string& key = request.worker_instance_key();
  const std::string& sticky = request.sticky_task_queue();
  if (!key.empty()) remember_ended_worker(engine, key);
  collect(owner.value->workflow_queues, [&](const TaskQueue& queue, Call& poller) {
    return (!sticky.empty() && queue.name == sticky) ||
           (!key.empty() && poller.request_as<svc::PollWorkflowTaskQueueRequest>().worker_instance_key() == key);
  });
  collect(owner.value->activity_queues, [&](const TaskQueue&, Call& poller) {
    return !key.empty() && poller.request_as<svc::PollActivityTaskQueueRequest>().worker_instance_key() == key;
  });
  for (Call* poller : ending) engine.answer(*poller, {});
  if (!sticky.empty()) {
    TaskQueue& queue = workflow_queue(*owner.value, sticky);
    queue.last_poll_wall = Time(Duration::min());
    std::deque<TaskRef> backlog;
    backlog.swap(queue.backlog);
    for (const TaskRef& task : backlog) {
      const Execution* run = find_run(engine, task.run);
      if (run != nullptr) add_task(engine, workflow_queue(*owner.value, run->task_queue), task);
    }
  }
  return errors::ok();
}

}  // namespace

std::span<const Method> poll_methods() {
  static const Method kMethods[] = {
      TIMESKIP_WORKFLOW_METHOD(PollWorkflowTaskQueue, poll_workflow_task_queue),
      TIMESKIP_WORKFLOW_METHOD(PollActivityTaskQueue, poll_activity_task_queue),
      TIMESKIP_WORKFLOW_METHOD(ShutdownWorker, shutdown_worker),
  };
  return kMethods;
}

}  // namespace temporalio::timeskip
