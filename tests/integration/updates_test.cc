// Updates: handlers, validators, answers, order, and that what they record replays.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "temporalio/log.h"
#include "temporalio/replayer.h"
#include "temporalio/worker.h"
#include "temporalio/workflow.h"
#include "tests/integration/service_under_test.h"

using namespace std::chrono_literals;
using namespace temporalio;
using workflow::Task;

namespace {

int twice(int n) { return 2 * n; }

class Counter {
 public:
  static void define(workflow::Definer<Counter> d) {
    d.run<&Counter::run>();
    d.signal<&Counter::stop>();
    d.signal<&Counter::note>();
    d.query<&Counter::total>();
    d.update<&Counter::add>().validator<&Counter::check_add>();
    d.update<&Counter::add_twice>();
    d.update<&Counter::reset>();
    d.update<&Counter::fail>();
    d.update<&Counter::who>();
    d.update<&Counter::add_and_stop>();
  }
  Task<std::vector<std::string>> run() {
    co_await workflow::wait_condition([this] { return stopped_; });
    co_await workflow::wait_condition(workflow::all_handlers_finished);
    co_return log_;
  }
  int add(int n) {
    log_.push_back("add " + std::to_string(n));
    return total_ += n;
  }
  void check_add(int n) const {
    if (n < 0) throw ApplicationError("negative: " + std::to_string(n), {.type = "Negative"});
    if (n == 1000) (void)workflow::sleep(1s);  // a validator may only read: this throws
  }
  Task<int> add_twice(int n) {
    const int result = co_await workflow::execute_activity<&twice>(n, {.start_to_close_timeout = 10s});
    log_.push_back("twice " + std::to_string(n));
    total_ += result;
    co_return total_;
  }
  void reset() { total_ = 0; }
  Task<> fail(std::string why) {
    co_await workflow::sleep(10ms);
    throw ApplicationError(why, {.type = "Failed", .non_retryable = true});
  }
  std::string who() { return workflow::current_update_info()->id + " " + workflow::current_update_info()->name; }
  Task<int> add_and_stop(int n) {
    stopped_ = true;
    total_ += n;
    co_await workflow::sleep(10ms);
    co_return total_;
  }
  void stop() { stopped_ = true; }
  void note(std::string text) { log_.push_back(text); }
  int total() const { return total_; }

 private:
  bool stopped_ = false;
  int total_ = 0;
  std::vector<std::string> log_;
};

// Sets its handlers itself.
class SetsHandlers {
 public:
  static void define(workflow::Definer<SetsHandlers> d) { d.run<&SetsHandlers::run>(); }
  Task<int> run() {
    workflow::set_update_handler<int>(
        "add", [this](int n) -> Task<int> { return add(n); },
        [](int n) {
          if (n > 9) throw ApplicationError("too much");
        });
    workflow::set_update_handler<>("done", [this] { done_ = true; });
    co_await workflow::wait_condition([this] { return done_; });
    co_return total_;
  }

 private:
  Task<int> add(int n) {
    co_await workflow::sleep(10ms);
    co_return total_ += n;
  }
  bool done_ = false;
  int total_ = 0;
};

class Updates : public ::testing::Test {
 protected:
  void SetUp() override {
    queue_ = service_.unique("updates");
    worker_ = std::make_unique<worker::Worker>(service_.client(), worker::WorkerOptions{.task_queue = queue_});
    worker_->add_workflow<Counter>();
    worker_->add_workflow<SetsHandlers>();
    worker_->add_activity<&twice>();
    if (!service_.skips_time()) worker_->start();
  }
  template <auto kRun>
  auto start() {
    id_ = service_.unique(::testing::UnitTest::GetInstance()->current_test_info()->name());
    return service_.client().start_workflow<kRun>({.id = id_, .task_queue = queue_});
  }
  void replay() {
    replayer::Replayer replayer;
    replayer.add_workflow<Counter>();
    replayer.add_workflow<SetsHandlers>();
    const auto replayed = replayer.replay_history(service_.client().get_workflow_handle(id_).fetch_history());
    EXPECT_TRUE(replayed.has_passed()) << replayed.report();
  }

  tests::ServiceUnderTest service_;
  std::string queue_;
  std::string id_;
  std::unique_ptr<worker::Worker> worker_;
};

TEST_F(Updates, PlainAndCoroutineHandlersAnswer) {
  auto handle = start<&Counter::run>();
  EXPECT_EQ(handle.execute_update<&Counter::add>(3), 3);
  EXPECT_EQ(handle.execute_update<&Counter::add_twice>(4), 11);
  handle.execute_update<&Counter::reset>();
  EXPECT_EQ(handle.query<&Counter::total>(), 0);
  handle.signal<&Counter::stop>();
  EXPECT_THAT(handle.result(), ::testing::ElementsAre("add 3", "twice 4"));
  replay();
}

TEST_F(Updates, AValidatorRejectsAndLeavesNoEvent) {
  auto handle = start<&Counter::run>();
  EXPECT_EQ(handle.execute_update<&Counter::add>(1), 1);
  try {
    handle.execute_update<&Counter::add>(-4711);
    FAIL() << "it was accepted";
  } catch (const WorkflowUpdateFailedError& error) {
    ASSERT_NE(error.cause(), nullptr);
    EXPECT_STREQ(error.cause()->what(), "negative: -4711");
    EXPECT_EQ(dynamic_cast<const ApplicationError&>(*error.cause()).type(), "Negative");
  }
  EXPECT_THROW(handle.execute_update<&Counter::add>(1000), WorkflowUpdateFailedError);
  EXPECT_EQ(handle.execute_update<&Counter::add>(2), 3);
  handle.signal<&Counter::stop>();
  handle.result();
  EXPECT_EQ(handle.fetch_history().to_json().find("-4711"), std::string::npos);
  replay();
}

TEST_F(Updates, AHandlerThatFailsFailsTheUpdateAlone) {
  auto handle = start<&Counter::run>();
  auto update = handle.start_update<&Counter::fail>("no stock", client::UpdateOptions{.id = "u1"});
  EXPECT_EQ(update.id(), "u1");
  try {
    update.result();
    FAIL() << "it has not failed";
  } catch (const WorkflowUpdateFailedError& error) {
    ASSERT_NE(error.cause(), nullptr);
    EXPECT_STREQ(error.cause()->what(), "no stock");
  }
  EXPECT_EQ(handle.execute_update<&Counter::add>(1), 1);
  handle.signal<&Counter::stop>();
  handle.result();
  replay();
}

TEST_F(Updates, TheSameIdFindsTheSameUpdate) {
  auto handle = start<&Counter::run>();
  EXPECT_EQ(handle.execute_update<&Counter::add>(5, client::UpdateOptions{.id = "once"}), 5);
  EXPECT_EQ(handle.execute_update<&Counter::add>(5, client::UpdateOptions{.id = "once"}), 5);
  EXPECT_EQ(handle.get_update_handle<int>("once").result(), 5);
  EXPECT_EQ(handle.execute_update<&Counter::who>(client::UpdateOptions{.id = "mine"}), "mine who");
  handle.signal<&Counter::stop>();
  EXPECT_THAT(handle.result(), ::testing::ElementsAre("add 5"));
  replay();
}

TEST_F(Updates, AnUnknownUpdateIsRejectedWithTheKnownNames) {
  auto handle = start<&Counter::run>();
  try {
    handle.execute_update("subtract", 1);
    FAIL() << "it was accepted";
  } catch (const WorkflowUpdateFailedError& error) {
    ASSERT_NE(error.cause(), nullptr);
    EXPECT_THAT(error.cause()->what(),
                ::testing::HasSubstr("known updates: [add add_and_stop add_twice fail reset who]"));
  }
  EXPECT_THROW(handle.execute_update("add", std::string("many")), WorkflowUpdateFailedError);
  handle.signal<&Counter::stop>();
  handle.result();
  replay();
}

TEST_F(Updates, SignalsAndUpdatesKeepTheirOrderAndRunWaitsForHandlers) {
  auto handle = start<&Counter::run>();
  handle.signal<&Counter::note>("before");
  EXPECT_EQ(handle.execute_update<&Counter::add>(1), 1);
  handle.signal<&Counter::note>("after");
  EXPECT_EQ(handle.execute_update<&Counter::add_and_stop>(2), 3);
  EXPECT_THAT(handle.result(), ::testing::ElementsAre("before", "add 1", "after"));
  replay();
}

TEST_F(Updates, HandlersThatRunSetsTakeTheFirstRequestToo) {
  auto handle = start<&SetsHandlers::run>();
  EXPECT_EQ((handle.execute_update<int>("add", 4)), 4);
  EXPECT_THROW((handle.execute_update<int>("add", 40)), WorkflowUpdateFailedError);
  EXPECT_EQ((handle.execute_update<int>("add", 5)), 9);
  handle.execute_update("done");
  EXPECT_EQ(handle.result(), 9);
  replay();
}

TEST_F(Updates, AClosedWorkflowRefusesUpdates) {
  auto handle = start<&Counter::run>();
  handle.signal<&Counter::stop>();
  handle.result();
  EXPECT_THROW(handle.execute_update<&Counter::add>(1), RPCError);
  EXPECT_THROW(handle.start_update<&Counter::add>(
                   1, client::UpdateOptions{.wait_for_stage = client::WorkflowUpdateStage::admitted}),
               std::invalid_argument);
}

// What the SDK's log gets while it lives.
class CapturedLog {
 public:
  CapturedLog() {
    set_log_sink([this](LogLevel, std::string_view message) {
      const std::lock_guard lock(mutex_);
      text_.append(message).append("\n");
    });
  }
  ~CapturedLog() { set_log_sink({}); }
  std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;  // guards: text_
  std::string text_;
};

// Ends while the handler of an update waits.
class LeavesHandlers {
 public:
  static void define(workflow::Definer<LeavesHandlers> d) {
    d.run<&LeavesHandlers::run>();
    d.signal<&LeavesHandlers::stop>();
    d.update<&LeavesHandlers::slow>();
    d.update<&LeavesHandlers::slow>("quiet", {.unfinished_policy = workflow::HandlerUnfinishedPolicy::abandon});
  }
  Task<> run() {
    co_await workflow::wait_condition([this] { return stopped_; });
  }
  void stop() { stopped_ = true; }
  // Time is skipped while a client waits for an update: a timer might end the handler.
  Task<> slow() {
    co_await workflow::wait_condition([] { return false; });
  }

 private:
  bool stopped_ = false;
};

TEST_F(Updates, HandlersThatAreAbandonedAndSignalsThatNobodyHandlesAreLogged) {
  worker_->shutdown();
  worker_ = std::make_unique<worker::Worker>(service_.client(), worker::WorkerOptions{.task_queue = queue_});
  worker_->add_workflow<LeavesHandlers>();
  if (!service_.skips_time()) worker_->start();
  const CapturedLog log;
  auto handle = start<&LeavesHandlers::run>();
  handle.start_update<&LeavesHandlers::slow>(client::UpdateOptions{.id = "left"});
  handle.start_update("quiet", client::UpdateOptions{});
  handle.client::UntypedWorkflowHandle::signal("stpo", 3);
  handle.signal<&LeavesHandlers::stop>();
  handle.result();
  EXPECT_THAT(log.text(), ::testing::HasSubstr("[TMPRL1102]"));
  EXPECT_THAT(log.text(), ::testing::HasSubstr("update \"slow\" (id left)"));
  EXPECT_THAT(log.text(), ::testing::Not(::testing::HasSubstr("\"quiet\"")));
  EXPECT_THAT(log.text(), ::testing::HasSubstr("signals that nothing has handled: \"stpo\"; it handles: \"stop\""));
}

TEST_F(Updates, AWaitHasAnEnd) {
  const std::string id = service_.unique("nobody-serves");
  auto handle = service_.client().start_workflow<&Counter::run>({.id = id, .task_queue = "nobody-serves-this"});
  EXPECT_THROW(handle.execute_update<&Counter::add>(1, client::UpdateOptions{.timeout = 50ms}),
               WorkflowUpdateRPCTimeoutOrCancelledError);
  handle.terminate();
}

}  // namespace
