// What the client sends, and what it makes of the answers.
#include "temporalio/client.h"
#include "temporalio/payload_json.h"

#include <google/protobuf/any.pb.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>

#include "google/rpc/status.pb.h"
#include "sdk/src/client/connection.h"
#include "temporal/api/errordetails/v1/message.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "tests/unit/rpc/fake_service.h"

namespace temporalio::client {
namespace {

using namespace std::chrono_literals;
namespace ws = temporal::api::workflowservice::v1;
namespace ed = temporal::api::errordetails::v1;
using rpc::Status;
using temporal::api::history::v1::HistoryEvent;

struct Order {
  Order() = default;
  Order(const char* name) : item(name) {}  // NOLINT(google-explicit-constructor): what implicit conversions are for
  std::string item;
  NLOHMANN_DEFINE_TYPE_INTRUSIVE(Order, item)
};

class Shop {
 public:
  static void define(workflow::Definer<Shop> d) {
    d.name("shop");
    d.run<&Shop::run>();
    d.signal<&Shop::change>("change-order");
    d.query<&Shop::status>();
    d.query<&Shop::price>();
  }
  workflow::Task<int> run(Order order, double discount) {
    (void)order;
    (void)discount;
    co_return 0;
  }
  void change(Order) {}
  std::string status() const { return ""; }
  int price(int count) const { return count; }
};

// A status with one error detail, as the service sends it.
Status with_detail(int code, const std::string& message, const google::protobuf::Message& detail) {
  google::rpc::Status full;
  full.set_code(code);
  full.set_message(message);
  full.add_details()->PackFrom(detail);
  return {code, message, full.SerializeAsString()};
}

class ClientTest : public ::testing::Test {
 protected:
  std::string input(const temporal::api::common::v1::Payloads& payloads, int index = 0) {
    return index < payloads.payloads_size() ? payloads.payloads(index).data() : "(none)";
  }

  // The close events that GetWorkflowExecutionHistory gives, in order; an empty one is a poll whose time was up.
  void close_with(std::vector<HistoryEvent> events) {
    fake_->on<ws::GetWorkflowExecutionHistoryRequest, ws::GetWorkflowExecutionHistoryResponse>(
        "GetWorkflowExecutionHistory", [this, events](auto& request, auto& response) {
          EXPECT_TRUE(request.wait_new_event());
          EXPECT_EQ(request.history_event_filter_type(),
                    temporal::api::enums::v1::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
          EXPECT_TRUE(fake_->last_options.is_long_poll);
          asked_runs_.push_back(request.execution().run_id());
          const HistoryEvent& event = events.at(asked_runs_.size() - 1);
          if (event.attributes_case() == HistoryEvent::ATTRIBUTES_NOT_SET) {
            response.set_next_page_token("more");
          } else {
            *response.mutable_history()->add_events() = event;
          }
          return Status();
        });
  }

  WorkflowHandle<int> handle() { return client_.get_workflow_handle<&Shop::run>("s1", "run-1"); }

  std::shared_ptr<base::Loop> loop_ = std::make_shared<base::Loop>();
  std::shared_ptr<rpc::FakeService> fake_ = std::make_shared<rpc::FakeService>(loop_);
  int unlocked_ = 0;
  int locked_ = 0;
  Client client_{std::make_shared<Connection>(ConnectionOptions{.service = fake_,
                                                                .loop = loop_,
                                                                .namespace_ = "shops",
                                                                .identity = "me",
                                                                .before_result_wait = [this] { ++unlocked_; },
                                                                .after_result_wait = [this] { ++locked_; },
                                                                .is_in_process = true,
                                                                .seed = 1})};
  std::vector<std::string> asked_runs_;
};

HistoryEvent completed(const std::string& json, const std::string& next_run = "") {
  HistoryEvent event;
  auto& attributes = *event.mutable_workflow_execution_completed_event_attributes();
  auto& payload = *attributes.mutable_result()->add_payloads();
  (*payload.mutable_metadata())["encoding"] = "json/plain";
  payload.set_data(json);
  attributes.set_new_execution_run_id(next_run);
  return event;
}

HistoryEvent failed(const std::string& message, const std::string& next_run = "") {
  HistoryEvent event;
  auto& attributes = *event.mutable_workflow_execution_failed_event_attributes();
  attributes.mutable_failure()->set_message(message);
  attributes.mutable_failure()->mutable_application_failure_info()->set_type("Broken");
  auto& cause = *attributes.mutable_failure()->mutable_cause();
  cause.set_message("deeper");
  cause.mutable_timeout_failure_info()->set_timeout_type(temporal::api::enums::v1::TIMEOUT_TYPE_HEARTBEAT);
  attributes.set_new_execution_run_id(next_run);
  return event;
}

TEST_F(ClientTest, StartsAWorkflowWithTypedArguments) {
  std::optional<ws::StartWorkflowExecutionRequest> sent;
  fake_->on<ws::StartWorkflowExecutionRequest, ws::StartWorkflowExecutionResponse>("StartWorkflowExecution",
                                                                                   [&](auto& request, auto& response) {
                                                                                     sent = request;
                                                                                     response.set_run_id("run-1");
                                                                                     return Status();
                                                                                   });
  // A string literal becomes an Order, an int a double: what the parameter types say.
  auto started = client_.start_workflow<&Shop::run>("book", 1,
                                                    {.id = "s1",
                                                     .task_queue = "q",
                                                     .execution_timeout = 1h,
                                                     .run_timeout = 30min,
                                                     .task_timeout = 5s,
                                                     .id_reuse_policy = WorkflowIDReusePolicy::reject_duplicate,
                                                     .id_conflict_policy = WorkflowIDConflictPolicy::use_existing,
                                                     .retry_policy = RetryPolicy{.maximum_attempts = 3},
                                                     .cron_schedule = "@daily",
                                                     .start_delay = 2s});
  static_assert(std::is_same_v<decltype(started), WorkflowHandle<int, Shop>>);
  ASSERT_TRUE(sent.has_value());
  EXPECT_EQ(sent->namespace_(), "shops");
  EXPECT_EQ(sent->identity(), "me");
  EXPECT_EQ(sent->workflow_id(), "s1");
  EXPECT_EQ(sent->workflow_type().name(), "shop");
  EXPECT_EQ(sent->task_queue().name(), "q");
  EXPECT_EQ(input(sent->input(), 0), R"({"item":"book"})");
  EXPECT_EQ(input(sent->input(), 1), "1.0");
  EXPECT_EQ(sent->workflow_execution_timeout().seconds(), 3600);
  EXPECT_EQ(sent->workflow_run_timeout().seconds(), 1800);
  EXPECT_EQ(sent->workflow_task_timeout().seconds(), 5);
  EXPECT_EQ(sent->workflow_id_reuse_policy(), temporal::api::enums::v1::WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE);
  EXPECT_EQ(sent->workflow_id_conflict_policy(), temporal::api::enums::v1::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING);
  EXPECT_EQ(sent->retry_policy().maximum_attempts(), 3);
  EXPECT_EQ(sent->cron_schedule(), "@daily");
  EXPECT_EQ(sent->workflow_start_delay().seconds(), 2);
  EXPECT_EQ(sent->request_id().size(), 36u);
  EXPECT_EQ(started.id(), "s1");
  EXPECT_EQ(started.run_id(), "");
  EXPECT_EQ(started.result_run_id(), "run-1");
  EXPECT_EQ(started.first_execution_run_id(), "run-1");
}

TEST_F(ClientTest, StartsByNameAndWithASignal) {
  std::optional<ws::SignalWithStartWorkflowExecutionRequest> sent;
  fake_->on<ws::SignalWithStartWorkflowExecutionRequest, ws::SignalWithStartWorkflowExecutionResponse>(
      "SignalWithStartWorkflowExecution", [&](auto& request, auto&) {
        sent = request;
        return Status();
      });
  const std::vector<Payload> signal_args = to_payloads(5);
  auto started = client_.start_workflow<std::string>(
      "Other", 1, "two", {.id = "o1", .task_queue = "q", .start_signal = "poke", .start_signal_args = signal_args});
  static_assert(std::is_same_v<decltype(started), WorkflowHandle<std::string>>);
  ASSERT_TRUE(sent.has_value());
  EXPECT_EQ(sent->workflow_type().name(), "Other");
  EXPECT_EQ(input(sent->input(), 1), R"("two")");
  EXPECT_EQ(sent->signal_name(), "poke");
  EXPECT_EQ(input(sent->signal_input()), "5");
}

TEST_F(ClientTest, StartNeedsIdAndTaskQueue) {
  EXPECT_THROW(client_.start_workflow<&Shop::run>("book", 1, {.task_queue = "q"}), std::invalid_argument);
  EXPECT_THROW(client_.start_workflow<&Shop::run>("book", 1, {.id = "s1"}), std::invalid_argument);
  EXPECT_TRUE(fake_->calls.empty());
}

TEST_F(ClientTest, AlreadyStartedSaysWhichRun) {
  fake_->on<ws::StartWorkflowExecutionRequest, ws::StartWorkflowExecutionResponse>(
      "StartWorkflowExecution", [&](auto&, auto&) {
        ed::WorkflowExecutionAlreadyStartedFailure detail;
        detail.set_run_id("run-0");
        return with_detail(6, "already started", detail);
      });
  try {
    client_.start_workflow<&Shop::run>("book", 1, {.id = "s1", .task_queue = "q"});
    FAIL() << "no exception";
  } catch (const WorkflowAlreadyStartedError& error) {
    EXPECT_EQ(error.workflow_id(), "s1");
    EXPECT_EQ(error.workflow_type(), "shop");
    EXPECT_EQ(error.run_id(), "run-0");
  }
}

TEST_F(ClientTest, RefusedStartIsAnRpcError) {
  fake_->on<ws::StartWorkflowExecutionRequest, ws::StartWorkflowExecutionResponse>(
      "StartWorkflowExecution", [&](auto&, auto&) { return Status{3, "bad id", "raw"}; });
  try {
    client_.start_workflow<&Shop::run>("book", 1, {.id = "s1", .task_queue = "q"});
    FAIL() << "no exception";
  } catch (const RPCError& error) {
    EXPECT_EQ(error.status(), RPCStatusCode::invalid_argument);
    EXPECT_EQ(error.raw_status(), "raw");
    EXPECT_NE(std::string(error.what()).find("bad id"), std::string::npos);
  }
}

TEST_F(ClientTest, ResultFollowsTheChainOfRuns) {
  HistoryEvent continued;
  continued.mutable_workflow_execution_continued_as_new_event_attributes()->set_new_execution_run_id("run-2");
  HistoryEvent timed_out;
  timed_out.mutable_workflow_execution_timed_out_event_attributes()->set_new_execution_run_id("run-4");
  close_with(
      {HistoryEvent(), continued, failed("try again", "run-3"), timed_out, completed("7", "run-5"), completed("8")});
  EXPECT_EQ(handle().result(), 8);
  EXPECT_EQ(asked_runs_, (std::vector<std::string>{"run-1", "run-1", "run-2", "run-3", "run-4", "run-5"}));
  EXPECT_EQ(unlocked_, 1);
  EXPECT_EQ(locked_, 1);
}

TEST_F(ClientTest, ResultOfOneRunOnly) {
  close_with({completed("7", "run-2")});
  EXPECT_EQ(handle().result({.follow_runs = false}), 7);
  asked_runs_.clear();
  HistoryEvent continued;
  continued.mutable_workflow_execution_continued_as_new_event_attributes()->set_new_execution_run_id("run-2");
  close_with({continued});
  try {
    handle().result({.follow_runs = false});
    FAIL() << "no exception";
  } catch (const WorkflowContinuedAsNewError& error) {
    EXPECT_EQ(error.new_run_id(), "run-2");
  }
}

TEST_F(ClientTest, FailureComesWithItsCauses) {
  close_with({failed("it broke")});
  try {
    handle().result();
    FAIL() << "no exception";
  } catch (const WorkflowFailureError& error) {
    const auto* cause = dynamic_cast<const ApplicationError*>(error.cause().get());
    ASSERT_NE(cause, nullptr);
    EXPECT_EQ(cause->type(), "Broken");
    const auto* deeper = dynamic_cast<const TimeoutError*>(cause->cause().get());
    ASSERT_NE(deeper, nullptr);
    EXPECT_EQ(deeper->type(), TimeoutType::heartbeat);
  }
  EXPECT_EQ(locked_, 1) << "time stays unlocked after a failure";
}

template <class Cause>
void expect_cause(const std::function<void()>& act) {
  try {
    act();
    FAIL() << "no exception";
  } catch (const WorkflowFailureError& error) {
    EXPECT_NE(dynamic_cast<const Cause*>(error.cause().get()), nullptr);
  }
}

TEST_F(ClientTest, OtherEndsAreFailuresToo) {
  HistoryEvent canceled;
  canceled.mutable_workflow_execution_canceled_event_attributes();
  HistoryEvent terminated;
  terminated.mutable_workflow_execution_terminated_event_attributes()->set_reason("enough");
  HistoryEvent timed_out;
  timed_out.mutable_workflow_execution_timed_out_event_attributes();
  close_with({canceled, terminated, timed_out});
  expect_cause<CancelledError>([&] { handle().result(); });
  expect_cause<TerminatedError>([&] { handle().result(); });
  expect_cause<TimeoutError>([&] { handle().result(); });
}

TEST_F(ClientTest, SignalsByTheNameInDefine) {
  std::optional<ws::SignalWorkflowExecutionRequest> sent;
  fake_->on<ws::SignalWorkflowExecutionRequest, ws::SignalWorkflowExecutionResponse>("SignalWorkflowExecution",
                                                                                     [&](auto& request, auto&) {
                                                                                       sent = request;
                                                                                       return Status();
                                                                                     });
  handle().signal<&Shop::change>("pen");
  ASSERT_TRUE(sent.has_value());
  EXPECT_EQ(sent->signal_name(), "change-order");
  EXPECT_EQ(input(sent->input()), R"({"item":"pen"})");
  EXPECT_EQ(sent->workflow_execution().run_id(), "run-1");
  handle().signal("raw", 1, "x");
  EXPECT_EQ(sent->signal_name(), "raw");
  EXPECT_EQ(sent->input().payloads_size(), 2);
}

TEST_F(ClientTest, QueriesAndTheirRefusals) {
  std::optional<ws::QueryWorkflowRequest> sent;
  Status answer;
  int rejected_with = 0;
  fake_->on<ws::QueryWorkflowRequest, ws::QueryWorkflowResponse>("QueryWorkflow", [&](auto& request, auto& response) {
    sent = request;
    if (rejected_with != 0) {
      response.mutable_query_rejected()->set_status(
          static_cast<temporal::api::enums::v1::WorkflowExecutionStatus>(rejected_with));
    } else {
      *response.mutable_query_result() = completed("12").workflow_execution_completed_event_attributes().result();
    }
    return answer;
  });
  EXPECT_EQ(handle().query<&Shop::price>(3), 12);
  EXPECT_EQ(sent->query().query_type(), "price");
  EXPECT_EQ(input(sent->query().query_args()), "3");
  EXPECT_EQ(sent->query_reject_condition(), temporal::api::enums::v1::QUERY_REJECT_CONDITION_NONE);
  EXPECT_EQ(handle().query<int>("anything", 1, 2), 12);
  EXPECT_EQ(handle().query<&Shop::price>(3, QueryOptions{.reject_condition = QueryRejectCondition::not_open}), 12);
  EXPECT_EQ(sent->query_reject_condition(), temporal::api::enums::v1::QUERY_REJECT_CONDITION_NOT_OPEN);

  rejected_with = 4;
  try {
    handle().query<&Shop::price>(3);
    FAIL() << "no exception";
  } catch (const WorkflowQueryRejectedError& error) {
    EXPECT_EQ(error.status(), WorkflowExecutionStatus::canceled);
  }
  ed::QueryFailedFailure detail;
  detail.mutable_failure()->set_message("unknown query");
  detail.mutable_failure()->mutable_application_failure_info();
  answer = with_detail(3, "unknown query", detail);
  try {
    handle().query<&Shop::price>(3);
    FAIL() << "no exception";
  } catch (const WorkflowQueryFailedError& error) {
    EXPECT_EQ(std::string(error.what()), "unknown query");
    EXPECT_NE(error.cause(), nullptr);
  }
  answer = Status{5, "no such workflow", ""};
  EXPECT_THROW(handle().query<&Shop::price>(3), RPCError);
}

TEST_F(ClientTest, CancelAndTerminateKeepToTheChain) {
  std::optional<ws::RequestCancelWorkflowExecutionRequest> cancel;
  std::optional<ws::TerminateWorkflowExecutionRequest> terminate;
  fake_->on<ws::StartWorkflowExecutionRequest, ws::StartWorkflowExecutionResponse>("StartWorkflowExecution",
                                                                                   [&](auto&, auto& response) {
                                                                                     response.set_run_id("run-1");
                                                                                     return Status();
                                                                                   });
  fake_->on<ws::RequestCancelWorkflowExecutionRequest, ws::RequestCancelWorkflowExecutionResponse>(
      "RequestCancelWorkflowExecution", [&](auto& request, auto&) {
        cancel = request;
        return Status();
      });
  fake_->on<ws::TerminateWorkflowExecutionRequest, ws::TerminateWorkflowExecutionResponse>("TerminateWorkflowExecution",
                                                                                           [&](auto& request, auto&) {
                                                                                             terminate = request;
                                                                                             return Status();
                                                                                           });
  auto started = client_.start_workflow<&Shop::run>("book", 1, {.id = "s1", .task_queue = "q"});
  started.cancel();
  EXPECT_EQ(cancel->workflow_execution().run_id(), "");
  EXPECT_EQ(cancel->first_execution_run_id(), "run-1");
  started.terminate("enough", to_payloads("detail"));
  EXPECT_EQ(terminate->reason(), "enough");
  EXPECT_EQ(input(terminate->details()), R"("detail")");
  EXPECT_EQ(terminate->first_execution_run_id(), "run-1");
}

TEST_F(ClientTest, FetchHistoryTakesAllPagesOfOneRun) {
  fake_->on<ws::GetWorkflowExecutionHistoryRequest, ws::GetWorkflowExecutionHistoryResponse>(
      "GetWorkflowExecutionHistory", [&](auto& request, auto& response) {
        EXPECT_EQ(request.execution().run_id(), "run-1");
        const int page = request.next_page_token().empty() ? 0 : std::stoi(request.next_page_token());
        if (page != 1) response.mutable_history()->add_events()->set_event_id(page + 1);  // page 1 is empty
        if (page < 2) response.set_next_page_token(std::to_string(page + 1));
        return Status();
      });
  const WorkflowHistory history = handle().fetch_history();
  EXPECT_EQ(history.size(), 2u);
  EXPECT_EQ(history.workflow_id(), "s1");
  EXPECT_EQ(history.run_id(), "run-1");
  EXPECT_NE(history.to_json().find(R"("eventId": "3")"), std::string::npos) << history.to_json();
}

TEST_F(ClientTest, WaitingInACallbackOfTheLoopIsRefused) {
  std::string message;
  bool is_done = false;
  loop_->post([&] {
    try {
      handle().result();
    } catch (const std::logic_error& error) {
      message = error.what();
    }
    EXPECT_THROW(handle().cancel(), std::logic_error);
    is_done = true;
  });
  loop_->pump_until([&] { return is_done; });
  EXPECT_NE(message.find("workflow code"), std::string::npos) << message;
  EXPECT_EQ(unlocked_, 0);
  EXPECT_TRUE(fake_->calls.empty());
}

TEST(Connection, IdsAreUuidsAndFollowTheSeed) {
  auto loop = std::make_shared<base::Loop>();
  auto fake = std::make_shared<rpc::FakeService>(loop);
  const auto make = [&](std::uint64_t seed) {
    return std::make_unique<Connection>(ConnectionOptions{.service = fake, .loop = loop, .seed = seed});
  };
  const std::string id = make(1)->new_id();
  EXPECT_EQ(id, make(1)->new_id());
  EXPECT_NE(id, make(2)->new_id());
  EXPECT_NE(make(0)->new_id(), make(0)->new_id());
  EXPECT_EQ(id.size(), 36u);
  EXPECT_EQ(id[14], '4');
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos) << id;
}

TEST(ClientConnect, SaysThatNothingAnswers) {
  try {
    Client::connect("127.0.0.1:1", {.connect_timeout = 50ms});
    FAIL() << "no exception";
  } catch (const RPCError& error) {
    EXPECT_EQ(error.status(), RPCStatusCode::unavailable);
    EXPECT_NE(std::string(error.what()).find("no Temporal service answers at 127.0.0.1:1"), std::string::npos)
        << error.what();
  }
  EXPECT_THROW(Client::connect("nonsense"), std::invalid_argument);
}

}  // namespace
}  // namespace temporalio::client
