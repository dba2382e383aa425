// Activities in processes of a pool. The same tests in process and against temporal-test-server over a socket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "temporalio/activity_environment.h"
#include "temporalio/log.h"
#include "temporalio/process_pool.h"
#include "temporalio/testing.h"
#include "temporalio/worker.h"
#include "temporalio/workflow.h"

using namespace std::chrono_literals;
using namespace temporalio;
using temporalio::testing::WorkflowEnvironment;
using ::testing::AllOf;
using ::testing::HasSubstr;

namespace {

// ---- the activities: in the processes ----------------------------------------------------------------------------

std::string whose(std::string item) {
  const activity::Info& info = activity::info();
  return item + " of " + info.workflow_id + ", type " + info.activity_type + ", attempt " +
         std::to_string(info.attempt) + ", queue " + info.task_queue + ", attempts " +
         std::to_string(info.retry_policy ? info.retry_policy->maximum_attempts : -1);
}

int process_id(std::string) { return static_cast<int>(::getpid()); }

std::string refuses(std::string card) {
  throw ApplicationError("no such card", {.type = "Card", .non_retryable = true}, card);
}

std::string resumes(std::string) {
  if (activity::info().heartbeat_details.empty()) {
    for (int row = 1; row <= 1000; ++row) activity::heartbeat(row, "rows");
    throw ApplicationError("lost the connection");
  }
  return "resumed at " + std::to_string(activity::info().heartbeat_detail<int>(0));
}

std::string stops_when_cancelled(std::string) {
  for (;;) {
    activity::heartbeat("running");
    if (activity::wait_for_cancelled_sync(5ms)) break;
  }
  if (!activity::cancellation_details()->cancel_requested) return "for another reason";
  activity::check_cancelled();
  return "not thrown";
}

std::string sees_the_shutdown(std::string path) {
  std::ofstream(path) << "running";
  const bool is_told = activity::wait_for_worker_shutdown_sync(1min);
  return is_told && !activity::is_cancelled() ? "in time" : "not told";
}

bool is_local(std::string) { return activity::info().is_local; }

std::string crashes(std::string how) {
  if (activity::info().attempt > 1) return "survived " + how;
  if (how == "abort") std::abort();
  if (how == "kill") ::raise(SIGKILL);
  if (how == "segv") ::raise(SIGSEGV);
  std::_Exit(7);
}

std::string echoes(std::string text) { return text; }

std::string logs(std::string) {
  activity::logger.warning("paper is low");
  return "logged";
}

std::string leaves(std::string path) {
  std::ofstream(path) << activity::info().activity_id;
  activity::raise_complete_async();
}

// Runs until it is killed.
std::string never_ends(std::string path) {
  {
    std::ofstream file(path + ".new");
    file << ::getpid();
  }
  std::rename((path + ".new").c_str(), path.c_str());
  for (;;) std::this_thread::sleep_for(1s);
}

// ---- the workflow ------------------------------------------------------------------------------------------------

template <auto kActivity>
class Call {
 public:
  using Value = typename FunctionTraits<decltype(kActivity)>::Value;
  static void define(workflow::Definer<Call> d) {
    d.name("Call");
    d.template run<&Call::run>();
  }
  workflow::Task<std::string> run(std::string argument) {
    workflow::ActivityOptions options;
    options.start_to_close_timeout = 1min;
    options.heartbeat_timeout = 40s;
    options.retry_policy = RetryPolicy{.initial_interval = 10ms, .maximum_attempts = 3};
    options.cancellation_type = workflow::ActivityCancellationType::wait_cancellation_completed;
    std::string text;
    try {
      auto result = co_await workflow::execute_activity<kActivity>(argument, options);
      if constexpr (std::is_same_v<Value, int>) {
        text = std::to_string(result);
      } else {
        text = std::move(result);
      }
    } catch (const ActivityError& error) {
      text = describe_failure(error);
    }
    co_return text;
  }
};

// Runs several at a time.
template <auto kActivity>
class CallMany {
 public:
  static void define(workflow::Definer<CallMany> d) {
    d.name("CallMany");
    d.template run<&CallMany::run>();
  }
  workflow::Task<int> run(int count) {
    std::vector<workflow::ActivityHandle<int>> handles;
    for (int i = 0; i < count; ++i) {
      handles.push_back(workflow::start_activity<kActivity>(std::string("x"), {.start_to_close_timeout = 1min}));
    }
    std::vector<int> ids;
    for (auto& handle : handles) {
      const int id = co_await handle;
      if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
    }
    co_return static_cast<int>(ids.size());
  }
};

struct Place {
  const char* name;
  std::string_view server;  // empty: in process
};

std::string wait_for_file(const std::string& path) {
  for (int tries = 0; tries < 2000; ++tries) {
    std::ifstream file(path);
    std::string text;
    if (file && std::getline(file, text)) return text;
    std::this_thread::sleep_for(5ms);
  }
  ADD_FAILURE() << path << " was not written";
  return "0";
}

class ProcessActivitiesIn : public ::testing::TestWithParam<Place> {
 protected:
  ~ProcessActivitiesIn() override {
    set_log_sink({});
    ::unlink(path_.c_str());
  }

  template <auto kActivity>
  client::WorkflowHandle<std::string> start(const std::string& argument = "book") {
    worker_->add_workflow<Call<kActivity>>();
    worker_->add_activity<kActivity>(pool_);
    worker_->start();
    return env_.client().start_workflow<&Call<kActivity>::run>(argument, {.id = "call", .task_queue = "q"});
  }
  template <auto kActivity>
  std::string call(const std::string& argument = "book") {
    return start<kActivity>(argument).result();
  }

  const std::string path_ = ::testing::TempDir() + "process_activities_" + std::to_string(::getpid());
  WorkflowEnvironment env_ = WorkflowEnvironment::start_time_skipping({.test_server_existing_path = GetParam().server});
  std::shared_ptr<activity::ProcessPoolExecutor> pool_ =
      std::make_shared<activity::ProcessPoolExecutor>(activity::ProcessPoolOptions{.max_workers = 2});
  std::unique_ptr<worker::Worker> worker_ =
      std::make_unique<worker::Worker>(env_.client(), worker::WorkerOptions{.task_queue = "q",
                                                                            .max_heartbeat_throttle_interval = 20ms,
                                                                            .graceful_shutdown_timeout = 1min});
};

TEST_P(ProcessActivitiesIn, Seed03_ProcessPoolRunsInAnotherProcess) {
  EXPECT_NE(call<&process_id>(), std::to_string(::getpid()));
}

TEST_P(ProcessActivitiesIn, Seed03_ProcessPoolInfoCrossesTheBoundary) {
  EXPECT_EQ(call<&whose>(), "book of call, type whose, attempt 1, queue q, attempts 3");
}

TEST_P(ProcessActivitiesIn, Seed03_ProcessPoolFailureKeepsTypeAndDetails) {
  EXPECT_THAT(call<&refuses>(), AllOf(HasSubstr("retry state non_retryable_failure"),
                                      HasSubstr("caused by ApplicationError(Card): no such card")));
}

TEST_P(ProcessActivitiesIn, Seed03_ProcessPoolHeartbeatCrossesTheBoundary) {
  EXPECT_EQ(call<&resumes>(), "resumed at 1000");
}

TEST_P(ProcessActivitiesIn, Seed03_ProcessPoolCancellationCrossesTheBoundary) {
  const auto handle = start<&stops_when_cancelled>();
  while (handle.fetch_history().to_json().find("ACTIVITY_TASK_SCHEDULED") == std::string::npos) {
    std::this_thread::sleep_for(5ms);
  }
  handle.cancel();
  EXPECT_THAT(handle.result(), AllOf(HasSubstr("retry state cancel_requested"), HasSubstr("caused by CancelledError")));
}

TEST_P(ProcessActivitiesIn, Seed03_ProcessPoolLearnsOfTheWorkersShutdown) {
  const auto handle = start<&sees_the_shutdown>(path_);
  wait_for_file(path_);
  worker_->shutdown();
  EXPECT_THAT(handle.fetch_history().to_json(), HasSubstr("ACTIVITY_TASK_COMPLETED"));
}

TEST_P(ProcessActivitiesIn, Seed03_ProcessPoolLogCrossesTheBoundary) {
  std::mutex mutex;
  std::string log;
  set_log_sink([&](LogLevel level, std::string_view text) {
    const std::lock_guard lock(mutex);
    log += std::to_string(static_cast<int>(level)) + " " + std::string(text) + "\n";
  });
  EXPECT_EQ(call<&logs>(), "logged");
  set_log_sink({});
  EXPECT_THAT(log, HasSubstr("2 paper is low (activity logs, id 1, attempt 1, workflow call, run "));
}

TEST_P(ProcessActivitiesIn, Seed03_ProcessPoolCrashFailsTheAttemptAndNotTheWorker) {
  EXPECT_EQ(call<&crashes>("abort"), "survived abort");
  const std::string history = env_.client().get_workflow_handle("call").fetch_history().to_json();
  EXPECT_THAT(history, AllOf(HasSubstr("ProcessCrashed"), HasSubstr("was ended by signal 6 (Aborted)")));
}

TEST_P(ProcessActivitiesIn, Seed03_ProcessPoolNamesTheSignal) {
  EXPECT_EQ(call<&crashes>("kill"), "survived kill");
  EXPECT_THAT(env_.client().get_workflow_handle("call").fetch_history().to_json(),
              HasSubstr("was ended by signal 9 (Killed)"));
}

TEST_P(ProcessActivitiesIn, Seed03_ProcessPoolNamesTheExitCode) {
  EXPECT_EQ(call<&crashes>("exit"), "survived exit");
  EXPECT_THAT(env_.client().get_workflow_handle("call").fetch_history().to_json(), HasSubstr("exited with code 7"));
}

TEST_P(ProcessActivitiesIn, Seed03_ProcessPoolTakesPayloadsUpToTheLimit) {
  const std::string text(1'900'000, 'x');
  EXPECT_EQ(call<&echoes>(text), text);
}

TEST_P(ProcessActivitiesIn, Seed03_ProcessPoolMayBeCompletedByOthers) {
  const auto handle = start<&leaves>(path_);
  const std::string id = wait_for_file(path_);
  const auto activity = env_.client().get_async_activity_handle({.workflow_id = "call", .activity_id = id});
  // The file is written a little before the process has said that others complete it; both orders are right.
  activity.complete("from afar");
  EXPECT_EQ(handle.result(), "from afar");
}

TEST_P(ProcessActivitiesIn, Seed03_ProcessPoolRunsNoMoreThanItMayAndReusesProcesses) {
  worker_->add_workflow<CallMany<&process_id>>();
  worker_->add_activity<&process_id>(pool_);
  worker_->start();
  const int processes =
      env_.client().execute_workflow<&CallMany<&process_id>::run>(12, {.id = "many", .task_queue = "q"});
  EXPECT_GE(processes, 1);
  EXPECT_LE(processes, 2);
}

TEST_P(ProcessActivitiesIn, Seed03_ProcessPoolReplacesProcessesWhenTold) {
  const auto fresh = std::make_shared<activity::ProcessPoolExecutor>(
      activity::ProcessPoolOptions{.max_workers = 1, .max_tasks_per_child = 1});
  worker_->add_workflow<CallMany<&process_id>>();
  worker_->add_activity<&process_id>(fresh);
  worker_->start();
  EXPECT_EQ(env_.client().execute_workflow<&CallMany<&process_id>::run>(3, {.id = "many", .task_queue = "q"}), 3);
}

// The worker is a process of its own here, which is killed.
TEST(ProcessPool, Seed03_ProcessPoolEndsWithItsWorkerAlsoWhenThatIsKilled) {
  const std::string path = ::testing::TempDir() + "process_pool_" + std::to_string(::getpid());
  const pid_t worker = ::fork();
  ASSERT_GE(worker, 0);
  if (worker == 0) {
    ::execl("/proc/self/exe", "process_activities_test", "--worker-to-be-killed", path.c_str(), nullptr);
    std::_Exit(127);
  }
  const pid_t activity = static_cast<pid_t>(std::stol(wait_for_file(path)));
  ASSERT_GT(activity, 0);
  EXPECT_EQ(::kill(activity, 0), 0) << "it runs";
  ::kill(worker, SIGKILL);
  ::waitpid(worker, nullptr, 0);
  bool has_ended = false;
  for (int tries = 0; tries < 1000 && !has_ended; ++tries) {
    // Gone, or a zombie that whoever adopted it has not reaped.
    std::ifstream status("/proc/" + std::to_string(activity) + "/stat");
    std::string text;
    has_ended = !status || !std::getline(status, text) || text.find(") Z ") != std::string::npos;
    if (!has_ended) std::this_thread::sleep_for(5ms);
  }
  ::unlink(path.c_str());
  EXPECT_TRUE(has_ended);
}

TEST(ProcessPool, RunsInAnActivityEnvironment) {
  const auto pool = std::make_shared<activity::ProcessPoolExecutor>();
  temporalio::testing::ActivityEnvironment env;
  env.info.is_local = true;
  EXPECT_EQ(env.run_in<&is_local>(pool, "book"), true);
  int beats = 0;
  env.on_heartbeat = [&](const std::vector<Payload>&) {
    if (++beats == 1) env.cancel();
  };
  EXPECT_THROW(env.run_in<&stops_when_cancelled>(pool, "book"), CancelledError);
  EXPECT_GE(beats, 1);
}

TEST(ProcessPool, FailuresComeOutOfAnActivityEnvironment) {
  const auto pool = std::make_shared<activity::ProcessPoolExecutor>();
  temporalio::testing::ActivityEnvironment env;
  try {
    env.run_in<&refuses>(pool, "4711");
    ADD_FAILURE() << "it did not throw";
  } catch (const ApplicationError& error) {
    EXPECT_EQ(error.type(), "Card");
    EXPECT_EQ(error.details<std::string>(0), "4711");
  }
}

TEST(ProcessPool, OptionsMustMakeSense) {
  const auto make = [](const activity::ProcessPoolOptions& options) { activity::ProcessPoolExecutor pool(options); };
  EXPECT_THROW(make({.max_workers = -1}), std::invalid_argument);
  EXPECT_THROW(make({.max_tasks_per_child = -1}), std::invalid_argument);
}

INSTANTIATE_TEST_SUITE_P(, ProcessActivitiesIn,
                         ::testing::Values(Place{"InProcess", ""}, Place{"OverASocket", TEST_SERVER}),
                         [](const auto& place) { return std::string(place.param.name); });

// Serves one activity that never ends, in process, until it is killed.
int work_until_killed(const char* path) {
  auto env = WorkflowEnvironment::start_time_skipping();
  const auto pool = std::make_shared<activity::ProcessPoolExecutor>();
  worker::Worker worker(env.client(), {.task_queue = "q"});
  worker.add_workflow<Call<&never_ends>>();
  worker.add_activity<&never_ends>(pool);
  env.client().execute_workflow<&Call<&never_ends>::run>(std::string(path), {.id = "call", .task_queue = "q"});
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (const auto code = activity::run_process_pool_child(argc, argv)) return *code;
  if (argc == 3 && std::string_view(argv[1]) == "--worker-to-be-killed") return work_until_killed(argv[2]);
  ::testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
