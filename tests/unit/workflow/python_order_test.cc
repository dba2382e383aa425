// Two causes in one workflow task, for every ordered pair, as the Python SDK recorded them: the same workflow replays.
// Recorded by tests/interop/python/record_order.py.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "temporalio/replayer.h"
#include "temporalio/workflow.h"

namespace {

using namespace std::chrono_literals;
namespace workflow = temporalio::workflow;
using workflow::Task;

constexpr workflow::ActivityType<std::string(std::string)> kWork{"work"};
constexpr workflow::ActivityType<std::string()> kA{"A"};
constexpr workflow::ActivityType<std::string(std::string)> kX{"X"};

workflow::ActivityHandle<std::string> work(const char* what) {
  return workflow::start_activity<&kWork>(std::string(what), {.start_to_close_timeout = 9h});
}

// Every cause leaves a command: the order of the activities is the order in which code learnt of the causes.
struct ReportsCauses {
  static void define(workflow::Definer<ReportsCauses> d) {
    d.run<&ReportsCauses::run>().signal<&ReportsCauses::go>().signal<&ReportsCauses::go_and_await>();
  }
  bool went = false;
  void go() {
    went = true;
    static_cast<void>(work("signal"));
  }
  Task<> go_and_await() {
    auto handle = work("awaiting signal");
    const std::string result = co_await handle;
    static_cast<void>(result);
  }
  Task<> timer() {
    try {
      co_await workflow::sleep(1h);
    } catch (const temporalio::CancelledError&) {
    }
    static_cast<void>(work("timer"));
  }
  Task<> activity() {
    auto handle = work("it");
    const std::string result = co_await handle;
    static_cast<void>(work("activity"));
  }
  Task<> condition() {
    co_await workflow::wait_condition([this] { return went; });
    static_cast<void>(work("condition"));
  }
  Task<> run() {
    auto a = workflow::spawn(timer());
    auto b = workflow::spawn(activity());
    auto c = workflow::spawn(condition());
    try {
      co_await workflow::wait_condition([] { return false; });
    } catch (const temporalio::CancelledError&) {
    }
    static_cast<void>(work("cancelled"));
    co_await workflow::sleep(1s);
  }
};

struct TimedWait {
  static void define(workflow::Definer<TimedWait> d) { d.run<&TimedWait::run>().signal<&TimedWait::g>(); }
  bool went = false;
  void g() { went = true; }
  Task<std::string> run() {
    std::string seen = "signal";
    try {
      co_await workflow::wait_condition([this] { return went; }, 2s);
    } catch (const temporalio::TimeoutError&) {
      seen = "timeout";
    }
    if (seen == "signal") {
      auto handle = workflow::start_activity<&kX>(seen, {.start_to_close_timeout = 1min});
      const std::string result = co_await handle;
      static_cast<void>(result);
    }
    co_return seen;
  }
};

struct SignalAndCancel {
  static void define(workflow::Definer<SignalAndCancel> d) {
    d.run<&SignalAndCancel::run>().signal<&SignalAndCancel::g>();
  }
  bool went = false;
  void g() { went = true; }
  Task<std::string> run() {
    std::string seen = "passed";
    try {
      co_await workflow::wait_condition([this] { return went; });
    } catch (const temporalio::CancelledError&) {
      seen = "cancelled";
    }
    try {
      co_await workflow::sleep(10s);
    } catch (const temporalio::CancelledError&) {
      seen += ",cancelled";
    }
    co_return seen;
  }
};

struct CompletionAndCancel {
  static void define(workflow::Definer<CompletionAndCancel> d) { d.run<&CompletionAndCancel::run>(); }
  Task<std::string> run() {
    std::string seen = "done";
    auto handle = workflow::start_activity<&kA>({.start_to_close_timeout = 1h});
    try {
      const std::string result = co_await handle;
      static_cast<void>(result);
    } catch (const temporalio::ActivityError&) {
      seen = "activity error";
    } catch (const temporalio::CancelledError&) {
      seen = "cancelled";
    }
    try {
      co_await workflow::sleep(10s);
    } catch (const temporalio::CancelledError&) {
      seen += ",cancelled";
    }
    co_return seen;
  }
};

std::vector<std::filesystem::path> histories() {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(TEMPORALIO_SOURCE_DIR "/fixtures/replay/python_order")) {
    if (entry.path().extension() == ".json") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

class PythonOrder : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(PythonOrder, IsFollowed) {
  temporalio::replayer::Replayer replayer;
  replayer.add_workflow<ReportsCauses>();
  replayer.add_workflow<TimedWait>();
  replayer.add_workflow<SignalAndCancel>();
  replayer.add_workflow<CompletionAndCancel>();
  const auto result = replayer.replay_file(GetParam().string());
  EXPECT_TRUE(result.has_passed()) << result.report();
}

INSTANTIATE_TEST_SUITE_P(Recorded, PythonOrder, testing::ValuesIn(histories()),
                         [](const auto& history) { return history.param.stem().string(); });

TEST(PythonOrder, WasRecordedForEveryPair) { EXPECT_GE(histories().size(), 20u); }

}  // namespace
