// Sizes and numbers above which a request is refused, or something is recorded as having failed.
#include <string>

#include "tests/unit/engine/harness.h"

namespace temporalio::timeskip::test {
namespace {

constexpr std::size_t kTooLarge = std::size_t{3} << 20;

commonpb::Payloads payloads_of(std::size_t bytes) {
  commonpb::Payloads payloads;
  payloads.add_payloads()->set_data(std::string(bytes, 'x'));
  return payloads;
}

commonpb::Payload json(const std::string& text) {
  commonpb::Payload payload;
  (*payload.mutable_metadata())["encoding"] = "json/plain";
  payload.set_data(text);
  return payload;
}

historypb::HistoryEvent last_event(Harness& h, const std::string& id) {
  const auto history = h.events_of(id);
  return history.events(history.events_size() - 1);
}

TEST(EngineLimits, ARequestWithTooLargeAPayloadIsRefused) {
  Harness h;
  const auto start = [&](auto change) { return h.start_with("w", change)->code(); };
  EXPECT_EQ(start([](auto& request) { *request.mutable_input() = payloads_of(kTooLarge); }), errors::kInvalidArgument);
  EXPECT_EQ(start([](auto& request) {
              (*request.mutable_memo()->mutable_fields())["m"] = payloads_of(kTooLarge).payloads(0);
            }),
            errors::kInvalidArgument);
  EXPECT_EQ(start([](auto& request) { *request.mutable_input() = payloads_of(1 << 20); }), 0);

  svc::SignalWorkflowExecutionRequest signal;
  signal.mutable_workflow_execution()->set_workflow_id("w");
  signal.set_signal_name("s");
  *signal.mutable_input() = payloads_of(kTooLarge);
  EXPECT_EQ(h.signal(signal)->code(), errors::kInvalidArgument);
  svc::SignalWithStartWorkflowExecutionRequest both;
  both.set_namespace_("default");
  both.set_workflow_id("w");
  both.mutable_workflow_type()->set_name("Workflow");
  both.mutable_task_queue()->set_name("queue");
  both.set_signal_name("s");
  *both.mutable_signal_input() = payloads_of(kTooLarge);
  const char kPath[] = "/temporal.api.workflowservice.v1.WorkflowService/SignalWithStartWorkflowExecution";
  EXPECT_EQ(h.call<svc::SignalWithStartWorkflowExecutionResponse>(kPath, both)->code(), errors::kInvalidArgument);
  svc::QueryWorkflowRequest query;
  query.mutable_execution()->set_workflow_id("w");
  query.mutable_query()->set_query_type("q");
  *query.mutable_query()->mutable_query_args() = payloads_of(kTooLarge);
  EXPECT_EQ(h.query(query)->code(), errors::kInvalidArgument);
  EXPECT_EQ(h.event_names("w"), "STARTED TASK_SCHEDULED");
}

// An activity that a worker has taken, and what is recorded of it in the end.
struct OneActivity : Harness {
  OneActivity() {
    begin("w");
    complete(task().task_token(), {schedule_activity("a")});
    token = activity().task_token();
  }
  std::string recorded_failure() {
    const auto history = events_of("w");
    for (const auto& event : history.events()) {
      if (event.event_type() != enums::EVENT_TYPE_ACTIVITY_TASK_FAILED) continue;
      const auto& attributes = event.activity_task_failed_event_attributes();
      EXPECT_EQ(attributes.retry_state(), enums::RETRY_STATE_NON_RETRYABLE_FAILURE);
      return attributes.failure().message();
    }
    return "none";
  }
  std::string token;
};

TEST(EngineLimits, AnActivityWithTooLargeAResultFails) {
  OneActivity h;
  svc::RespondActivityTaskCompletedRequest request;
  request.set_task_token(h.token);
  *request.mutable_result() = payloads_of(kTooLarge);
  EXPECT_EQ(h.complete_activity(request)->code(), 0);
  EXPECT_EQ(h.recorded_failure(), "Complete result exceeds size limit.");
}

TEST(EngineLimits, AnActivityWithTooLargeAHeartbeatFailsAndIsToldToStop) {
  OneActivity h;
  svc::RecordActivityTaskHeartbeatRequest request;
  request.set_task_token(h.token);
  *request.mutable_details() = payloads_of(kTooLarge);
  const auto sent = h.heartbeat(request);
  EXPECT_EQ(sent->code(), 0);
  EXPECT_TRUE(sent->response.cancel_requested());
  EXPECT_EQ(h.recorded_failure(), "Heartbeat details exceeds size limit.");
}

TEST(EngineLimits, TooLargeAFailureOfAnActivityIsReplaced) {
  OneActivity h;
  svc::RespondActivityTaskFailedRequest request;
  request.set_task_token(h.token);
  request.mutable_failure()->set_message("what happened");
  request.mutable_failure()->mutable_application_failure_info()->set_type("Type");
  *request.mutable_failure()->mutable_application_failure_info()->mutable_details() = payloads_of(kTooLarge);
  EXPECT_EQ(h.fail_activity(request)->code(), 0);
  EXPECT_EQ(h.recorded_failure(), "Failure exceeds size limit.");
  const auto history = h.events_of("w");
  for (const auto& event : history.events()) {
    if (event.event_type() != enums::EVENT_TYPE_ACTIVITY_TASK_FAILED) continue;
    const auto& cause = event.activity_task_failed_event_attributes().failure().cause();
    EXPECT_EQ(cause.message(), "what happened");
    EXPECT_EQ(cause.application_failure_info().type(), "Type");
  }
}

TEST(EngineLimits, OfAFailureThatIsRetriedFourKibibytesAreKept) {
  OneActivity h;
  svc::RespondActivityTaskFailedRequest request;
  request.set_task_token(h.token);
  request.mutable_failure()->set_message("what happened");
  request.mutable_failure()->set_stack_trace(std::string(100000, 's'));
  request.mutable_failure()->mutable_application_failure_info();
  EXPECT_EQ(h.fail_activity(request)->code(), 0);
  svc::RespondActivityTaskCompletedRequest done;
  done.set_task_token(h.activity().task_token());
  EXPECT_EQ(h.complete_activity(done)->code(), 0);
  const auto history = h.events_of("w");
  for (const auto& event : history.events()) {
    if (event.event_type() != enums::EVENT_TYPE_ACTIVITY_TASK_STARTED) continue;
    const auto& kept = event.activity_task_started_event_attributes().last_failure();
    EXPECT_LE(kept.ByteSizeLong(), std::size_t{4096});
    EXPECT_GT(kept.ByteSizeLong(), std::size_t{4000});
    EXPECT_TRUE(kept.has_server_failure_info());
    EXPECT_EQ(kept.cause().message(), "what happened");
  }
}

// One of each type.
const std::map<std::string, enums::IndexedValueType> kSearchAttributes = {
    {"CustomKeywordField", enums::INDEXED_VALUE_TYPE_KEYWORD},
    {"CustomTextField", enums::INDEXED_VALUE_TYPE_TEXT},
    {"CustomIntField", enums::INDEXED_VALUE_TYPE_INT},
    {"CustomDoubleField", enums::INDEXED_VALUE_TYPE_DOUBLE},
    {"CustomDatetimeField", enums::INDEXED_VALUE_TYPE_DATETIME},
    {"CustomBoolField", enums::INDEXED_VALUE_TYPE_BOOL}};

TEST(EngineLimits, TooLargeACommandEndsTheRun) {
  std::vector<commandpb::Command> commands(4);
  commands[0].set_command_type(enums::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION);
  commands[0].mutable_fail_workflow_execution_command_attributes()->mutable_failure()->set_message(
      std::string(kTooLarge, 'x'));
  commands[1].set_command_type(enums::COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION);
  *commands[1].mutable_continue_as_new_workflow_execution_command_attributes()->mutable_input() =
      payloads_of(kTooLarge);
  commands[2].set_command_type(enums::COMMAND_TYPE_MODIFY_WORKFLOW_PROPERTIES);
  auto& memo = *commands[2].mutable_modify_workflow_properties_command_attributes()->mutable_upserted_memo();
  (*memo.mutable_fields())["m"] = payloads_of(kTooLarge).payloads(0);
  commands[3].set_command_type(enums::COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES);
  auto& upsert = *commands[3].mutable_upsert_workflow_search_attributes_command_attributes();
  (*upsert.mutable_search_attributes()->mutable_indexed_fields())["CustomTextField"] =
      json("\"" + std::string(3000, 'x') + "\"");
  for (const auto& command : commands) {
    Harness h;
    h.add_search_attributes(kSearchAttributes);
    h.begin("w");
    EXPECT_EQ(h.complete(h.task().task_token(), {command})->code(), errors::kInvalidArgument);
    EXPECT_EQ(h.event_names("w"), "STARTED TASK_SCHEDULED TASK_STARTED TASK_FAILED TERMINATED")
        << command.command_type();
  }
}

TEST(EngineLimits, SearchAttributesMustBeOfTheirType) {
  Harness h;
  h.add_search_attributes(kSearchAttributes);
  int number = 0;
  const auto start = [&](const std::string& name, const std::string& value) {
    return h
        .start_with("w" + std::to_string(++number),
                    [&](auto& request) {
                      (*request.mutable_search_attributes()->mutable_indexed_fields())[name] = json(value);
                    })
        ->code();
  };
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"CustomIntField", "12"},
           {"CustomIntField", "-9223372036854775808"},
           {"CustomIntField", "[7]"},
           {"CustomIntField", "null"},
           {"CustomIntField", "[]"},
           {"CustomDoubleField", "1"},
           {"CustomDoubleField", "1.5"},
           {"CustomBoolField", "true"},
           {"CustomKeywordField", "\"k\""},
           {"CustomTextField", "\"some text\""},
           {"CustomDatetimeField", "\"2026-01-01T00:00:00Z\""},
           {"CustomDatetimeField", "\"2026-02-28T23:59:59.123456789+01:00\""},
           {"CustomKeywordField", "[\"a\"]"},
           {"BuildIds", "[\"a\", null]"},
           {"BuildIds", "[\"a\", \"b\"]"}}) {
    EXPECT_EQ(start(name, value), 0) << name << " " << value;
  }
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"CustomIntField", "\"12\""},
                                                        {"CustomIntField", "1.5"},
                                                        {"CustomIntField", "9223372036854775808"},
                                                        {"CustomIntField", "[1, \"2\"]"},
                                                        {"CustomIntField", "[1, 2]"},
                                                        {"CustomKeywordField", "[\"a\", \"b\"]"},
                                                        {"BuildIds", "\"single\""},
                                                        {"CustomIntField", "not json"},
                                                        {"CustomDoubleField", "\"1.5\""},
                                                        {"CustomBoolField", "1"},
                                                        {"CustomKeywordField", "7"},
                                                        {"CustomTextField", "{}"},
                                                        {"CustomDatetimeField", "\"yesterday\""},
                                                        {"CustomDatetimeField", "\"2026-02-30T00:00:00Z\""},
                                                        {"CustomDatetimeField", "\"2026-02-28T00:00:00\""},
                                                        {"BuildIds", "[1]"}}) {
    EXPECT_EQ(start(name, value), errors::kInvalidArgument) << name << " " << value;
  }
}

TEST(EngineLimits, SearchAttributesMustNotBeTooMuch) {
  Harness h;
  h.add_search_attributes(kSearchAttributes);
  EXPECT_EQ(h.start_with("w",
                         [](auto& request) {
                           (*request.mutable_search_attributes()->mutable_indexed_fields())["CustomTextField"] =
                               json("\"" + std::string(2050, 'x') + "\"");
                         })
                ->code(),
            errors::kInvalidArgument);
}

TEST(EngineLimits, AWorkflowTaskDuringWhichTooMuchComesInIsTaken) {
  Harness h;
  h.begin("w");
  const auto task = h.task();
  for (int i = 0; i < 100; ++i) h.signal("w", "s");
  EXPECT_EQ(last_event(h, "w").event_type(), enums::EVENT_TYPE_WORKFLOW_TASK_STARTED);
  h.signal("w", "s");
  const auto history = h.events_of("w");
  ASSERT_EQ(history.events_size(), 3 + 1 + 101 + 1);
  const auto& failed = history.events(3).workflow_task_failed_event_attributes();
  EXPECT_EQ(failed.cause(), enums::WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND);
  EXPECT_EQ(last_event(h, "w").event_type(), enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED);
  EXPECT_EQ(h.complete(task.task_token(), {})->code(), errors::kNotFound);
  const auto next = h.task();
  EXPECT_EQ(next.attempt(), 1);
  EXPECT_EQ(h.complete(next.task_token(), {complete_workflow()})->code(), 0);
}

TEST(EngineLimits, TheBufferIsLimitedInBytesToo) {
  Harness h;
  h.begin("w");
  h.task();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(last_event(h, "w").event_type(), enums::EVENT_TYPE_WORKFLOW_TASK_STARTED);
    svc::SignalWorkflowExecutionRequest signal;
    signal.mutable_workflow_execution()->set_workflow_id("w");
    signal.set_signal_name("s");
    *signal.mutable_input() = payloads_of(std::size_t{900} << 10);
    EXPECT_EQ(h.signal(signal)->code(), 0);
  }
  EXPECT_EQ(h.event_names("w"),
            "STARTED TASK_SCHEDULED TASK_STARTED TASK_FAILED SIGNALED SIGNALED SIGNALED TASK_SCHEDULED");
}

historypb::HistoryEvent close_event(Harness& h, const std::string& id) {
  svc::GetWorkflowExecutionHistoryRequest request;
  request.mutable_execution()->set_workflow_id(id);
  request.set_history_event_filter_type(enums::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
  const auto history = h.history(request)->response.history();
  return history.events(history.events_size() - 1);
}

// As on the real server 1.32, asked with tasks of 2,000 markers each.
TEST(EngineLimits, ARunWithTooManyEventsIsTerminated) {
  Harness h;
  h.begin("w");
  svc::RespondWorkflowTaskCompletedRequest request;
  request.set_force_create_new_workflow_task(true);
  for (int i = 0; i < 10000; ++i) {
    auto& command = *request.add_commands();
    command.set_command_type(enums::COMMAND_TYPE_RECORD_MARKER);
    command.mutable_record_marker_command_attributes()->set_marker_name("m");
  }
  for (int i = 0; i < 5; ++i) {
    request.set_task_token(h.task().task_token());
    EXPECT_EQ(h.respond(request)->code(), 0);
  }
  // 50,017 events. The next task is the one that would be too long; it is given up as a whole.
  request.set_task_token(h.task().task_token());
  const auto refused = h.respond(request);
  EXPECT_EQ(refused->code(), errors::kInvalidArgument);
  EXPECT_EQ(refused->status.message, "Workflow history count exceeds limit.");
  const auto closed = close_event(h, "w");
  EXPECT_EQ(closed.event_id(), 50020);  // behind WorkflowTaskStarted and WorkflowTaskFailed
  EXPECT_EQ(closed.workflow_execution_terminated_event_attributes().reason(), "Workflow history count exceeds limit.");
  EXPECT_EQ(closed.workflow_execution_terminated_event_attributes().identity(), "history-service");
}

TEST(EngineLimits, ARunWithTooLongAHistoryIsTerminated) {
  Harness h;
  h.begin("w");
  for (int i = 0; i < 27; ++i) {
    svc::SignalWorkflowExecutionRequest signal;
    signal.mutable_workflow_execution()->set_workflow_id("w");
    signal.set_signal_name("s");
    *signal.mutable_input() = payloads_of((std::size_t{2} << 20) - 200);
    EXPECT_EQ(h.signal(signal)->code(), i < 26 ? 0 : errors::kInvalidArgument);
  }
  EXPECT_EQ(close_event(h, "w").event_id(), 29);
  EXPECT_EQ(close_event(h, "w").workflow_execution_terminated_event_attributes().reason(),
            "Workflow history size exceeds limit.");
}

TEST(EngineLimits, LinksAreKeptAndLimited) {
  Harness h;
  const auto add_link = [](auto& request, const std::string& id) {
    request.add_links()->mutable_workflow_event()->set_workflow_id(id);
  };
  EXPECT_EQ(h.start_with("w", [&](auto& request) { add_link(request, "caller"); })->code(), 0);
  EXPECT_EQ(h.events_of("w").events(0).links(0).workflow_event().workflow_id(), "caller");
  svc::SignalWorkflowExecutionRequest signal;
  signal.mutable_workflow_execution()->set_workflow_id("w");
  signal.set_signal_name("s");
  add_link(signal, "signaller");
  EXPECT_EQ(h.signal(signal)->code(), 0);
  EXPECT_EQ(last_event(h, "w").links(0).workflow_event().workflow_id(), "signaller");
  EXPECT_EQ(h.start_with("x",
                         [&](auto& request) {
                           for (int i = 0; i < 11; ++i) add_link(request, "caller");
                         })
                ->code(),
            errors::kInvalidArgument);
  EXPECT_EQ(h.start_with("x", [&](auto& request) { add_link(request, std::string(4000, 'l')); })->code(),
            errors::kInvalidArgument);
}

}  // namespace
}  // namespace temporalio::timeskip::test
