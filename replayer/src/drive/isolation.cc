#include "replayer/src/drive/isolation.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "replayer/src/drive/player.h"
#include "replayer/src/load/loader.h"
#include "replayer/src/report/event_context.h"
#include "replayer/src/report/result_json.h"
#include "sdk/src/base/check.h"
#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::replayer {
namespace {

using nlohmann::json;

// Loading is our own code: slow perhaps, for a large file, but never stuck.
constexpr std::chrono::minutes kLoadTimeout{10};

// How often the parent looks within the time that the code may take.
constexpr int kLooks = 10;

// What a child writes and its parent reads: the event whose activation runs.
class SharedEventId {
 public:
  SharedEventId() {
    void* const page = ::mmap(nullptr, sizeof(Value), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    TEMPORALIO_CHECK(page != MAP_FAILED, std::strerror(errno));
    value_ = new (page) Value(0);
  }
  ~SharedEventId() { ::munmap(value_, sizeof(Value)); }
  SharedEventId(const SharedEventId&) = delete;
  SharedEventId& operator=(const SharedEventId&) = delete;

  std::atomic<std::int64_t>& operator*() const { return *value_; }

 private:
  using Value = std::atomic<std::int64_t>;
  static_assert(Value::is_always_lock_free);
  Value* value_;
};

// Where a child starts: the histories of `file` before `history` are done.
struct Position {
  std::size_t file = 0;
  std::size_t history = 0;
};

// --- the child's side -----------------------------------------------------------------------------------------------

std::string workflow_type_of(const temporal::api::history::v1::History& history) {
  return history.events_size() == 0
             ? ""
             : history.events(0).workflow_execution_started_event_attributes().workflow_type().name();
}

void send(int pipe, const json& message) {
  std::string line = message.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t written = ::write(pipe, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) ::_exit(1);  // the parent is gone
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

[[noreturn]] void run_child(const Replayer& replayer, const std::vector<std::string>& files, Position at,
                            const IsolationOptions& options, int pipe, std::atomic<std::int64_t>& progress) {
  ::dup2(STDERR_FILENO, STDOUT_FILENO);   // what workflow code prints must not end up in the report,
  ::setvbuf(stdout, nullptr, _IOLBF, 0);  // but must be seen, also when it crashes right behind
  const workflow::Registry& registry = ReplayerAccess::registry(replayer);
  for (; at.file < files.size(); ++at.file, at.history = 0) {
    try {
      const std::unique_ptr<Histories> histories = load_file(files[at.file]);
      for (; at.history < histories->list().size(); ++at.history) {
        const LoadedHistory& loaded = histories->list()[at.history];
        progress = 0;
        send(pipe, {{"begin", loaded.name},
                    {"history", at.history},
                    {"workflowType", workflow_type_of(*loaded.history)},
                    {"eventCount", loaded.history->events_size()},
                    {"workflowId", loaded.workflow_id},
                    {"runId", loaded.run_id}});
        send(pipe, {{"result", result_to_json(play(registry, loaded, options.context, &progress))}});
      }
    } catch (const LoadError& error) {
      send(pipe, {{"result", result_to_json(unreadable(files[at.file], error.what()))}});
    }
    send(pipe, {{"done", at.file}});
  }
  std::fflush(nullptr);
  ::_exit(0);
}

// --- the parent's side ----------------------------------------------------------------------------------------------

std::string signal_name(int number) {
  const char* abbreviation = ::sigabbrev_np(number);
  return "SIG" + std::string(abbreviation == nullptr ? std::to_string(number) : abbreviation) + " (" +
         ::strsignal(number) + ")";
}

class Child {
 public:
  Child(const Replayer& replayer, const std::vector<std::string>& files, Position at, const IsolationOptions& options,
        std::atomic<std::int64_t>& progress) {
    int ends[2];
    TEMPORALIO_CHECK(::pipe2(ends, O_CLOEXEC) == 0, std::strerror(errno));
    std::fflush(nullptr);  // else the child would print what is buffered once more
    process_ = ::fork();
    TEMPORALIO_CHECK(process_ >= 0, std::strerror(errno));
    if (process_ == 0) {
      ::close(ends[0]);
      run_child(replayer, files, at, options, ends[1], progress);
    }
    ::close(ends[1]);
    pipe_ = ends[0];
  }
  ~Child() {
    ::close(pipe_);
    if (process_ > 0) {
      ::kill(process_, SIGKILL);
      wait();
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  enum class Received { message, silence, end };

  // The next message, if one comes in time.
  Received receive(std::chrono::milliseconds timeout, json& message) {
    while (true) {
      const std::size_t end = buffer_.find('\n', searched_);
      if (end != std::string::npos) {
        message = json::parse(buffer_.substr(0, end), nullptr, false);
        buffer_.erase(0, end + 1);
        searched_ = 0;
        return message.is_object() ? Received::message : Received::end;
      }
      searched_ = buffer_.size();
      pollfd poll{pipe_, POLLIN, 0};
      const int ready = ::poll(&poll, 1, static_cast<int>(timeout.count()));
      if (ready < 0 && errno == EINTR) continue;
      if (ready == 0) return Received::silence;
      char chunk[65536];
      const ssize_t size = ::read(pipe_, chunk, sizeof chunk);
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) return Received::end;
      buffer_.append(chunk, static_cast<std::size_t>(size));
    }
  }

  // After the end: how it ended. One that has only closed its pipe, or wrote into it what is no message, is ended here.
  std::string how_it_ended() {
    ::kill(process_, SIGKILL);
    const int status = wait();
    if (WIFSIGNALED(status)) return "was ended by " + signal_name(WTERMSIG(status));
    if (WEXITSTATUS(status) != 0) return "ended the process with exit code " + std::to_string(WEXITSTATUS(status));
    return "ended the process";
  }

 private:
  int wait() {
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = 0;
    return status;
  }

  pid_t process_ = 0;
  int pipe_ = -1;
  std::string buffer_;
  std::size_t searched_ = 0;  // that much of buffer_ holds no line end
};

class Parent {
 public:
  Parent(const Replayer& replayer, const std::vector<std::string>& files, const IsolationOptions& options,
         const std::function<void(ReplayResult)>& on_result)
      : replayer_(replayer), files_(files), options_(options), on_result_(on_result) {}

  void run() {
    while (!is_stopped_ && at_.file < files_.size()) {
      Child child(replayer_, files_, at_, options_, *progress_);
      follow(child);
    }
  }

 private:
  // Takes what one child has to say, until it is done, dies or falls silent.
  void follow(Child& child) {
    current_.reset();
    json message;
    while (!is_stopped_ && at_.file < files_.size()) {
      switch (listen(child, message)) {
        case Child::Received::message:
          take(message);
          break;
        case Child::Received::silence:
          fail("did not yield within " + std::to_string(options_.deadlock_timeout.count()) +
               " ms: potential deadlock (an endless loop, a blocking call, or a lock)");
          return;
        case Child::Received::end:
          fail(child.how_it_ended());
          return;
      }
    }
  }

  void take(const json& message) {
    if (message.contains("begin")) {
      current_.emplace();
      current_->name = message.value("begin", "");
      current_->workflow_type = message.value("workflowType", "");
      current_->event_count = message.value("eventCount", std::int64_t{0});
      current_->workflow_id = message.value("workflowId", "");
      current_->run_id = message.value("runId", "");
      at_.history = message.value("history", std::size_t{0});
    } else if (message.contains("result")) {
      current_.reset();
      ++at_.history;
      report(result_from_json(message.at("result")));
    } else {
      at_ = {at_.file + 1, 0};
    }
  }

  // The child is lost: that is the result of what it was at; the next child goes on behind it.
  void fail(const std::string& how) {
    ReplayResult result = current_.value_or(ReplayResult{});
    result.verdict = Verdict::code_failed;
    if (current_) {
      result.message = "the workflow code " + how;
      locate(result);
      ++at_.history;
    } else {  // it did not come to replay anything of this file
      result = unreadable(files_[at_.file], files_[at_.file] + ": could not be loaded: the process " + how);
      at_ = {at_.file + 1, 0};
    }
    report(std::move(result));
  }

  // Where the code was.
  void locate(ReplayResult& result) const {
    result.event_id = (*progress_).load();
    if (result.event_id == 0) return;
    result.message += ", at work on the task of event " + std::to_string(result.event_id) +
                      "; --in-process under a debugger shows where";
    result.context = context_of(result.event_id);
  }

  // The events around one of the history that is being replayed; none where its file has gone since.
  std::vector<ContextEvent> context_of(std::int64_t event_id) const {
    try {
      const std::unique_ptr<Histories> histories = load_file(files_[at_.file]);
      return events_around(*histories->list()[at_.history].history, event_id, options_.context);
    } catch (const LoadError&) {
      return {};
    }
  }

  void report(ReplayResult result) {
    is_stopped_ = options_.fail_fast && !result.has_passed();
    on_result_(std::move(result));
  }

  // The next message; silence when none has come and no activation has begun for as long as they may take.
  Child::Received listen(Child& child, json& message) {
    if (!current_) return child.receive(kLoadTimeout, message);
    const auto look = std::max(options_.deadlock_timeout / kLooks, std::chrono::milliseconds(1));
    std::int64_t seen = (*progress_).load();
    for (auto stuck = std::chrono::milliseconds(0); stuck < options_.deadlock_timeout; stuck += look) {
      const Child::Received received = child.receive(look, message);
      if (received != Child::Received::silence) return received;
      const std::int64_t now = (*progress_).load();
      if (now != seen) stuck = -look;  // zero for the next look
      seen = now;
    }
    return Child::Received::silence;
  }

  const Replayer& replayer_;
  const std::vector<std::string>& files_;
  const IsolationOptions& options_;
  const std::function<void(ReplayResult)>& on_result_;
  Position at_;
  SharedEventId progress_;
  std::optional<ReplayResult> current_;  // what is being replayed
  bool is_stopped_ = false;
};

}  // namespace

void replay_isolated(const Replayer& replayer, const std::vector<std::string>& files, const IsolationOptions& options,
                     const std::function<void(ReplayResult)>& on_result) {
  Parent(replayer, files, options, on_result).run();
}

}  // namespace temporalio::replayer
