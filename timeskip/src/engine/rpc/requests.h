// All RPC handlers. A handler validates completely, then applies: it returns the answer, or nothing when it has parked
// the call (or answered it already). An error means that nothing has changed.
#pragma once

#include <optional>

#include "timeskip/src/engine/core/call.h"
#include "timeskip/src/engine/server.h"

namespace temporalio::timeskip {

class Engine;

using Answer = std::optional<RpcStatus>;
inline constexpr std::nullopt_t kParked = std::nullopt;

// start_workflow.cc
Answer start_workflow_execution(Engine& engine, Call& call);
Answer signal_with_start_workflow_execution(Engine& engine, Call& call);
// workflow_control.cc
Answer signal_workflow_execution(Engine& engine, Call& call);
Answer request_cancel_workflow_execution(Engine& engine, Call& call);
Answer terminate_workflow_execution(Engine& engine, Call& call);
Answer reset_sticky_task_queue(Engine& engine, Call& call);
// poll.cc
Answer poll_workflow_task_queue(Engine& engine, Call& call);
Answer poll_activity_task_queue(Engine& engine, Call& call);
Answer shutdown_worker(Engine& engine, Call& call);
// workflow_task.cc
Answer respond_workflow_task_completed(Engine& engine, Call& call);
Answer respond_workflow_task_failed(Engine& engine, Call& call);
// activity.cc
Answer record_activity_task_heartbeat(Engine& engine, Call& call);
Answer record_activity_task_heartbeat_by_id(Engine& engine, Call& call);
Answer respond_activity_task_completed(Engine& engine, Call& call);
Answer respond_activity_task_completed_by_id(Engine& engine, Call& call);
Answer respond_activity_task_failed(Engine& engine, Call& call);
Answer respond_activity_task_failed_by_id(Engine& engine, Call& call);
Answer respond_activity_task_canceled(Engine& engine, Call& call);
Answer respond_activity_task_canceled_by_id(Engine& engine, Call& call);
// query.cc
Answer query_workflow(Engine& engine, Call& call);
Answer respond_query_task_completed(Engine& engine, Call& call);
// history.cc
Answer get_workflow_execution_history(Engine& engine, Call& call);
Answer get_workflow_execution_history_reverse(Engine& engine, Call& call);
// describe_workflow.cc
Answer describe_workflow_execution(Engine& engine, Call& call);
// namespace.cc
Answer describe_namespace(Engine& engine, Call& call);
Answer register_namespace(Engine& engine, Call& call);
Answer list_namespaces(Engine& engine, Call& call);
Answer get_system_info(Engine& engine, Call& call);
Answer get_cluster_info(Engine& engine, Call& call);
// search_attributes.cc
Answer add_search_attributes(Engine& engine, Call& call);
Answer remove_search_attributes(Engine& engine, Call& call);
Answer list_search_attributes(Engine& engine, Call& call);
// test_service.cc
Answer lock_time_skipping(Engine& engine, Call& call);
Answer unlock_time_skipping(Engine& engine, Call& call);
Answer sleep_for_duration(Engine& engine, Call& call);
Answer sleep_until(Engine& engine, Call& call);
Answer unlock_time_skipping_with_sleep(Engine& engine, Call& call);
Answer get_current_time(Engine& engine, Call& call);

}  // namespace temporalio::timeskip
