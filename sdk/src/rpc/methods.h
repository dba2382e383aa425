// The methods that the SDK calls, by their full paths.
#pragma once

namespace temporalio::rpc {

#define TEMPORALIO_WORKFLOW_METHOD(name) \
  inline constexpr const char* k##name = "/temporal.api.workflowservice.v1.WorkflowService/" #name
TEMPORALIO_WORKFLOW_METHOD(GetSystemInfo);
TEMPORALIO_WORKFLOW_METHOD(StartWorkflowExecution);
TEMPORALIO_WORKFLOW_METHOD(SignalWithStartWorkflowExecution);
TEMPORALIO_WORKFLOW_METHOD(SignalWorkflowExecution);
TEMPORALIO_WORKFLOW_METHOD(QueryWorkflow);
TEMPORALIO_WORKFLOW_METHOD(RequestCancelWorkflowExecution);
TEMPORALIO_WORKFLOW_METHOD(TerminateWorkflowExecution);
TEMPORALIO_WORKFLOW_METHOD(DescribeWorkflowExecution);
TEMPORALIO_WORKFLOW_METHOD(GetWorkflowExecutionHistory);
TEMPORALIO_WORKFLOW_METHOD(ListWorkflowExecutions);
TEMPORALIO_WORKFLOW_METHOD(CountWorkflowExecutions);
TEMPORALIO_WORKFLOW_METHOD(UpdateWorkflowExecution);
TEMPORALIO_WORKFLOW_METHOD(PollWorkflowExecutionUpdate);
TEMPORALIO_WORKFLOW_METHOD(PollWorkflowTaskQueue);
TEMPORALIO_WORKFLOW_METHOD(RespondWorkflowTaskCompleted);
TEMPORALIO_WORKFLOW_METHOD(RespondWorkflowTaskFailed);
TEMPORALIO_WORKFLOW_METHOD(RespondQueryTaskCompleted);
TEMPORALIO_WORKFLOW_METHOD(PollActivityTaskQueue);
TEMPORALIO_WORKFLOW_METHOD(RecordActivityTaskHeartbeat);
TEMPORALIO_WORKFLOW_METHOD(RespondActivityTaskCompleted);
TEMPORALIO_WORKFLOW_METHOD(RespondActivityTaskFailed);
TEMPORALIO_WORKFLOW_METHOD(RespondActivityTaskCanceled);
TEMPORALIO_WORKFLOW_METHOD(ShutdownWorker);
#undef TEMPORALIO_WORKFLOW_METHOD

}  // namespace temporalio::rpc
