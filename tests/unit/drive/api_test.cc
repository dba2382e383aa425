// The public Replayer: what its calls answer and in which order.
#include "temporalio/replayer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "fixtures/workflows/loops.h"
#include "temporal/api/history/v1/message.pb.h"
#include "tests/bench/loop_history.h"

namespace temporalio::replayer {
namespace {

using temporal::api::history::v1::History;
using testing::HasSubstr;

History timer_history(int iterations, int argument) {
  History history;
  bench::fill_loop_history(bench::Loop::timer, iterations, bench::Ids::core, history);
  auto& started = *history.mutable_events(0)->mutable_workflow_execution_started_event_attributes();
  started.mutable_input()->mutable_payloads(0)->set_data(std::to_string(argument));
  return history;
}

class ReplayerTest : public testing::Test {
 protected:
  ReplayerTest() { replayer_.add_workflow<fixtures::TimerLoop>().add_workflow<fixtures::TimerLoop>(); }

  std::string write(const std::string& name, const History& history) {
    std::filesystem::path path = std::filesystem::path(testing::TempDir()) / ("replayer_api_" + name);
    std::ofstream(path, std::ios::binary) << bench::to_json(history);
    return path.string();
  }

  Replayer replayer_;
};

TEST_F(ReplayerTest, PassesAndDiverges) {
  const ReplayResult good = replayer_.replay_json(bench::to_json(timer_history(3, 3)), "good");
  EXPECT_TRUE(good.has_passed()) << good.report();
  EXPECT_EQ(good.exit_code(), 0);
  EXPECT_EQ(good.event_count, 20);
  EXPECT_EQ(good.workflow_type, "TimerLoop");
  EXPECT_EQ(good.workflow_id, "loop");
  EXPECT_EQ(good.report(), "PASS  good  TimerLoop  (20 events)\n");

  const ReplayResult bad = replayer_.replay_json(bench::to_json(timer_history(3, 2)), "bad");
  EXPECT_EQ(bad.verdict, Verdict::nondeterminism);
  EXPECT_EQ(bad.exit_code(), 1);
  EXPECT_EQ(bad.divergence.event_id, 15);
  EXPECT_EQ(bad.divergence.event_type, "TimerStarted");
  EXPECT_EQ(bad.divergence.workflow_task, 3);
  EXPECT_EQ(bad.context.size(), 7u);
  EXPECT_THAT(bad.report(), HasSubstr("event 15 (TimerStarted)"));
}

TEST_F(ReplayerTest, AClientsHistory) {
  const WorkflowHistory history("my-id", "my-run", std::make_shared<History>(timer_history(3, 3)));
  const ReplayResult result = replayer_.replay_history(history);
  EXPECT_TRUE(result.has_passed()) << result.report();
  EXPECT_EQ(result.name, "my-id");
  EXPECT_EQ(result.run_id, "my-run");
  EXPECT_TRUE(replayer_.replay_json(history.to_json(), "json").has_passed());
  EXPECT_TRUE(replayer_.replay_json(history.to_binary(), "binary").has_passed());
}

TEST_F(ReplayerTest, FilesInTheOrderGivenAlsoTheSameTwice) {
  const std::string good = write("good.json", timer_history(2, 2)), bad = write("bad.json", timer_history(2, 5));
  const auto results = replayer_.replay_files({good, bad, "/missing.json", good});
  ASSERT_EQ(results.size(), 4u);
  EXPECT_EQ(results[0].verdict, Verdict::passed);
  EXPECT_EQ(results[1].verdict, Verdict::nondeterminism);
  EXPECT_EQ(results[2].verdict, Verdict::bad_input);
  EXPECT_EQ(results[3].verdict, Verdict::passed);
  EXPECT_EQ(results[1].name, bad);
  EXPECT_EQ(exit_code(results), 2);
  EXPECT_EQ(replayer_.replay_files({good, bad, good}, {.fail_fast = true}).size(), 2u);
  EXPECT_EQ(exit_code({}), 0);
}

TEST_F(ReplayerTest, OfSeveralInAFileTheMostSerious) {
  const std::string good = bench::to_json(timer_history(2, 2)), bad = bench::to_json(timer_history(2, 5));
  const ReplayResult result = replayer_.replay_json("[" + good + "," + bad + "," + bad + "]", "three");
  EXPECT_EQ(result.verdict, Verdict::nondeterminism);
  EXPECT_EQ(result.name, "three[1]");
}

TEST_F(ReplayerTest, UnreadableAndUnknown) {
  EXPECT_EQ(replayer_.replay_file("/missing.json").exit_code(), 2);
  EXPECT_THAT(replayer_.replay_json("{", "text").message, HasSubstr("text:1:2"));
  History other = timer_history(1, 1);
  other.mutable_events(0)->mutable_workflow_execution_started_event_attributes()->mutable_workflow_type()->set_name(
      "Other");
  const ReplayResult result = replayer_.replay_json(bench::to_json(other), "other");
  EXPECT_EQ(result.verdict, Verdict::not_registered);
  EXPECT_EQ(result.exit_code(), 3);
}

}  // namespace
}  // namespace temporalio::replayer
