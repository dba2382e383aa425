// Values that a service refuses, in process and over a socket: the same answer, word for word.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <mutex>
#include <regex>
#include <string>
#include <string_view>
#include <thread>

#include "temporal/api/history/v1/message.pb.h"
#include "temporalio/log.h"
#include "temporalio/testing.h"
#include "temporalio/worker.h"
#include "temporalio/workflow.h"

namespace temporalio::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr std::size_t kMegabyte = std::size_t{1} << 20;

std::string text_of(int bytes) { return std::string(static_cast<std::size_t>(bytes), 'x'); }

std::string answer_with(std::string what) {
  if (what == "large") return text_of(3 << 20);
  if (what == "huge") return text_of(5 << 20);
  if (what == "bytes") throw std::runtime_error("not \xff UTF-8");
  if (what == "delay") throw ApplicationError("negative", {.next_retry_delay = -1s});
  if (what == "details") throw ApplicationError("with details", {}, text_of(3 << 20));
  if (what == "heartbeat") {
    activity::heartbeat(text_of(3 << 20));
    while (!activity::is_cancelled()) std::this_thread::sleep_for(1ms);
    activity::check_cancelled();
  }
  return what;
}
int length_of(std::string text) { return static_cast<int>(text.size()); }

// Does what its argument says.
class BadWorkflow {
 public:
  static void define(workflow::Definer<BadWorkflow> d) {
    d.run<&BadWorkflow::run>();
    d.signal<&BadWorkflow::end>();
    d.query<&BadWorkflow::large>();
    d.query<&BadWorkflow::fails>();
  }
  workflow::Task<std::string> run(std::string what) {
    if (what == "wait") {
      co_await workflow::wait_condition([this] { return has_ended_; });
    } else if (what == "five arguments") {
      co_await five();
    } else if (what == "argument") {
      std::string large = text_of(3 << 20);
      co_await workflow::execute_activity<&length_of>(large, {.start_to_close_timeout = 1min});
    } else if (what == "activity id") {
      std::string small = "a";
      co_await workflow::execute_activity<&length_of>(small, {.start_to_close_timeout = 1min, .activity_id = "i\xff"});
    } else if (what == "error") {
      throw ApplicationError("not \xff UTF-8", {.type = "T\xfe"});
    } else if (what == "deep") {
      throw ApplicationError("deep", {}, temporalio::detail::Details(), deep_cause());
    } else if (what == "result") {
      co_return text_of(3 << 20);
    } else if (what.starts_with("activity ")) {
      std::string how = what.substr(9);
      co_return co_await workflow::execute_activity<&answer_with>(
          how, {.start_to_close_timeout = 1min, .retry_policy = RetryPolicy{.maximum_attempts = 1}});
    }
    co_return what;
  }
  void end() { has_ended_ = true; }
  std::string large() const { return text_of(3 << 20); }
  std::string fails() const { throw std::runtime_error("a query's \xff"); }

 private:
  static workflow::Task<> five() {
    std::string large = text_of(3 << 19);
    std::vector<workflow::ActivityHandle<int>> handles;
    for (int i = 0; i < 5; ++i) {
      handles.push_back(workflow::start_activity<&length_of>(large, {.start_to_close_timeout = 1min}));
    }
    for (auto& handle : handles) co_await handle;
  }
  static FailurePtr deep_cause() {
    FailurePtr cause;
    for (int i = 0; i < 150; ++i) {
      cause = std::make_shared<ApplicationError>("level " + std::to_string(i), ApplicationErrorOptions(),
                                                 temporalio::detail::Details(), cause);
    }
    return cause;
  }
  bool has_ended_ = false;
};

// What an exception says, with everything that differs from one run to the next left out.
std::string said(const std::function<std::string()>& call) {
  try {
    return call();
  } catch (const RPCError& error) {
    return std::string("RPCError ") + error.what();
  } catch (const TemporalError& error) {
    std::string text = error.what();
    for (FailurePtr cause = error.cause(); cause; cause = cause->cause()) {
      text += " <- " + std::string(cause->what());
      if (const auto* application = dynamic_cast<const ApplicationError*>(cause.get())) {
        text += " [" + application->type() + "]";
      }
      if (text.size() > 2000) return text;
    }
    return text;
  } catch (const std::exception& error) {
    return error.what();
  }
}

std::string without_ids(const std::string& text) {
  static const std::regex uuid("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  return std::regex_replace(text, uuid, "<uuid>");
}

class Sides {
 public:
  explicit Sides(std::string_view server_path)
      : env_(WorkflowEnvironment::start_time_skipping({.fail_fast = false, .test_server_existing_path = server_path})),
        worker_(env_.client(), {.task_queue = "q"}) {
    worker_.add_workflow<BadWorkflow>().add_activity<&answer_with>().add_activity<&length_of>();
    worker_.start();
  }

  const client::Client& client() { return env_.client(); }

  // Runs a workflow to its end.
  std::string run(std::string_view what) {
    return said([&] {
      const std::string argument(what);
      const client::StartWorkflowOptions options{.id = what, .task_queue = "q"};
      return client().execute_workflow<&BadWorkflow::run>(argument, options).substr(0, 50);
    });
  }

  // Runs a workflow until a task of it has failed; gives the failure.
  std::string failed_task(std::string_view what) {
    const std::string argument(what);
    const client::StartWorkflowOptions options{.id = what, .task_queue = "q"};
    const auto handle = client().start_workflow<&BadWorkflow::run>(argument, options);
    for (int tries = 0; tries < 2000; ++tries) {
      const WorkflowHistory history = handle.fetch_history();
      for (const auto& event : history.events().events()) {
        if (!event.has_workflow_task_failed_event_attributes()) continue;
        handle.terminate();
        const auto& attributes = event.workflow_task_failed_event_attributes();
        return temporal::api::enums::v1::WorkflowTaskFailedCause_Name(attributes.cause()) + ": " +
               attributes.failure().message();
      }
      std::this_thread::sleep_for(1ms);
    }
    handle.terminate();
    return "no task has failed";
  }

 private:
  WorkflowEnvironment env_;
  worker::Worker worker_;
};

client::StartWorkflowOptions with_id(std::string_view id) { return {.id = id, .task_queue = "q"}; }

struct Case {
  const char* name;
  std::function<std::string(Sides&)> answer;
  const char* expected;  // a part of it
};

std::string start(Sides& side, std::string_view type, const std::string& argument,
                  const client::StartWorkflowOptions& options) {
  return said([&] {
    side.client().start_workflow<int>(type, argument, options);
    return std::string("started");
  });
}

// What clients send.
const Case kCalls[] = {
    {"workflow id", [](Sides& s) { return start(s, "Nobody", "", with_id("a\xff")); },
     "RPCError INVALID_ARGUMENT: StartWorkflowExecution was not sent: the field workflow_id is not valid UTF-8: "
     "\"a\\xff\""},
    {"workflow id that is too long", [](Sides& s) { return start(s, "Nobody", "", with_id(std::string(1001, 'i'))); },
     "RPCError INVALID_ARGUMENT: WorkflowId length exceeds limit."},
    {"workflow type", [](Sides& s) { return start(s, "N\xc0\x80", "", with_id("a")); },
     "the field workflow_type.name is not valid UTF-8"},
    {"task queue", [](Sides& s) { return start(s, "Nobody", "", {.id = "a", .task_queue = "q\xed\xa0\x80"}); },
     "the field task_queue.name is not valid UTF-8"},
    {"argument", [](Sides& s) { return start(s, "Nobody", std::string(3 * kMegabyte, 'x'), with_id("a")); },
     "RPCError INVALID_ARGUMENT: StartWorkflowExecution was not sent: [TMPRL1103] Attempted to upload payloads with "
     "size that "
     "exceeded the error limit: argument 1 takes 3145"},
    {"argument of two megabytes",
     [](Sides& s) { return start(s, "Nobody", std::string(2 * kMegabyte - 100, 'x'), with_id("large")); }, "started"},
    {"signal and its arguments",
     [](Sides& s) {
       std::vector<Payload> arguments;
       arguments.push_back(to_payload(std::string(3 * kMegabyte / 2, 'x')));
       return start(s, "Nobody", std::string(2 * kMegabyte - 100, 'x'),
                    {.id = "a", .task_queue = "q", .start_signal = "s", .start_signal_args = arguments});
     },
     "started"},
    {"signal name",
     [](Sides& s) {
       return said([&] {
         s.client().get_workflow_handle("large").signal("s\xff");
         return std::string();
       });
     },
     "the field signal_name is not valid UTF-8"},
    {"signal argument",
     [](Sides& s) {
       return said([&] {
         s.client().get_workflow_handle("large").signal("s", 1, std::string(3 * kMegabyte, 'x'));
         return std::string();
       });
     },
     "argument 2 takes 3145"},
    {"query argument",
     [](Sides& s) {
       return said([&] {
         s.client().get_workflow_handle("large").query<int>("q", std::string(3 * kMegabyte, 'x'));
         return std::string();
       });
     },
     "argument 1 takes 3145"},
    {"run id",
     [](Sides& s) {
       return said([&] {
         s.client().get_workflow_handle("large", "r\xff").describe();
         return std::string();
       });
     },
     "the field execution.run_id is not valid UTF-8"},
    {"run id that is none",
     [](Sides& s) {
       return said([&] {
         s.client().get_workflow_handle("large", "none").describe();
         return std::string();
       });
     },
     "RPCError INVALID_ARGUMENT: Invalid RunId."},
    {"reason of a termination",
     [](Sides& s) {
       return said([&] {
         const auto handle = s.client().get_workflow_handle<int>("large");
         handle.terminate("because \xff");
         handle.result();
         return std::string();
       });
     },
     "because \xEF\xBF\xBD"},
};

// What workers send.
const Case kAnswers[] = {
    {"activity result", [](Sides& s) { return s.run("activity large"); },
     "[TMPRL1103] Attempted to upload payloads with size that exceeded the error limit: the result takes 3145"},
    {"activity result above the limit of messages", [](Sides& s) { return s.run("activity huge"); },
     "the result takes 52429"},
    {"error of an activity", [](Sides& s) { return s.run("activity bytes"); },
     "not \xEF\xBF\xBD UTF-8 [runtime_error]"},
    {"delay of an activity's error", [](Sides& s) { return s.run("activity delay"); },
     "negative (the rest of the failure is left out: the failure of activity"},
    {"details of an activity's error", [](Sides& s) { return s.run("activity details"); },
     "with details (the rest of the failure is left out: the failure of activity"},
    {"heartbeat details", [](Sides& s) { return s.run("activity heartbeat"); }, "a heartbeat of activity answer_with"},
    {"error of a workflow", [](Sides& s) { return s.run("error"); }, "not \xEF\xBF\xBD UTF-8 [T\xEF\xBF\xBD]"},
    {"deep causes", [](Sides& s) { return s.run("deep"); }, "level 149"},
    {"activity argument", [](Sides& s) { return s.failed_task("argument"); },
     "WORKFLOW_TASK_FAILED_CAUSE_PAYLOADS_TOO_LARGE: the completion of a task of workflow BadWorkflow (id argument, "
     "run <uuid>) was refused: RespondWorkflowTaskCompleted was not sent: [TMPRL1103] Attempted to upload payloads "
     "with size that exceeded the error limit: argument 1 of activity length_of (id 1) takes 3145"},
    {"five activity arguments", [](Sides& s) { return s.run("five arguments"); }, "GrpcMessageTooLarge"},
    {"workflow result", [](Sides& s) { return s.failed_task("result"); },
     "PAYLOADS_TOO_LARGE: the completion of a task of workflow BadWorkflow (id result, run <uuid>) was refused: "
     "RespondWorkflowTaskCompleted was not sent: [TMPRL1103] Attempted to upload payloads with size that exceeded the "
     "error limit: the result of the workflow takes 3145"},
    {"activity id", [](Sides& s) { return s.failed_task("activity id"); },
     "the field commands[0].schedule_activity_task_command_attributes.activity_id is not valid UTF-8: \"i\\xff\""},
    {"answer to a query",
     [](Sides& s) {
       const std::string argument = "wait";
       const auto handle = s.client().start_workflow<&BadWorkflow::run>(argument, with_id("queried"));
       const std::string large = said([&] { return handle.query<&BadWorkflow::large>().substr(0, 9); });
       const std::string fails = said([&] { return handle.query<&BadWorkflow::fails>(); });
       handle.signal<&BadWorkflow::end>();
       return large + "; " + fails + "; " + handle.result();
     },
     "; a query's \xEF\xBF\xBD"},
};

class BadValues : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    set_log_sink([](LogLevel level, std::string_view text) {
      if (level < LogLevel::warning) return;
      const std::lock_guard lock(mutex_);
      log_ += std::string(text) + "\n";
    });
  }
  static void TearDownTestSuite() { set_log_sink({}); }

  static void compare(const Case& tried, Sides& in_process, Sides& over_socket) {
    SCOPED_TRACE(tried.name);
    const std::string here = without_ids(tried.answer(in_process));
    const std::string there = without_ids(tried.answer(over_socket));
    EXPECT_THAT(here, HasSubstr(tried.expected));
    EXPECT_EQ(here, there);
  }

  static std::mutex mutex_;
  static std::string log_;
};
std::mutex BadValues::mutex_;
std::string BadValues::log_;

TEST_F(BadValues, OfClientsAreAnsweredAlike) {
  Sides in_process("");
  Sides over_socket(TEST_SERVER);
  for (const Case& tried : kCalls) compare(tried, in_process, over_socket);
}

TEST_F(BadValues, OfWorkersAreAnsweredAlike) {
  Sides in_process("");
  Sides over_socket(TEST_SERVER);
  for (const Case& tried : kAnswers) compare(tried, in_process, over_socket);
}

TEST_F(BadValues, AreLogged) {
  Sides side("");
  side.run("five arguments");
  {
    const std::lock_guard lock(mutex_);
    EXPECT_THAT(log_, HasSubstr("RespondWorkflowTaskCompleted was not sent: the message takes 78"));
    EXPECT_THAT(log_,
                HasSubstr("at most 4194304 are allowed; the largest part: argument 1 of activity length_of (id "));
    log_.clear();
  }
  start(side, "Nobody", std::string(kMegabyte, 'x'), with_id("warned"));
  const std::lock_guard lock(mutex_);
  EXPECT_THAT(log_, HasSubstr("[TMPRL1103] Attempted to upload payloads with size that exceeded the warning limit: "
                              "argument 1 takes 10486"));
}

}  // namespace
}  // namespace temporalio::testing
