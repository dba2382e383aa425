// Workers on the in-process service: cache, paging, failures, lost answers, shutdown, and how many threads all that
// takes.
#include "temporalio/worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include "sdk/src/base/log.h"
#include "sdk/src/client/connection.h"
#include "sdk/src/rpc/retry_service.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "temporalio/testing.h"
#include "temporalio/workflow.h"
#include "tests/unit/worker/faulty_service.h"

namespace temporalio {
namespace {
int named_add_one(int value);
}
namespace activity {
template <>
inline constexpr std::string_view kName<&named_add_one> = "add_one";
}
namespace {

using namespace std::chrono_literals;
using rpc::Fault;
using ::testing::HasSubstr;
namespace ws = temporal::api::workflowservice::v1;

int add_one(int value) { return value + 1; }
int named_add_one(int value) { return value + 1; }

std::atomic<int> counted{0};
void count_call() { ++counted; }

// Sleeps and adds one, n times.
class Chain {
 public:
  static void define(workflow::Definer<Chain> d) {
    d.run<&Chain::run>();
    d.query<&Chain::reached>();
  }
  workflow::Task<int> run(int n) {
    while (value_ < n) {
      co_await workflow::sleep(1h);
      value_ = co_await workflow::execute_activity<&add_one>(value_, {.start_to_close_timeout = 1min});
    }
    co_return value_;
  }
  int reached() const { return value_; }

 private:
  int value_ = 0;
};

// Waits for a signal.
class Waiting {
 public:
  static void define(workflow::Definer<Waiting> d) {
    d.run<&Waiting::run>();
    d.signal<&Waiting::go>();
    d.query<&Waiting::count>();
  }
  workflow::Task<int> run(int signals) {
    co_await workflow::wait_condition([&] { return count_ >= signals; });
    co_return count_;
  }
  void go() { ++count_; }
  int count() const { return count_; }

 private:
  int count_ = 0;
};

std::atomic<int> failures_left{0};

// Fails its first task as often as it is told, then ends.
class Stumbling {
 public:
  static void define(workflow::Definer<Stumbling> d) { d.run<&Stumbling::run>(); }
  workflow::Task<int> run() {
    if (failures_left.fetch_sub(1) > 0) throw std::runtime_error("stumbled");
    co_return 1;
  }
};

// Calls an activity that counts its calls, three times.
class Counting {
 public:
  static void define(workflow::Definer<Counting> d) { d.run<&Counting::run>(); }
  workflow::Task<> run() {
    for (int i = 0; i < 3; ++i) co_await workflow::execute_activity<&count_call>({.start_to_close_timeout = 1min});
  }
};

// An environment whose worker's calls pass a faulty service and the retries in front of it.
class WorkerTest : public ::testing::Test {
 protected:
  WorkerTest() {
    use_environment(testing::WorkflowEnvironment::start_time_skipping());
    set_log_sink([this](LogLevel, std::string_view text) {
      std::lock_guard lock(log_mutex_);
      log_ += std::string(text) + "\n";
    });
  }
  ~WorkerTest() override { set_log_sink({}); }

  void use_environment(testing::WorkflowEnvironment environment) {
    env_ = std::move(environment);
    const client::ConnectionOptions& own = env_.client().connection()->options();
    faulty_ = std::make_shared<rpc::FaultyService>(own.service, own.loop);
    client::ConnectionOptions options = own;
    // Enough tries that chance does not use them up.
    options.service = rpc::make_retry_service(faulty_, own.loop,
                                              {.initial_interval = 1ms, .max_interval = 2ms, .max_attempts = 100}, 3);
    worker_client_.emplace(std::make_shared<client::Connection>(std::move(options)));
  }

  std::string log() {
    std::lock_guard lock(log_mutex_);
    return log_;
  }
  // Between callbacks of the loop, which calls it.
  void set_decide(rpc::FaultyService::Decide decide) {
    env_.client().connection()->loop().exclusively([&] { faulty_->decide = std::move(decide); });
  }
  static client::StartWorkflowOptions options(std::string_view id) { return {.id = id, .task_queue = "q"}; }

  testing::WorkflowEnvironment env_ = testing::WorkflowEnvironment::start_time_skipping();
  std::shared_ptr<rpc::FaultyService> faulty_;
  std::optional<client::Client> worker_client_;
  std::mutex log_mutex_;
  std::string log_;
  std::int64_t wanted_event_ = 0;
};

TEST_F(WorkerTest, RunsWorkflowsWithEveryCacheSize) {
  for (const int cached : {0, 1, 1000}) {
    worker::Worker worker(*worker_client_, {.task_queue = "q", .max_cached_workflows = cached});
    worker.add_workflow<Chain>().add_activity<&add_one>();
    std::vector<client::WorkflowHandle<int>> handles;
    for (int i = 0; i < 3; ++i) {
      const std::string id = "c" + std::to_string(cached) + "-" + std::to_string(i);
      handles.push_back(env_.client().start_workflow<&Chain::run>(3, options(id)));
    }
    for (const auto& handle : handles) {
      EXPECT_EQ(handle.result(), 3);
      EXPECT_EQ(handle.query<&Chain::reached>(), 3) << "after the end, with " << cached << " cached";
    }
  }
  EXPECT_EQ(faulty_->counts["RespondWorkflowTaskFailed"], 0);
  EXPECT_EQ(log(), "");
}

TEST_F(WorkerTest, CachedRunsNeedNoHistory) {
  worker::Worker worker(*worker_client_, {.task_queue = "q"});
  worker.add_workflow<Chain>().add_activity<&add_one>();
  auto handle = env_.client().start_workflow<&Chain::run>(5, options("c"));
  EXPECT_EQ(handle.result(), 5);
  EXPECT_EQ(faulty_->counts["GetWorkflowExecutionHistory"], 0);
}

TEST_F(WorkerTest, EvictedRunsAreReplayedFromTheirHistory) {
  worker::Worker worker(*worker_client_, {.task_queue = "q", .max_cached_workflows = 1});
  worker.add_workflow<Waiting>();
  auto first = env_.client().start_workflow<&Waiting::run>(2, options("w1"));
  EXPECT_EQ(first.query<&Waiting::count>(), 0);
  auto second = env_.client().start_workflow<&Waiting::run>(2, options("w2"));
  EXPECT_EQ(second.query<&Waiting::count>(), 0);  // takes the only place in the cache
  for (const auto& handle : {first, second, first, second}) handle.signal<&Waiting::go>();
  EXPECT_EQ(first.result(), 2);
  EXPECT_EQ(second.result(), 2);
  EXPECT_GT(faulty_->counts["GetWorkflowExecutionHistory"], 0);
}

TEST_F(WorkerTest, HistoriesComeInPages) {
  // Tasks carry two events; the others come page by page, two events each.
  faulty_->inspect = [&](std::string_view method, const rpc::Status& status, google::protobuf::Message& response) {
    if (!status.is_ok()) return;
    if (method == "PollWorkflowTaskQueue") {
      auto& task = static_cast<ws::PollWorkflowTaskQueueResponse&>(response);
      auto& events = *task.mutable_history()->mutable_events();
      if (events.size() <= 2) return;
      task.set_next_page_token(std::to_string(events[2].event_id()));
      while (events.size() > 2) events.RemoveLast();
    } else if (method == "GetWorkflowExecutionHistory") {
      auto& page = static_cast<ws::GetWorkflowExecutionHistoryResponse&>(response);
      auto& events = *page.mutable_history()->mutable_events();
      int from = 0;
      while (from < events.size() && events[from].event_id() < wanted_event_) ++from;
      events.DeleteSubrange(0, from);
      if (events.size() > 2) page.set_next_page_token(std::to_string(events[2].event_id()));
      while (events.size() > 2) events.RemoveLast();
    }
  };
  set_decide([&](std::string_view method, google::protobuf::Message& request) {
    if (method == "GetWorkflowExecutionHistory") {
      auto& fetch = static_cast<ws::GetWorkflowExecutionHistoryRequest&>(request);
      wanted_event_ = fetch.next_page_token().empty() ? 1 : std::stoll(fetch.next_page_token());
      fetch.clear_next_page_token();
    }
    return Fault::none;
  });
  worker::Worker worker(*worker_client_, {.task_queue = "q", .max_cached_workflows = 0});
  worker.add_workflow<Chain>().add_activity<&add_one>();
  auto handle = env_.client().start_workflow<&Chain::run>(3, options("c"));
  EXPECT_EQ(handle.result(), 3);
  EXPECT_GT(faulty_->counts["GetWorkflowExecutionHistory"], 5);
  EXPECT_EQ(log(), "");
}

// Trap 11: nothing is lost, nothing is applied twice.
class LostCalls : public WorkerTest, public ::testing::WithParamInterface<Fault> {};

TEST_P(LostCalls, OfTheFirstTryOfEachReportDoNoHarm) {
  std::map<std::string, int> tries;
  set_decide([&](std::string_view method, google::protobuf::Message& request) {
    if (!method.starts_with("Respond")) return Fault::none;
    const auto* token = request.GetDescriptor()->FindFieldByName("task_token");
    return tries[request.GetReflection()->GetString(request, token)]++ == 0 ? GetParam() : Fault::none;
  });
  worker::Worker worker(*worker_client_, {.task_queue = "q"});
  worker.add_workflow<Counting>().add_activity<&count_call>();
  counted = 0;
  auto handle = env_.client().start_workflow<&Counting::run>(options("c"));
  handle.result();
  worker.shutdown();  // after the second tries
  EXPECT_EQ(counted, 3);
  std::map<int, int> kinds;
  const WorkflowHistory history = handle.fetch_history();
  for (const auto& event : history.events().events()) ++kinds[event.event_type()];
  EXPECT_EQ(kinds[temporal::api::enums::v1::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED], 3);
  EXPECT_EQ(kinds[temporal::api::enums::v1::EVENT_TYPE_ACTIVITY_TASK_COMPLETED], 3);
  EXPECT_EQ(kinds[temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_COMPLETED], 4);
  EXPECT_EQ(kinds[temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT], 0);
  EXPECT_EQ(faulty_->counts["RespondWorkflowTaskCompleted"], 8);
  EXPECT_EQ(faulty_->counts["RespondActivityTaskCompleted"], 6);
}

INSTANTIATE_TEST_SUITE_P(, LostCalls, ::testing::Values(Fault::call_lost, Fault::answer_lost), [](const auto& fault) {
  return std::string(fault.param == Fault::call_lost ? "OnTheWayThere" : "OnTheWayBack");
});

TEST_F(WorkerTest, LossesAtRandomDoNoHarm) {
  std::mt19937_64 random;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    random.seed(seed);
    set_decide([&](std::string_view method, google::protobuf::Message&) {
      if (!method.starts_with("Respond") || random() % 3 == 0) return Fault::none;
      return random() % 2 == 0 ? Fault::call_lost : Fault::answer_lost;
    });
    worker::Worker worker(*worker_client_, {.task_queue = "q"});
    worker.add_workflow<Counting>().add_activity<&count_call>();
    counted = 0;
    const std::string id = "r" + std::to_string(seed);
    auto handle = env_.client().start_workflow<&Counting::run>(options(id));
    handle.result();
    worker.shutdown();  // the last report may still be on its way
    EXPECT_EQ(counted, 3) << "seed " << seed;
  }
}

TEST_F(WorkerTest, ReportsAFailedTaskOnceThenLetsItTimeOut) {
  use_environment(testing::WorkflowEnvironment::start_time_skipping({.fail_fast = false}));
  worker::Worker worker(*worker_client_, {.task_queue = "q"});
  worker.add_workflow<Stumbling>();
  failures_left = 3;
  auto handle = env_.client().start_workflow<&Stumbling::run>({.id = "s", .task_queue = "q", .task_timeout = 10ms});
  EXPECT_EQ(handle.result(), 1);
  EXPECT_EQ(faulty_->counts["RespondWorkflowTaskFailed"], 1);
  EXPECT_THAT(log(), HasSubstr("a task of workflow Stumbling (id s, run "));
  EXPECT_THAT(log(), HasSubstr("attempt 3: the code failed: stumbled"));
}

TEST_F(WorkerTest, UnknownTypeFailsTheTaskNotTheWorkflow) {
  worker::Worker worker(*worker_client_, {.task_queue = "q"});
  worker.add_workflow<Waiting>();
  auto handle = env_.client().start_workflow<int>("Nobody", {.id = "n", .task_queue = "q", .task_timeout = 10ms});
  env_.sleep(15ms);
  EXPECT_EQ(handle.describe().status, client::WorkflowExecutionStatus::running);
  EXPECT_THAT(log(), HasSubstr("the type is not registered"));
}

TEST_F(WorkerTest, ARefusedCompletionEvictsTheRun) {
  int refused = 0;
  set_decide([&](std::string_view method, google::protobuf::Message& request) {
    // A token the service does not know: NOT_FOUND or INVALID_ARGUMENT, and the task times out.
    if (method == "RespondWorkflowTaskCompleted" && refused++ == 0) {
      static_cast<ws::RespondWorkflowTaskCompletedRequest&>(request).set_task_token("nonsense");
    }
    return Fault::none;
  });
  worker::Worker worker(*worker_client_, {.task_queue = "q"});
  worker.add_workflow<Chain>().add_activity<&add_one>();
  auto handle = env_.client().start_workflow<&Chain::run>(2, {.id = "c", .task_queue = "q", .task_timeout = 10ms});
  EXPECT_EQ(handle.result(), 2);
}

TEST_F(WorkerTest, RefusedPollsEndTheWorker) {
  faulty_->inspect = nullptr;
  set_decide([&](std::string_view method, google::protobuf::Message& request) {
    if (method.starts_with("Poll")) request.Clear();  // neither namespace nor queue
    return Fault::none;
  });
  worker::Worker worker(*worker_client_, {.task_queue = "q"});
  worker.add_workflow<Waiting>();
  EXPECT_THROW(worker.run(), RPCError);
  EXPECT_FALSE(worker.is_running());
}

class CallsMissing {
 public:
  static void define(workflow::Definer<CallsMissing> d) { d.run<&CallsMissing::run>(); }
  workflow::Task<> run() {
    const RetryPolicy once{.maximum_attempts = 1};
    auto missing = workflow::start_activity<&count_call>({.start_to_close_timeout = 1min, .retry_policy = once});
    co_await missing;
  }
};

TEST_F(WorkerTest, FailedActivitiesAreLogged) {
  worker::Worker worker(*worker_client_, {.task_queue = "q"});
  worker.add_workflow<CallsMissing>().add_activity<&add_one>();
  EXPECT_THROW(env_.client().execute_workflow<&CallsMissing::run>(options("m")), WorkflowFailureError);
  EXPECT_THAT(log(), HasSubstr("activity count_call (id 1, attempt 1, of workflow m) failed: "));
  EXPECT_THAT(log(), HasSubstr("registered are: add_one"));
}

TEST_F(WorkerTest, TheRateOfTheTaskQueueIsToldToTheService) {
  std::atomic<double> told = 0;
  set_decide([&told](std::string_view method, google::protobuf::Message& request) {
    if (method == "PollActivityTaskQueue") {
      const auto& poll = static_cast<temporal::api::workflowservice::v1::PollActivityTaskQueueRequest&>(request);
      told = poll.task_queue_metadata().max_tasks_per_second().value();
    }
    return rpc::Fault::none;
  });
  worker::Worker worker(*worker_client_, {.task_queue = "q", .max_task_queue_activities_per_second = 12.5});
  worker.add_workflow<CallsMissing>().add_activity<&add_one>();
  EXPECT_THROW(env_.client().execute_workflow<&CallsMissing::run>(options("m")), WorkflowFailureError);
  EXPECT_EQ(told, 12.5);
}

TEST_F(WorkerTest, WrongOptionsAreRefused) {
  const client::Client& client = *worker_client_;
  EXPECT_THROW(worker::Worker(client, {}), std::invalid_argument);
  EXPECT_THROW(worker::Worker(client, {.task_queue = "q", .max_cached_workflows = -1}), std::invalid_argument);
  EXPECT_THROW(worker::Worker(client, {.task_queue = "q", .max_concurrent_activities = 0}), std::invalid_argument);
  worker::Worker idle(client, {.task_queue = "q"});
  EXPECT_THROW(idle.start(), std::invalid_argument);
  EXPECT_THROW(idle.run(), std::invalid_argument);
  worker::Worker twice(client, {.task_queue = "q"});
  twice.add_activity<&add_one>();
  EXPECT_THROW(twice.add_activity<&named_add_one>(), std::invalid_argument);
  twice.shutdown();
  EXPECT_THROW(twice.start(), std::logic_error);
}

std::atomic<bool> has_begun{false};
std::atomic<bool> saw_shutdown{false};
std::atomic<bool> has_ended{false};

// Ends when it is cancelled.
void patient() {
  has_begun = true;
  has_begun.notify_all();
  saw_shutdown = activity::wait_for_worker_shutdown_sync();
  activity::wait_for_cancelled_sync();
  has_ended = true;
  activity::check_cancelled();
}

class CallsPatient {
 public:
  static void define(workflow::Definer<CallsPatient> d) { d.run<&CallsPatient::run>(); }
  workflow::Task<> run() { co_await workflow::execute_activity<&patient>({.start_to_close_timeout = 1h}); }
};

TEST_F(WorkerTest, ShutdownTellsActivitiesThenCancelsThem) {
  has_begun = saw_shutdown = has_ended = false;
  worker::Worker worker(*worker_client_, {.task_queue = "q", .graceful_shutdown_timeout = 1ms});
  worker.add_workflow<CallsPatient>().add_activity<&patient>();
  auto handle = env_.client().start_workflow<&CallsPatient::run>(options("p"));
  has_begun.wait(false);
  EXPECT_TRUE(worker.is_running());
  worker.shutdown();
  EXPECT_TRUE(saw_shutdown);
  EXPECT_TRUE(has_ended);
  EXPECT_FALSE(worker.is_running());
  // Nobody has asked for the cancellation, which only the workflow could: another worker is to try it again.
  EXPECT_EQ(faulty_->counts["RespondActivityTaskFailed"], 1);
}

TEST_F(WorkerTest, DestructionWaitsForRunningActivities) {
  has_begun = saw_shutdown = has_ended = false;
  {
    worker::Worker worker(*worker_client_, {.task_queue = "q"});
    worker.add_workflow<CallsPatient>().add_activity<&patient>();
    auto handle = env_.client().start_workflow<&CallsPatient::run>(options("p"));
    has_begun.wait(false);
  }
  EXPECT_TRUE(has_ended);
}

TEST_F(WorkerTest, RunEndsAfterShutdownByAnotherThread) {
  worker::Worker worker(*worker_client_, {.task_queue = "q"});
  worker.add_workflow<Waiting>();
  auto handle = env_.client().start_workflow<&Waiting::run>(1, options("w"));
  std::thread other([&] {
    handle.signal<&Waiting::go>();
    EXPECT_EQ(handle.result(), 1);
    worker.shutdown();
  });
  worker.run();
  other.join();
}

TEST_F(WorkerTest, RunEndsOnSigterm) {
  worker::Worker worker(*worker_client_, {.task_queue = "q"});
  worker.add_workflow<Waiting>();
  auto handle = env_.client().start_workflow<&Waiting::run>(1, options("w"));
  std::thread other([&] {
    handle.signal<&Waiting::go>();
    EXPECT_EQ(handle.result(), 1);  // run() has begun or will: the signal is sent once it has its handler
    struct sigaction current = {};
    do {
      sigaction(SIGTERM, nullptr, &current);
    } while (current.sa_handler == SIG_DFL);
    kill(getpid(), SIGTERM);
  });
  worker.run();
  other.join();
  struct sigaction current = {};
  sigaction(SIGTERM, nullptr, &current);
  EXPECT_EQ(current.sa_handler, SIG_DFL);
}

std::string blocking_call_of_a_workflow;
client::WorkflowHandle<int>* other_workflow = nullptr;

class Blocking {
 public:
  static void define(workflow::Definer<Blocking> d) { d.run<&Blocking::run>(); }
  workflow::Task<> run() {
    try {
      other_workflow->result();
    } catch (const std::logic_error& error) {
      blocking_call_of_a_workflow = error.what();
    }
    co_return;
  }
};

TEST_F(WorkerTest, WorkflowCodeCannotBlockOnTheClient) {
  worker::Worker worker(*worker_client_, {.task_queue = "q"});
  worker.add_workflow<Blocking>();
  auto handle = env_.client().get_workflow_handle<int>("anything");
  other_workflow = &handle;
  env_.client().execute_workflow<&Blocking::run>(options("b"));
  EXPECT_THAT(blocking_call_of_a_workflow, HasSubstr("must not block"));
}

client::Client* activity_client = nullptr;
int signal_and_count(std::string id) {
  auto handle = activity_client->get_workflow_handle<&Waiting::run>(id);
  handle.signal<&Waiting::go>();
  return handle.query<&Waiting::count>();
}

class Signalling {
 public:
  static void define(workflow::Definer<Signalling> d) { d.run<&Signalling::run>(); }
  workflow::Task<int> run(std::string id) {
    int count = co_await workflow::execute_activity<&signal_and_count>(id, {.start_to_close_timeout = 1min});
    co_return count;
  }
};

std::unique_ptr<worker::Worker>* worker_of_workflow = nullptr;
const client::Client* client_of_workflow = nullptr;

// Makes a worker, or destroys one that others have made.
class MisusesWorkers {
 public:
  static void define(workflow::Definer<MisusesWorkers> d) { d.run<&MisusesWorkers::run>(); }
  workflow::Task<std::string> run(bool destroys) {
    co_await workflow::sleep(1s);
    if (destroys) {
      worker_of_workflow->reset();
      co_return "destroyed";
    }
    try {
      const worker::Worker made(*client_of_workflow, {.task_queue = "other"});
    } catch (const std::logic_error& error) {
      co_return error.what();
    }
    co_return "made";
  }
};

TEST_F(WorkerTest, WorkflowCodeCannotMakeOrEndWorkers) {
  worker::Worker worker(*worker_client_, {.task_queue = "q"});
  worker.add_workflow<MisusesWorkers>();
  auto other = std::make_unique<worker::Worker>(env_.client(), worker::WorkerOptions{.task_queue = "other"});
  other->add_workflow<Waiting>();
  other->start();
  worker_of_workflow = &other;
  client_of_workflow = &env_.client();
  EXPECT_THAT(env_.client().execute_workflow<&MisusesWorkers::run>(false, options("makes")),
              HasSubstr("A worker, which its destructor ends, waits for the Temporal service and was called from "
                        "workflow code"));
  EXPECT_EQ(env_.client().execute_workflow<&MisusesWorkers::run>(true, options("ends")), "destroyed");
  EXPECT_THAT(log(), HasSubstr("the worker for task queue other is destroyed in workflow code"));
}

TEST_F(WorkerTest, SynchronousActivitiesMayUseTheClient) {
  worker::Worker worker(*worker_client_, {.task_queue = "q"});
  worker.add_workflow<Signalling>().add_workflow<Waiting>().add_activity<&signal_and_count>();
  activity_client = &env_.client();
  auto waiting = env_.client().start_workflow<&Waiting::run>(1, options("w"));
  EXPECT_EQ(env_.client().execute_workflow<&Signalling::run>("w", options("s")), 1);
  EXPECT_EQ(waiting.result(), 1);
}

std::ptrdiff_t thread_count() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), std::filesystem::directory_iterator());
}

// Trap 9.
TEST_F(WorkerTest, TenThousandCachedWorkflowsTakeNoThreads) {
  worker::Worker worker(*worker_client_, {.task_queue = "q", .max_cached_workflows = 20'000});
  worker.add_workflow<Waiting>();
  const auto start = [&](int i) {
    const std::string id = "w" + std::to_string(i);
    return env_.client().start_workflow<&Waiting::run>(1, options(id));
  };
  std::vector<client::WorkflowHandle<int>> handles;
  for (int i = 0; i < 10; ++i) handles.push_back(start(i));
  EXPECT_EQ(handles.back().query<&Waiting::count>(), 0);
  const std::ptrdiff_t threads = thread_count();
  for (int i = 10; i < 10'000; ++i) handles.push_back(start(i));
  EXPECT_EQ(handles.back().query<&Waiting::count>(), 0);
  EXPECT_LE(thread_count(), threads + 2);  // the loop's background thread and the one that watches over loops
  EXPECT_EQ(faulty_->counts["RespondWorkflowTaskCompleted"], 10'000);
  for (const auto& handle : handles) handle.signal<&Waiting::go>();
  for (const auto& handle : handles) EXPECT_EQ(handle.result(), 1);
  EXPECT_LE(thread_count(), threads + 2);
  EXPECT_EQ(faulty_->counts["GetWorkflowExecutionHistory"], 0) << "a run was evicted";
}

}  // namespace
}  // namespace temporalio
