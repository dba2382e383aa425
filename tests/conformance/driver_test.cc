// The parts of the driver that could make a conformance test pass when it should not: shorthand, comparison, and the
// list of justified differences.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "temporal/api/history/v1/message.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "tests/conformance/differences.h"
#include "tests/conformance/rendering.h"
#include "tests/conformance/request.h"
#include "tests/conformance/scenario.h"
#include "tests/conformance/shorthand.h"

namespace conformance {
namespace {

namespace service = temporal::api::workflowservice::v1;

class ConformanceDriver : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }

  template <class Request>
  Request build(const Step& step) {
    const std::string unique = "-u";
    const std::string name_space = "default";
    const RequestContext context{kept_, unique, [] { return std::string("request"); }, name_space, false};
    const auto request = build_request(step, context);
    return dynamic_cast<const Request&>(*request);
  }

  Kept kept_;
  std::filesystem::path folder_;
};

TEST_F(ConformanceDriver, ScriptBecomesSteps) {
  const Scenario scenario =
      parse_scenario(file("s.txt",
                          "# title\ngrid: 1m\nlater q = query w1 query { query_type: \"x\" } -> NOT_FOUND\n"
                          "complete\n  START_TIMER { timer_id: \"1\" }\n"));
  ASSERT_EQ(scenario.steps.size(), 2U);
  EXPECT_EQ(scenario.grid_ms, 60000);
  EXPECT_TRUE(scenario.steps[0].in_background);
  EXPECT_EQ(scenario.steps[0].result_name, "q");
  EXPECT_EQ(scenario.steps[0].verb, "query");
  EXPECT_EQ(scenario.steps[0].target, "w1");
  EXPECT_EQ(scenario.steps[0].expected, "NOT_FOUND");
  EXPECT_EQ(scenario.steps[1].body, "\nSTART_TIMER { timer_id: \"1\" }\n");
}

TEST_F(ConformanceDriver, FirstFieldIsNoTarget) {
  const Scenario scenario = parse_scenario(file("s.txt", "complete task_token: \"x\"\n"));
  EXPECT_EQ(scenario.steps[0].target, "");
}

TEST_F(ConformanceDriver, CommandsDurationsAndPayloadsExpand) {
  kept_["task"] = std::make_shared<service::PollWorkflowTaskQueueResponse>();
  Step step;
  step.verb = "complete";
  step.body =
      "\nSTART_TIMER { timer_id: \"1\" start_to_fire_timeout: 1500ms }\nCANCEL_TIMER\n"
      "COMPLETE_WORKFLOW_EXECUTION { result: payloads[[1, 2], \"a,b\"] }\n";
  const auto request = build<service::RespondWorkflowTaskCompletedRequest>(step);
  ASSERT_EQ(request.commands_size(), 3);
  const auto& timer = request.commands(0).start_timer_command_attributes().start_to_fire_timeout();
  EXPECT_EQ(timer.seconds(), 1);
  EXPECT_EQ(timer.nanos(), 500000000);
  EXPECT_FALSE(request.commands(1).has_cancel_timer_command_attributes());
  const auto& result = request.commands(2).complete_workflow_execution_command_attributes().result();
  ASSERT_EQ(result.payloads_size(), 2);
  EXPECT_EQ(result.payloads(0).data(), "[1,2]");
  EXPECT_EQ(result.payloads(1).data(), "\"a,b\"");
  EXPECT_EQ(request.identity(), "worker");
}

TEST_F(ConformanceDriver, KeptResponsesCanBeReferredTo) {
  auto first = std::make_shared<service::StartWorkflowExecutionResponse>();
  first->set_run_id("run \"7\"");
  kept_["first"] = first;
  Step step;
  step.verb = "signal";
  step.target = "w1";
  step.body = "workflow_execution { run_id: $first.run_id }";
  const auto request = build<service::SignalWorkflowExecutionRequest>(step);
  EXPECT_EQ(request.workflow_execution().run_id(), "run \"7\"");
  EXPECT_EQ(request.workflow_execution().workflow_id(), "w1-u");
  EXPECT_EQ(request.request_id(), "request");
  step.body = "workflow_execution { run_id: $first.no_such_field }";
  EXPECT_THROW(build<service::SignalWorkflowExecutionRequest>(step), std::runtime_error);
  step.body = "no_such_field: 1";
  EXPECT_THROW(build<service::SignalWorkflowExecutionRequest>(step), std::runtime_error);
}

TEST_F(ConformanceDriver, RenderingNamesIdsAndCountsTimeFromTheStart) {
  temporal::api::history::v1::HistoryEvent event;
  event.set_event_id(7);
  event.set_event_type(temporal::api::enums::v1::EVENT_TYPE_TIMER_FIRED);
  event.mutable_event_time()->set_seconds(1000 + 3600);
  event.set_task_id(99);
  event.mutable_timer_fired_event_attributes()->set_timer_id("a-u");
  event.mutable_timer_fired_event_attributes()->set_started_event_id(5);
  Rendering rendering("-u", 60000);
  rendering.set_base_time(1000LL * 1000000000);
  EXPECT_EQ(rendering.event(event, 0), "7 TIMER_FIRED @1h\n    timer_id: \"a\"\n    started_event_id: 5\n");
  rendering.hide_events("run", {6});
  rendering.set_run("run");
  EXPECT_EQ(rendering.event(event, 0), "6 TIMER_FIRED @1h\n    timer_id: \"a\"\n    started_event_id: 5\n");
}

TEST_F(ConformanceDriver, UnlistedDifferenceIsReported) {
  const auto found = compare("> start\n  a\n  b\n", "> start\n  a\n  c\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(unjustified(found, {}), "  in: start\n  -  b\n  +  c\n");
}

TEST_F(ConformanceDriver, ListedDifferencePassesAndMustOccur) {
  auto list = read_differences(file("d.md", "# Title\n\n## one\n\nBecause.\n\n```diff\n-  b\n+  c\n```\n"));
  ASSERT_EQ(list["one"].size(), 1U);
  EXPECT_EQ(unjustified(compare("  a\n  b\n", "  a\n  c\n"), list["one"]), "");
  EXPECT_NE(unjustified(compare("  a\n  b\n", "  a\n  b\n"), list["one"]), "");
  EXPECT_NE(unjustified(compare("  a\n  b\n", "  a\n  d\n"), list["one"]), "");
}

TEST_F(ConformanceDriver, DifferenceWithoutReasonIsRefused) {
  EXPECT_THROW(read_differences(file("d.md", "## one\n```diff\n-  b\n```\n")), std::runtime_error);
}

}  // namespace
}  // namespace conformance
