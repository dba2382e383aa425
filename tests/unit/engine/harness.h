// A scripted client and worker that drive Server::call directly, with a wall clock that only moves when told to.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "temporal/api/operatorservice/v1/request_response.pb.h"
#include "temporal/api/testservice/v1/request_response.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "timeskip/src/engine/core/api.h"
#include "timeskip/src/engine/core/errors.h"
#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/engine/run/history.h"
#include "timeskip/src/engine/server.h"

namespace temporalio::timeskip::test {

namespace svc = ::temporal::api::workflowservice::v1;
namespace testsvc = ::temporal::api::testservice::v1;
using namespace std::chrono_literals;

template <class Request, class Response>
struct Sent {
  Request request;
  Response response;
  Server::CallId id = 0;
  bool is_answered = false;
  RpcStatus status;

  int code() const { return is_answered ? status.code : -1; }  // -1: still parked
};

class Harness {
 public:
  // 2026-01-01; tests speak of offsets from it.
  static constexpr Time kStart{std::chrono::seconds(1767225600)};

  explicit Harness(bool starts_locked = false, std::uint64_t seed = 7)
      : server(ServerOptions{kStart, seed, starts_locked}) {}

  template <class Response, class Request>
  std::shared_ptr<Sent<Request, Response>> send(const std::string& method, Request request,
                                                std::optional<Duration> deadline = std::nullopt) {
    auto sent = std::make_shared<Sent<Request, Response>>();
    kept_.push_back(sent);
    sent->request = std::move(request);
    CallContext context{wall, std::nullopt};
    if (deadline.has_value()) context.wall_deadline = wall + *deadline;
    sent->id = server.call(method, sent->request, sent->response, context, [raw = sent.get()](RpcStatus status) {
      EXPECT_FALSE(raw->is_answered);
      raw->is_answered = true;
      raw->status = std::move(status);
    });
    return sent;
  }

  // A call that is answered at once.
  template <class Response, class Request>
  std::shared_ptr<Sent<Request, Response>> call(const std::string& method, Request request) {
    auto sent = send<Response>(method, std::move(request));
    EXPECT_TRUE(sent->is_answered) << method;
    return sent;
  }

#define TIMESKIP_TEST_CALL(name, verb)                                                                               \
  auto verb(svc::name##Request request) {                                                                            \
    request.set_namespace_("default");                                                                               \
    return send<svc::name##Response>("/temporal.api.workflowservice.v1.WorkflowService/" #name, std::move(request)); \
  }
  TIMESKIP_TEST_CALL(StartWorkflowExecution, start)
  TIMESKIP_TEST_CALL(SignalWorkflowExecution, signal)
  TIMESKIP_TEST_CALL(RequestCancelWorkflowExecution, request_cancel)
  TIMESKIP_TEST_CALL(TerminateWorkflowExecution, terminate)
  TIMESKIP_TEST_CALL(PollWorkflowTaskQueue, poll_workflow)
  TIMESKIP_TEST_CALL(PollActivityTaskQueue, poll_activity)
  TIMESKIP_TEST_CALL(RespondWorkflowTaskCompleted, respond)
  TIMESKIP_TEST_CALL(RespondWorkflowTaskFailed, respond_failed)
  TIMESKIP_TEST_CALL(RespondActivityTaskCompleted, complete_activity)
  TIMESKIP_TEST_CALL(RespondActivityTaskFailed, fail_activity)
  TIMESKIP_TEST_CALL(RespondActivityTaskCanceled, cancel_activity)
  TIMESKIP_TEST_CALL(RecordActivityTaskHeartbeat, heartbeat)
  TIMESKIP_TEST_CALL(GetWorkflowExecutionHistory, history)
  TIMESKIP_TEST_CALL(QueryWorkflow, query)
  TIMESKIP_TEST_CALL(RespondQueryTaskCompleted, answer_query)
  TIMESKIP_TEST_CALL(ShutdownWorker, shutdown_worker)
  TIMESKIP_TEST_CALL(ListWorkflowExecutions, list)
  TIMESKIP_TEST_CALL(CountWorkflowExecutions, count)
#undef TIMESKIP_TEST_CALL

  void add_search_attributes(const std::map<std::string, enums::IndexedValueType>& types) {
    ::temporal::api::operatorservice::v1::AddSearchAttributesRequest request;
    request.set_namespace_("default");
    for (const auto& [name, type] : types) (*request.mutable_search_attributes())[name] = type;
    const auto sent = call<::temporal::api::operatorservice::v1::AddSearchAttributesResponse>(
        "/temporal.api.operatorservice.v1.OperatorService/AddSearchAttributes", std::move(request));
    EXPECT_EQ(sent->code(), errors::kOk) << sent->status.message;
  }

  // A start of workflow `id` on task queue "queue", changed as the test likes.
  auto start_with(const std::string& id, auto change) {
    svc::StartWorkflowExecutionRequest request;
    request.set_workflow_id(id);
    request.mutable_workflow_type()->set_name("Workflow");
    request.mutable_task_queue()->set_name("queue");
    change(request);
    return start(std::move(request));
  }
  void begin(const std::string& id) {
    EXPECT_EQ(start_with(id, [](auto&) {})->code(), errors::kOk);
  }

  auto signal(const std::string& id, const std::string& name) {
    svc::SignalWorkflowExecutionRequest request;
    request.mutable_workflow_execution()->set_workflow_id(id);
    request.set_signal_name(name);
    return signal(std::move(request));
  }

  auto poll_task(const std::string& queue = "queue") {
    svc::PollWorkflowTaskQueueRequest request;
    request.mutable_task_queue()->set_name(queue);
    if (queue.rfind("sticky", 0) == 0) {
      request.mutable_task_queue()->set_kind(enums::TASK_QUEUE_KIND_STICKY);
      request.mutable_task_queue()->set_normal_name("queue");
    }
    request.set_identity("worker");
    return poll_workflow(std::move(request));
  }
  // The task that waits, or that comes once time has skipped as far as it may.
  svc::PollWorkflowTaskQueueResponse task(const std::string& queue = "queue") {
    auto poll = poll_task(queue);
    if (!poll->is_answered) tick();
    EXPECT_TRUE(poll->is_answered) << server.describe_time();
    return poll->response;
  }
  auto poll_for_activity() {
    svc::PollActivityTaskQueueRequest request;
    request.mutable_task_queue()->set_name("queue");
    request.set_identity("worker");
    return poll_activity(std::move(request));
  }
  svc::PollActivityTaskQueueResponse activity() {
    auto poll = poll_for_activity();
    if (!poll->is_answered) tick();
    EXPECT_TRUE(poll->is_answered) << server.describe_time();
    return poll->response;
  }

  auto complete(const std::string& token, std::vector<commandpb::Command> commands) {
    svc::RespondWorkflowTaskCompletedRequest request;
    request.set_task_token(token);
    request.set_identity("worker");
    for (auto& command : commands) *request.add_commands() = std::move(command);
    return respond(std::move(request));
  }

  // Fires what is due and lets time skip until nothing more happens at this wall time.
  void tick() {
    std::optional<Time> next = server.tick(wall);
    while (next.has_value() && *next <= wall) next = server.tick(wall);
  }
  void pass_wall(Duration duration) {
    wall += duration;
    tick();
  }

  Duration virtual_offset() {
    const auto sent = call<testsvc::GetCurrentTimeResponse>("/temporal.api.testservice.v1.TestService/GetCurrentTime",
                                                            google::protobuf::Empty());
    return to_time(sent->response.time()) - kStart;
  }
  int test_call(const std::string& name) {
    const std::string path = "/temporal.api.testservice.v1.TestService/" + name;
    if (name == "LockTimeSkipping") {
      return call<testsvc::LockTimeSkippingResponse>(path, testsvc::LockTimeSkippingRequest())->code();
    }
    return call<testsvc::UnlockTimeSkippingResponse>(path, testsvc::UnlockTimeSkippingRequest())->code();
  }
  auto sleep(const std::string& name, Duration duration) {
    testsvc::SleepRequest request;
    set_duration(request.mutable_duration(), duration);
    return send<testsvc::SleepResponse>("/temporal.api.testservice.v1.TestService/" + name, std::move(request));
  }

  historypb::History events_of(const std::string& id) {
    svc::GetWorkflowExecutionHistoryRequest request;
    request.mutable_execution()->set_workflow_id(id);
    return history(std::move(request))->response.history();
  }
  // "STARTED TASK_SCHEDULED ..." with the common prefixes left out.
  std::string event_names(const std::string& id) {
    std::string names;
    const historypb::History history_now = events_of(id);
    for (const auto& event : history_now.events()) {
      std::string name = enums::EventType_Name(event.event_type()).substr(sizeof("EVENT_TYPE_") - 1);
      for (const std::string prefix : {"WORKFLOW_EXECUTION_", "WORKFLOW_"}) {
        if (name.rfind(prefix, 0) == 0) name = name.substr(prefix.size());
      }
      names += (names.empty() ? "" : " ") + name;
    }
    return names;
  }

  Time wall = kStart;
  Server server;

 private:
  std::vector<std::shared_ptr<void>> kept_;
};

inline commandpb::Command start_timer(const std::string& id, Duration duration) {
  commandpb::Command command;
  command.set_command_type(enums::COMMAND_TYPE_START_TIMER);
  command.mutable_start_timer_command_attributes()->set_timer_id(id);
  set_duration(command.mutable_start_timer_command_attributes()->mutable_start_to_fire_timeout(), duration);
  return command;
}

inline commandpb::Command cancel_timer(const std::string& id) {
  commandpb::Command command;
  command.set_command_type(enums::COMMAND_TYPE_CANCEL_TIMER);
  command.mutable_cancel_timer_command_attributes()->set_timer_id(id);
  return command;
}

inline commandpb::Command complete_workflow() {
  commandpb::Command command;
  command.set_command_type(enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION);
  command.mutable_complete_workflow_execution_command_attributes();
  return command;
}

inline commandpb::Command schedule_activity(const std::string& id, Duration start_to_close = 10s) {
  commandpb::Command command;
  command.set_command_type(enums::COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK);
  auto& attributes = *command.mutable_schedule_activity_task_command_attributes();
  attributes.set_activity_id(id);
  attributes.mutable_activity_type()->set_name("Act");
  attributes.mutable_task_queue()->set_name("queue");
  if (start_to_close > Duration(0)) set_duration(attributes.mutable_start_to_close_timeout(), start_to_close);
  return command;
}

inline commandpb::Command request_cancel_activity(std::int64_t scheduled_event_id) {
  commandpb::Command command;
  command.set_command_type(enums::COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK);
  command.mutable_request_cancel_activity_task_command_attributes()->set_scheduled_event_id(scheduled_event_id);
  return command;
}

inline commandpb::Command start_child(const std::string& id) {
  commandpb::Command command;
  command.set_command_type(enums::COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION);
  auto& attributes = *command.mutable_start_child_workflow_execution_command_attributes();
  attributes.set_workflow_id(id);
  attributes.mutable_workflow_type()->set_name("Child");
  return command;
}

inline commandpb::Command signal_external(const std::string& id) {
  commandpb::Command command;
  command.set_command_type(enums::COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION);
  auto& attributes = *command.mutable_signal_external_workflow_execution_command_attributes();
  attributes.mutable_execution()->set_workflow_id(id);
  attributes.set_signal_name("external");
  return command;
}

inline commandpb::Command cancel_external(const std::string& id) {
  commandpb::Command command;
  command.set_command_type(enums::COMMAND_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION);
  command.mutable_request_cancel_external_workflow_execution_command_attributes()->set_workflow_id(id);
  return command;
}

}  // namespace temporalio::timeskip::test
