// What crosses between a worker and the processes of its pool: frames, pieces, info, reasons.
#include "sdk/src/activity/process_channel.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "sdk/src/activity/cancellation_reasons.h"
#include "sdk/src/activity/info.h"
#include "sdk/src/activity/process_pool.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "temporalio/activity.h"
#include "temporalio/process_pool.h"

namespace temporalio::activity {
namespace {

using namespace std::chrono_literals;

class ProcessChannel : public ::testing::Test {
 protected:
  ProcessChannel() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_), 0); }
  ~ProcessChannel() override {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }

  int ends_[2];
};

TEST_F(ProcessChannel, FramesLargerThanTheSocketsBufferArriveWhole) {
  const std::string body(3'000'000, 'x');
  std::thread sender([&] { EXPECT_TRUE(send_frame(ends_[0], FrameKind::heartbeat, body)); });
  const std::optional<Frame> frame = receive_frame(ends_[1]);
  sender.join();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->kind, FrameKind::heartbeat);
  EXPECT_EQ(frame->body, body);
}

TEST_F(ProcessChannel, TheEndOfTheOtherSideIsNoFrame) {
  ASSERT_TRUE(send_frame(ends_[0], FrameKind::shutdown, ""));
  ::shutdown(ends_[0], SHUT_WR);
  EXPECT_TRUE(receive_frame(ends_[1]));
  EXPECT_FALSE(receive_frame(ends_[1]));
}

TEST_F(ProcessChannel, AFrameCutOffOrOfAbsurdLengthIsNone) {
  ASSERT_EQ(::send(ends_[0], "H\xff\xff\xff\xff", 5, 0), 5);
  EXPECT_FALSE(receive_frame(ends_[1]));
  ASSERT_EQ(::send(ends_[1],
                   "H\x05\x00\x00\x00"
                   "ab",
                   7, 0),
            7);
  ::shutdown(ends_[1], SHUT_WR);
  EXPECT_FALSE(receive_frame(ends_[0]));
}

TEST_F(ProcessChannel, SendingToNobodyFailsWithoutASignal) {
  ::shutdown(ends_[1], SHUT_RDWR);
  EXPECT_FALSE(send_frame(ends_[0], FrameKind::task, "x"));
}

TEST(ProcessPieces, ComeApartAsTheyWereJoined) {
  const std::string zero("a\0b", 3);
  EXPECT_EQ(split_pieces(join_pieces({"key", "", zero})), (std::vector<std::string>{"key", "", zero}));
  EXPECT_TRUE(split_pieces("").empty());
  EXPECT_TRUE(split_pieces("abc").empty());
  EXPECT_TRUE(split_pieces(join_pieces({"key"}).substr(0, 6)).empty());
}

TEST(ProcessPieces, ReasonsComeBackEachByItself) {
  for (const auto& [letter, reason] : kReasonLetters) {
    CancellationDetails details;
    details.*reason = true;
    const CancellationDetails back = decode_reasons(encode_reasons(details));
    for (const auto& [other_letter, other] : kReasonLetters) EXPECT_EQ(back.*other, other_letter == letter) << letter;
  }
}

TEST(ProcessInfo, ComesBackWhole) {
  Info info;
  info.activity_id = "3";
  info.activity_type = "charge";
  info.activity_run_id = "activity-run";
  info.namespace_ = info.workflow_namespace = "shop";
  info.task_queue = "q";
  info.task_token = std::string("t\0k", 3);
  info.workflow_id = "w";
  info.workflow_run_id = "r";
  info.workflow_type = "Order";
  info.attempt = 4;
  info.heartbeat_details = to_payloads(7, "rows");
  info.scheduled_time = SystemTime(1s);
  info.current_attempt_scheduled_time = SystemTime(2s);
  info.started_time = SystemTime(3s);
  info.schedule_to_close_timeout = 4s;
  info.start_to_close_timeout = 5s;
  info.priority.priority_key = 2;
  info.priority.fairness_key = "tenant";
  info.priority.fairness_weight = 0.5F;
  info.retry_policy.emplace();
  info.retry_policy->initial_interval = 6s;
  info.retry_policy->backoff_coefficient = 1.5;
  info.retry_policy->maximum_attempts = 9;
  info.retry_policy->non_retryable_error_types = {"Card"};

  temporal::api::workflowservice::v1::PollActivityTaskQueueResponse task;
  task_of(info, task);
  const Info back = info_of(task, "other", "q");
  EXPECT_EQ(back.activity_id, info.activity_id);
  EXPECT_EQ(back.activity_type, info.activity_type);
  EXPECT_EQ(back.activity_run_id, info.activity_run_id);
  EXPECT_EQ(back.namespace_, info.namespace_);
  EXPECT_EQ(back.workflow_namespace, info.workflow_namespace);
  EXPECT_EQ(back.task_queue, info.task_queue);
  EXPECT_EQ(back.task_token, info.task_token);
  EXPECT_EQ(back.workflow_id, info.workflow_id);
  EXPECT_EQ(back.workflow_run_id, info.workflow_run_id);
  EXPECT_EQ(back.workflow_type, info.workflow_type);
  EXPECT_EQ(back.attempt, info.attempt);
  EXPECT_EQ(back.heartbeat_details, info.heartbeat_details);
  EXPECT_EQ(back.scheduled_time, info.scheduled_time);
  EXPECT_EQ(back.current_attempt_scheduled_time, info.current_attempt_scheduled_time);
  EXPECT_EQ(back.started_time, info.started_time);
  EXPECT_EQ(back.schedule_to_close_timeout, info.schedule_to_close_timeout);
  EXPECT_EQ(back.start_to_close_timeout, info.start_to_close_timeout);
  EXPECT_EQ(back.heartbeat_timeout, std::nullopt);
  EXPECT_EQ(back.priority.priority_key, info.priority.priority_key);
  EXPECT_EQ(back.priority.fairness_key, info.priority.fairness_key);
  EXPECT_EQ(back.priority.fairness_weight, info.priority.fairness_weight);
  ASSERT_TRUE(back.retry_policy);
  EXPECT_EQ(back.retry_policy->initial_interval, info.retry_policy->initial_interval);
  EXPECT_EQ(back.retry_policy->backoff_coefficient, info.retry_policy->backoff_coefficient);
  EXPECT_EQ(back.retry_policy->maximum_interval, std::nullopt);
  EXPECT_EQ(back.retry_policy->maximum_attempts, info.retry_policy->maximum_attempts);
  EXPECT_EQ(back.retry_policy->non_retryable_error_types, info.retry_policy->non_retryable_error_types);
}

// This program's main() does not call run_process_pool_child: its processes would run these tests.
TEST(ProcessPool, IsRefusedWhereMainDoesNotRunItsProcesses) { EXPECT_THROW(ProcessPoolExecutor(), std::logic_error); }

}  // namespace
}  // namespace temporalio::activity
