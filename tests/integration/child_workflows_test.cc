// Child and external workflows, on the in-process server; each run's history is replayed afterwards.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "temporalio/replayer.h"
#include "temporalio/testing.h"
#include "temporalio/worker.h"
#include "temporalio/workflow.h"

using namespace std::chrono_literals;
using namespace temporalio;
using client::WorkflowExecutionStatus;
using temporalio::testing::WorkflowEnvironment;
using workflow::ChildWorkflowCancellationType;
using workflow::Task;

namespace {

#define RUN(Class) \
  static void define(workflow::Definer<Class> d) { d.run<&Class::run>(); }

struct Doubles {
  RUN(Doubles)
  Task<int> run(int n) { co_return 2 * n; }
};
struct Refuses {
  RUN(Refuses)
  Task<int> run(std::string why) { throw ApplicationError(why, {.type = "Refused", .non_retryable = true}); }
};
struct FailsOnce {
  RUN(FailsOnce)
  Task<int> run() {
    const int attempt = workflow::info().attempt;
    if (attempt == 1) throw ApplicationError("not yet");
    co_return attempt;
  }
};
struct Sleeper {
  RUN(Sleeper)
  Task<std::string> run() {
    co_await workflow::sleep(24h);
    co_return "slept";
  }
};
// Takes an hour to stop.
struct SlowToStop {
  RUN(SlowToStop)
  Task<std::string> run() {
    std::string result = "slept";
    try {
      co_await workflow::sleep(24h);
    } catch (const CancelledError&) {
      result = "stopped";
    }
    co_await workflow::sleep(1h);
    co_return result;
  }
};
struct Collects {
  static void define(workflow::Definer<Collects> d) { d.run<&Collects::run>().signal<&Collects::add>(); }
  std::string text;
  void add(std::string part, int times) {
    for (int i = 0; i < times; ++i) text += part;
  }
  Task<std::string> run() {
    co_await workflow::wait_condition([this] { return text.size() >= 3; });
    co_return text;
  }
};

class ChildWorkflows : public ::testing::Test {
 protected:
  // Runs P as "parent" and gives its result; then replays what was recorded.
  template <class P>
  auto result_of() {
    start<P>();
    auto handle = env_.client().get_workflow_handle<&P::run>("parent");
    const auto result = handle.result();
    replay<P>();
    return result;
  }
  template <class P>
  void serve() {
    worker_ = std::make_unique<worker::Worker>(env_.client(), worker::WorkerOptions{.task_queue = "q"});
    worker_->add_workflow<P>();
    worker_->add_workflow<Doubles>();
    worker_->add_workflow<Refuses>();
    worker_->add_workflow<FailsOnce>();
    worker_->add_workflow<Sleeper>();
    worker_->add_workflow<SlowToStop>();
    worker_->add_workflow<Collects>();
  }
  template <class P>
  void start() {
    serve<P>();
    auto handle = env_.client().start_workflow<&P::run>({.id = "parent", .task_queue = "q"});
  }
  template <class P>
  void replay() {
    replayer::Replayer replayer;
    replayer.add_workflow<P>();
    const auto replayed = replayer.replay_history(env_.client().get_workflow_handle("parent").fetch_history());
    EXPECT_TRUE(replayed.has_passed()) << replayed.report();
  }
  WorkflowExecutionStatus status_of(const char* id) { return env_.client().get_workflow_handle(id).describe().status; }

  WorkflowEnvironment env_ = WorkflowEnvironment::start_time_skipping();
  std::unique_ptr<worker::Worker> worker_;
};

// ---- results and failures ----------------------------------------------------------------------------------------

struct Executes {
  RUN(Executes)
  Task<int> run() {
    const int first = co_await workflow::execute_child_workflow<&Doubles::run>(4);
    const int second = co_await workflow::execute_child_workflow_by_name<int>("Doubles", {.id = "named"}, 5);
    co_return first + second;
  }
};

TEST_F(ChildWorkflows, GiveTheirResult) {
  EXPECT_EQ(result_of<Executes>(), 18);
  EXPECT_EQ(status_of("named"), WorkflowExecutionStatus::completed);
}

struct StartsAndSignals {
  RUN(StartsAndSignals)
  Task<std::string> run() {
    auto child = co_await workflow::start_child_workflow<&Collects::run>({.id = "collects"});
    if (child.id() != "collects" || child.first_execution_run_id().size() != 36) co_return "no ids";
    co_await child.signal<&Collects::add>("a", 2);
    co_await child.signal("add", "b", 1);
    std::string result = co_await child;
    co_return result;
  }
};

TEST_F(ChildWorkflows, StartAndAreSignalledThroughTheirHandle) { EXPECT_EQ(result_of<StartsAndSignals>(), "aab"); }

struct SeesFailure {
  RUN(SeesFailure)
  Task<std::string> run() {
    std::string seen;
    try {
      const int n = co_await workflow::execute_child_workflow<&Refuses::run>("no", {.id = "refuses"});
      static_cast<void>(n);
    } catch (const ChildWorkflowError& error) {
      seen = error.message() + "|" + error.workflow_id() + "|" + error.workflow_type() + "|" + error.cause()->message();
    }
    co_return seen;
  }
};

TEST_F(ChildWorkflows, FailWithWhatTheyThrew) {
  EXPECT_EQ(result_of<SeesFailure>(), "Child Workflow execution failed|refuses|Refuses|no");
}

struct Retries {
  RUN(Retries)
  Task<int> run() {
    int attempt = co_await workflow::execute_child_workflow<&FailsOnce::run>(
        {.id = "retried", .retry_policy = RetryPolicy{.initial_interval = 1h}});
    co_return attempt;
  }
};

TEST_F(ChildWorkflows, AreTriedAgainByTheirRetryPolicy) { EXPECT_EQ(result_of<Retries>(), 2); }

struct TimesOut {
  RUN(TimesOut)
  Task<std::string> run() {
    std::string seen;
    try {
      const std::string text =
          co_await workflow::execute_child_workflow<&Sleeper::run>({.id = "late", .run_timeout = 1h});
      seen = text;
    } catch (const ChildWorkflowError& error) {
      seen = error.message();
      if (dynamic_cast<const TimeoutError*>(error.cause().get()) == nullptr) seen += ", of another cause";
    }
    co_return seen;
  }
};

TEST_F(ChildWorkflows, TimeOut) { EXPECT_EQ(result_of<TimesOut>(), "Child Workflow execution timed out"); }

struct StartsTwice {
  RUN(StartsTwice)
  Task<std::string> run() {
    auto first = co_await workflow::start_child_workflow<&Sleeper::run>({.id = "same"});
    std::string seen = "started twice";
    try {
      auto second = co_await workflow::start_child_workflow<&Sleeper::run>({.id = "same"});
    } catch (const WorkflowAlreadyStartedError& error) {
      seen = error.workflow_id() + " " + error.workflow_type();
    }
    co_return seen;
  }
};

TEST_F(ChildWorkflows, WithAnIdThatRunsAreAlreadyStarted) { EXPECT_EQ(result_of<StartsTwice>(), "same Sleeper"); }

// ---- cancellation ------------------------------------------------------------------------------------------------

template <ChildWorkflowCancellationType kType>
struct CancelsChild {
  static void define(workflow::Definer<CancelsChild> d) { d.name("CancelsChild").template run<&CancelsChild::run>(); }
  // Says what was seen, and after how many minutes.
  Task<std::string> run() {
    auto child = co_await workflow::start_child_workflow<&SlowToStop::run>({.id = "slow", .cancellation_type = kType});
    co_await workflow::sleep(1min);
    const auto before = workflow::now();
    child.cancel();
    std::string seen;
    try {
      const std::string result = co_await child;
      seen = result;
    } catch (const ChildWorkflowError& error) {
      seen = is_cancelled_exception(error) ? "cancelled" : error.message();
    }
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(workflow::now() - before).count();
    co_return seen + " after " + std::to_string(minutes);
  }
};

TEST_F(ChildWorkflows, CancelledMayBeWaitedForToTheEnd) {
  EXPECT_EQ(result_of<CancelsChild<ChildWorkflowCancellationType::wait_cancellation_completed>>(), "stopped after 60");
}
TEST_F(ChildWorkflows, CancelledMayBeLeftAtOnce) {
  EXPECT_EQ(result_of<CancelsChild<ChildWorkflowCancellationType::try_cancel>>(), "cancelled after 0");
}
TEST_F(ChildWorkflows, CancelledMayBeLeftOnceTheRequestWasPassedOn) {
  using Parent = CancelsChild<ChildWorkflowCancellationType::wait_cancellation_requested>;
  EXPECT_EQ(result_of<Parent>(), "cancelled after 0");
  const std::string history = env_.client().get_workflow_handle("parent").fetch_history().to_json();
  EXPECT_NE(history.find("EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED"), std::string::npos);
}
TEST_F(ChildWorkflows, CancelledMayBeAbandoned) {
  EXPECT_EQ(result_of<CancelsChild<ChildWorkflowCancellationType::abandon>>(), "cancelled after 0");
  const std::string history = env_.client().get_workflow_handle("parent").fetch_history().to_json();
  EXPECT_EQ(history.find("REQUEST_CANCEL_EXTERNAL"), std::string::npos);
}

struct CancelsUnsent {
  RUN(CancelsUnsent)
  Task<std::string> run() {
    auto starting = workflow::start_child_workflow<&Sleeper::run>({.id = "unsent"});
    starting.cancel();
    std::string seen;
    try {
      auto child = co_await starting;
    } catch (const ChildWorkflowError& error) {
      seen = error.message();
    }
    co_return seen;
  }
};

TEST_F(ChildWorkflows, CancelledBeforeTheyAreSentReachNobody) {
  EXPECT_EQ(result_of<CancelsUnsent>(), "Child Workflow execution cancelled before scheduled");
  const std::string history = env_.client().get_workflow_handle("parent").fetch_history().to_json();
  EXPECT_EQ(history.find("CHILD_WORKFLOW"), std::string::npos);
}

struct LimitsChild {
  RUN(LimitsChild)
  Task<std::string> run() {
    auto child = workflow::execute_child_workflow<&SlowToStop::run>({.id = "limited"});
    std::string seen;
    try {
      const std::string result = co_await workflow::with_timeout(child, 1min);
      seen = result;
    } catch (const TimeoutError&) {
      seen = "too late";
    }
    co_return seen;
  }
};

TEST_F(ChildWorkflows, MayBeGivenATimeLimit) { EXPECT_EQ(result_of<LimitsChild>(), "too late"); }

struct AwaitsSleeper {
  RUN(AwaitsSleeper)
  Task<std::string> run() {
    std::string result = co_await workflow::execute_child_workflow<&Sleeper::run>({.id = "sleeper"});
    co_return result;
  }
};

TEST_F(ChildWorkflows, AreCancelledWithTheirParent) {
  start<AwaitsSleeper>();
  env_.sleep(1min);
  auto parent = env_.client().get_workflow_handle<&AwaitsSleeper::run>("parent");
  parent.cancel();
  EXPECT_THROW(parent.result(), WorkflowFailureError);
  EXPECT_EQ(status_of("parent"), WorkflowExecutionStatus::canceled);
  EXPECT_EQ(status_of("sleeper"), WorkflowExecutionStatus::canceled);
  replay<AwaitsSleeper>();
}

// ---- parent close policies ---------------------------------------------------------------------------------------

struct ClosesFirst {
  RUN(ClosesFirst)
  Task<std::string> run() {
    using workflow::ParentClosePolicy;
    auto a = co_await workflow::start_child_workflow<&Sleeper::run>({.id = "terminated"});
    auto b = co_await workflow::start_child_workflow<&Sleeper::run>(
        {.id = "abandoned", .parent_close_policy = ParentClosePolicy::abandon});
    auto c = co_await workflow::start_child_workflow<&Sleeper::run>(
        {.id = "cancelled", .parent_close_policy = ParentClosePolicy::request_cancel});
    co_return "closed";
  }
};

TEST_F(ChildWorkflows, GoByTheParentClosePolicy) {
  EXPECT_EQ(result_of<ClosesFirst>(), "closed");
  EXPECT_EQ(env_.client().get_workflow_handle<std::string>("abandoned").result(), "slept");
  EXPECT_EQ(status_of("terminated"), WorkflowExecutionStatus::terminated);
  EXPECT_EQ(status_of("cancelled"), WorkflowExecutionStatus::canceled);
}

// ---- external workflows ------------------------------------------------------------------------------------------

struct ActsOnOthers {
  RUN(ActsOnOthers)
  Task<std::string> run() {
    const auto collects = workflow::get_external_workflow_handle_for<Collects>("collects");
    co_await collects.signal<&Collects::add>("x", 3);
    const auto sleeper = workflow::get_external_workflow_handle("sleeper");
    co_await sleeper.cancel("not needed");
    std::string seen;
    const auto nobody = workflow::get_external_workflow_handle("nobody");
    try {
      co_await nobody.signal("add");
    } catch (const ApplicationError& error) {
      seen = error.message() + " (" + error.type() + ")";
    }
    try {
      co_await nobody.cancel();
    } catch (const ApplicationError& error) {
      seen += "; " + error.message();
    }
    auto unsent = nobody.signal("add");
    unsent.cancel();
    const auto result = co_await workflow::as_result(unsent);
    if (!result.has_value()) seen += "; unsent";
    co_return seen;
  }
};

TEST_F(ChildWorkflows, ExternalWorkflowsAreSignalledAndCancelled) {
  serve<ActsOnOthers>();
  auto collects = env_.client().start_workflow<&Collects::run>({.id = "collects", .task_queue = "q"});
  auto sleeper = env_.client().start_workflow<&Sleeper::run>({.id = "sleeper", .task_queue = "q"});
  EXPECT_EQ(env_.client().execute_workflow<&ActsOnOthers::run>({.id = "parent", .task_queue = "q"}),
            "Unable to signal external workflow because it was not found (ExternalWorkflowExecutionNotFound); "
            "Unable to cancel external workflow because not found; unsent");
  EXPECT_EQ(collects.result(), "xxx");
  EXPECT_THROW(sleeper.result(), WorkflowFailureError);
  EXPECT_EQ(status_of("sleeper"), WorkflowExecutionStatus::canceled);
  replay<ActsOnOthers>();
}

#undef RUN

}  // namespace
