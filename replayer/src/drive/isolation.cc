#include "replayer/src/drive/isolation.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "replayer/src/drive/replay_child.h"
#include "replayer/src/report/event_context.h"
#include "replayer/src/report/result_json.h"
#include "sdk/src/base/time_source.h"
#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::replayer {
namespace {

using nlohmann::json;

// Loading is our own code: slow perhaps, for a large file, but never stuck.
constexpr std::chrono::minutes kLoadTimeout{10};

// How often the parent looks within the time that the code may take.
constexpr int kLooks = 10;

// Results in the order of the input: those of a file behind one that is not done wait.
class Order {
 public:
  Order(std::size_t files, const std::function<void(ReplayResult)>& pass_on) : waiting_(files), pass_on_(pass_on) {}

  void add(std::size_t file, ReplayResult result) {
    if (file == first_) {
      pass_on_(std::move(result));
    } else {
      waiting_[file].results.push_back(std::move(result));
    }
  }
  void done(std::size_t file) {
    waiting_[file].is_done = true;
    while (first_ < waiting_.size() && waiting_[first_].is_done) {
      waiting_[first_].results = {};
      if (++first_ == waiting_.size()) return;
      for (ReplayResult& result : waiting_[first_].results) pass_on_(std::move(result));
      waiting_[first_].results.clear();
    }
  }

 private:
  struct File {
    std::vector<ReplayResult> results;
    bool is_done = false;
  };
  std::vector<File> waiting_;
  std::size_t first_ = 0;  // the file whose results are passed on at once
  const std::function<void(ReplayResult)>& pass_on_;
};

class Parent {
 public:
  Parent(const Replayer& replayer, const std::vector<InputFile>& files, const IsolationOptions& options,
         const std::function<void(ReplayResult)>& on_result)
      : replayer_(replayer),
        files_(files),
        options_(options),
        on_result_(on_result),
        shared_(std::max<std::size_t>(1, options.children)),
        pass_on_([this](ReplayResult result) { pass_on(std::move(result)); }),
        order_(files.size(), pass_on_) {}

  void run() {
    const std::size_t count = std::min(std::max<std::size_t>(1, options_.children), files_.size());
    shared_.next_file[0] = static_cast<std::int64_t>(count);  // each begins with a file of its own
    for (std::size_t i = 0; i < count; ++i) {
      workers_.push_back(std::make_unique<Worker>());
      workers_.back()->number = i;
      start(*workers_.back(), {i, 0});
    }
    while (!is_stopped_ && std::any_of(workers_.begin(), workers_.end(), [](auto& w) { return w->child != nullptr; })) {
      listen();
    }
  }

 private:
  // A child and what it is at.
  struct Worker {
    std::size_t number = 0;
    std::unique_ptr<ReplayChild> child;  // null: all is done
    Position at;
    bool has_file = false;                // it has begun with at.file and is not done
    std::optional<ReplayResult> current;  // what is being replayed
    std::int64_t seen = 0;                // its progress, when it was last seen to make any
    base::MonotonicTime moved{};
  };

  void start(Worker& worker, Position at) {
    worker.at = at;
    worker.has_file = true;
    worker.current.reset();
    worker.moved = base::real_time().now();
    worker.seen = 0;
    shared_.progress[worker.number] = 0;
    worker.child = std::make_unique<ReplayChild>(replayer_, files_, options_, shared_, worker.number, at);
  }

  // Waits for a message of any child, but not longer than until somebody may have hung.
  void listen() {
    std::vector<pollfd> polls;
    std::vector<Worker*> polled;
    for (const auto& worker : workers_) {
      if (worker->child == nullptr) continue;
      polls.push_back({worker->child->pipe(), POLLIN, 0});
      polled.push_back(worker.get());
    }
    const auto look = std::max(options_.deadlock_timeout / kLooks, std::chrono::milliseconds(1));
    if (::poll(polls.data(), polls.size(), static_cast<int>(look.count())) < 0 && errno != EINTR) return;
    for (std::size_t i = 0; i < polls.size() && !is_stopped_; ++i) {
      Worker& worker = *polled[i];
      if (polls[i].revents != 0) {
        follow(worker);
      } else if (has_hung(worker)) {
        fail(worker, "did not yield within " + std::to_string(options_.deadlock_timeout.count()) +
                         " ms: potential deadlock (an endless loop, a blocking call, or a lock)");
      }
    }
  }

  bool has_hung(Worker& worker) {
    const std::int64_t now_at = shared_.progress[worker.number];
    const base::MonotonicTime now = base::real_time().now();
    if (now_at != worker.seen) worker.moved = now;
    worker.seen = now_at;
    const std::chrono::milliseconds limit = worker.current ? options_.deadlock_timeout : kLoadTimeout;
    return now - worker.moved > limit;
  }

  // Takes what a child has to say.
  void follow(Worker& worker) {
    std::vector<json> messages;
    const bool is_alive = worker.child->receive(messages);
    for (const json& message : messages) {
      take(worker, message);
      if (is_stopped_) return;
    }
    worker.moved = base::real_time().now();
    if (is_alive) return;
    if (worker.has_file) {
      fail(worker, worker.child->how_it_ended());
    } else {
      worker.child.reset();  // no file was left
    }
  }

  void take(Worker& worker, const json& message) {
    if (message.contains("open")) {
      const std::size_t file = message.at("open");
      if (file != worker.at.file) worker.at = {file, 0};
      worker.has_file = true;
    } else if (message.contains("begin")) {
      worker.current.emplace();
      worker.current->name = message.value("begin", "");
      worker.current->workflow_type = message.value("workflowType", "");
      worker.current->event_count = message.value("eventCount", std::int64_t{0});
      worker.current->workflow_id = message.value("workflowId", "");
      worker.current->run_id = message.value("runId", "");
      worker.at.history = message.value("history", std::size_t{0});
    } else if (message.contains("result")) {
      worker.current.reset();
      ++worker.at.history;
      order_.add(worker.at.file, result_from_json(message.at("result")));
    } else {
      worker.has_file = false;
      order_.done(worker.at.file);
    }
  }

  // The child is lost: that is the result of what it was at; the next child goes on behind it.
  void fail(Worker& worker, const std::string& how) {
    ReplayResult result = worker.current.value_or(ReplayResult{});
    result.verdict = Verdict::code_failed;
    Position next = worker.at;
    if (worker.current) {
      result.message = "the workflow code " + how;
      locate(worker, result);
      ++next.history;
    } else {  // it did not come to replay anything more of this file
      const std::string& name = files_[next.file].name;
      result = unreadable(name, name + ": could not be loaded: the process " + how);
    }
    worker.child.reset();
    order_.add(next.file, std::move(result));
    if (worker.current) {
      if (!is_stopped_) start(worker, next);
      return;
    }
    order_.done(next.file);
    const auto file = static_cast<std::size_t>(shared_.next_file[0].fetch_add(1));
    if (!is_stopped_ && file < files_.size()) start(worker, {file, 0});
  }

  // Where the code was.
  void locate(const Worker& worker, ReplayResult& result) const {
    result.event_id = shared_.progress[worker.number];
    if (result.event_id == 0) return;
    result.message += ", at work on the task of event " + std::to_string(result.event_id) +
                      "; --in-process under a debugger shows where";
    result.context = context_of(worker.at, result.event_id);
  }

  // The events around one of the history that is being replayed; none where its file has gone since.
  std::vector<ContextEvent> context_of(Position at, std::int64_t event_id) const {
    std::vector<ContextEvent> context;
    std::size_t index = 0;
    for_each_history(
        files_[at.file],
        [&](const LoadedHistory& loaded) {
          if (index++ != at.history) return true;
          context = events_around(*loaded.history, event_id, options_.play.context);
          return false;
        },
        [&](const std::string&, const LoadError&) { return index++ < at.history; });
    return context;
  }

  void pass_on(ReplayResult result) {
    if (is_stopped_) return;
    is_stopped_ = options_.play.fail_fast && !result.has_passed();
    on_result_(std::move(result));
  }

  const Replayer& replayer_;
  const std::vector<InputFile>& files_;
  const IsolationOptions& options_;
  const std::function<void(ReplayResult)>& on_result_;
  SharedState shared_;
  std::function<void(ReplayResult)> pass_on_;
  Order order_;
  std::vector<std::unique_ptr<Worker>> workers_;
  bool is_stopped_ = false;
};

}  // namespace

void replay_isolated(const Replayer& replayer, const std::vector<InputFile>& files, const IsolationOptions& options,
                     const std::function<void(ReplayResult)>& on_result) {
  Parent(replayer, files, options, on_result).run();
}

}  // namespace temporalio::replayer
