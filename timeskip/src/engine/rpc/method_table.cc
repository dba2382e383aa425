// The static table of all methods that the engine answers.
#include "timeskip/src/engine/rpc/method_table.h"

#include <google/protobuf/empty.pb.h>

#include <unordered_map>

#include "temporal/api/operatorservice/v1/request_response.pb.h"
#include "temporal/api/testservice/v1/request_response.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace temporalio::timeskip {
namespace {

template <class Request, class Response>
Method method(Answer (*handle)(Engine&, Call&)) {
  return {&Request::default_instance(), &Response::default_instance(), handle};
}

#define WORKFLOW_METHOD(name, handler)                                                                                \
  {"/temporal.api.workflowservice.v1.WorkflowService/" #name,                                                         \
   method<::temporal::api::workflowservice::v1::name##Request, ::temporal::api::workflowservice::v1::name##Response>( \
       handler)}
#define OPERATOR_METHOD(name, handler)                                                                                \
  {"/temporal.api.operatorservice.v1.OperatorService/" #name,                                                         \
   method<::temporal::api::operatorservice::v1::name##Request, ::temporal::api::operatorservice::v1::name##Response>( \
       handler)}
#define TEST_METHOD(name, request, response, handler) \
  {"/temporal.api.testservice.v1.TestService/" #name, \
   method<request, ::temporal::api::testservice::v1::response>(handler)}

std::unordered_map<std::string_view, Method> make_table() {
  namespace test = ::temporal::api::testservice::v1;
  return {
      WORKFLOW_METHOD(StartWorkflowExecution, start_workflow_execution),
      WORKFLOW_METHOD(SignalWithStartWorkflowExecution, signal_with_start_workflow_execution),
      WORKFLOW_METHOD(SignalWorkflowExecution, signal_workflow_execution),
      WORKFLOW_METHOD(RequestCancelWorkflowExecution, request_cancel_workflow_execution),
      WORKFLOW_METHOD(TerminateWorkflowExecution, terminate_workflow_execution),
      WORKFLOW_METHOD(ResetStickyTaskQueue, reset_sticky_task_queue),
      WORKFLOW_METHOD(PollWorkflowTaskQueue, poll_workflow_task_queue),
      WORKFLOW_METHOD(PollActivityTaskQueue, poll_activity_task_queue),
      WORKFLOW_METHOD(ShutdownWorker, shutdown_worker),
      WORKFLOW_METHOD(RespondWorkflowTaskCompleted, respond_workflow_task_completed),
      WORKFLOW_METHOD(RespondWorkflowTaskFailed, respond_workflow_task_failed),
      WORKFLOW_METHOD(RecordActivityTaskHeartbeat, record_activity_task_heartbeat),
      WORKFLOW_METHOD(RecordActivityTaskHeartbeatById, record_activity_task_heartbeat_by_id),
      WORKFLOW_METHOD(RespondActivityTaskCompleted, respond_activity_task_completed),
      WORKFLOW_METHOD(RespondActivityTaskCompletedById, respond_activity_task_completed_by_id),
      WORKFLOW_METHOD(RespondActivityTaskFailed, respond_activity_task_failed),
      WORKFLOW_METHOD(RespondActivityTaskFailedById, respond_activity_task_failed_by_id),
      WORKFLOW_METHOD(RespondActivityTaskCanceled, respond_activity_task_canceled),
      WORKFLOW_METHOD(RespondActivityTaskCanceledById, respond_activity_task_canceled_by_id),
      WORKFLOW_METHOD(QueryWorkflow, query_workflow),
      WORKFLOW_METHOD(RespondQueryTaskCompleted, respond_query_task_completed),
      WORKFLOW_METHOD(GetWorkflowExecutionHistory, get_workflow_execution_history),
      WORKFLOW_METHOD(GetWorkflowExecutionHistoryReverse, get_workflow_execution_history_reverse),
      WORKFLOW_METHOD(DescribeWorkflowExecution, describe_workflow_execution),
      WORKFLOW_METHOD(DescribeNamespace, describe_namespace),
      WORKFLOW_METHOD(RegisterNamespace, register_namespace),
      WORKFLOW_METHOD(ListNamespaces, list_namespaces),
      WORKFLOW_METHOD(GetSystemInfo, get_system_info),
      WORKFLOW_METHOD(GetClusterInfo, get_cluster_info),
      OPERATOR_METHOD(AddSearchAttributes, add_search_attributes),
      OPERATOR_METHOD(RemoveSearchAttributes, remove_search_attributes),
      OPERATOR_METHOD(ListSearchAttributes, list_search_attributes),
      TEST_METHOD(LockTimeSkipping, test::LockTimeSkippingRequest, LockTimeSkippingResponse, lock_time_skipping),
      TEST_METHOD(UnlockTimeSkipping, test::UnlockTimeSkippingRequest, UnlockTimeSkippingResponse,
                  unlock_time_skipping),
      TEST_METHOD(Sleep, test::SleepRequest, SleepResponse, sleep_for_duration),
      TEST_METHOD(SleepUntil, test::SleepUntilRequest, SleepResponse, sleep_until),
      TEST_METHOD(UnlockTimeSkippingWithSleep, test::SleepRequest, SleepResponse, unlock_time_skipping_with_sleep),
      TEST_METHOD(GetCurrentTime, google::protobuf::Empty, GetCurrentTimeResponse, get_current_time),
  };
}

#undef WORKFLOW_METHOD
#undef OPERATOR_METHOD
#undef TEST_METHOD

}  // namespace

const Method* find_method(std::string_view path) {
  static const auto* const kTable = new std::unordered_map<std::string_view, Method>(make_table());
  const auto found = kTable->find(path);
  return found == kTable->end() ? nullptr : &found->second;
}

}  // namespace temporalio::timeskip
