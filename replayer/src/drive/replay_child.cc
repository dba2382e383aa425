#include "replayer/src/drive/replay_child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string_view>

#include "replayer/src/drive/player.h"
#include "replayer/src/report/event_shape.h"
#include "replayer/src/report/result_json.h"
#include "sdk/src/base/check.h"
#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::replayer {
namespace {

using nlohmann::json;

// ---- the child's side ----

class ChildMain {
 public:
  ChildMain(const Replayer& replayer, const std::vector<InputFile>& files, const IsolationOptions& options,
            const SharedState& shared, std::size_t number, int pipe)
      : registry_(ReplayerAccess::registry(replayer)),
        files_(files),
        options_(options),
        shared_(shared),
        progress_(shared.progress[number]),
        pipe_(pipe) {}

  void run(Position at) {
    for (; at.file < files_.size(); at = {static_cast<std::size_t>(shared_.next_file[0].fetch_add(1)), 0}) {
      send({{"open", at.file}});
      replay_file(at);
      send({{"done", at.file}});
    }
  }

 private:
  void replay_file(Position at) {
    std::size_t index = 0;
    const auto is_ahead = [&] { return index++ < at.history; };
    for_each_history(
        files_[at.file],
        [&](const LoadedHistory& loaded) {
          if (!is_ahead()) replay(loaded, index - 1);
          return true;
        },
        [&](const std::string& name, const LoadError& error) {
          if (!is_ahead()) send({{"result", result_to_json(unreadable(name, error.what()))}});
          return true;
        });
  }

  void replay(const LoadedHistory& loaded, std::size_t index) {
    progress_ = 0;
    send({{"begin", loaded.name},
          {"history", index},
          {"workflowType", workflow_type_of(*loaded.history)},
          {"eventCount", loaded.history->events_size()},
          {"workflowId", loaded.workflow_id},
          {"runId", loaded.run_id}});
    const bool is_new = !options_.play.dedupe || shared_.shapes.insert(history_shape(*loaded.history));
    send({{"result", result_to_json(is_new ? play(registry_, loaded, options_.play, &progress_) : duplicate(loaded))}});
  }

  void send(const json& message) {
    const std::string line = message.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    std::string_view rest = line;
    while (!rest.empty()) {
      const ssize_t written = ::write(pipe_, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) ::_exit(1);  // the parent is gone
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  const workflow::Registry& registry_;
  const std::vector<InputFile>& files_;
  const IsolationOptions& options_;
  const SharedState& shared_;
  SharedNumbers::Number& progress_;
  int pipe_;
};

// Workflow code that takes memory without end gets std::bad_alloc, and the machine stays usable.
void limit_memory(std::uint64_t bytes) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which map far more than they use
  if (bytes == 0) return;
  const rlimit limit{bytes, bytes};
  ::setrlimit(RLIMIT_DATA, &limit);
#else
  (void)bytes;
#endif
}

std::string signal_name(int number) {
  const char* abbreviation = ::sigabbrev_np(number);
  return "SIG" + std::string(abbreviation == nullptr ? std::to_string(number) : abbreviation) + " (" +
         ::strsignal(number) + ")";
}

}  // namespace

// ---- the parent's side ----

ReplayChild::ReplayChild(const Replayer& replayer, const std::vector<InputFile>& files, const IsolationOptions& options,
                         const SharedState& shared, std::size_t number, Position start) {
  int ends[2];
  TEMPORALIO_CHECK(::pipe2(ends, O_CLOEXEC) == 0, std::strerror(errno));
  std::fflush(nullptr);  // else the child would print what is buffered once more
  process_ = ::fork();
  TEMPORALIO_CHECK(process_ >= 0, std::strerror(errno));
  if (process_ == 0) {
    ::close(ends[0]);
    ::dup2(STDERR_FILENO, STDOUT_FILENO);   // what workflow code prints must not end up in the report,
    ::setvbuf(stdout, nullptr, _IOLBF, 0);  // but must be seen, also when it crashes right behind
    limit_memory(options.memory_limit);
    ChildMain(replayer, files, options, shared, number, ends[1]).run(start);
    std::fflush(nullptr);
    ::_exit(0);
  }
  ::close(ends[1]);
  pipe_ = ends[0];
}

ReplayChild::~ReplayChild() {
  ::close(pipe_);
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    wait();
  }
}

bool ReplayChild::receive(std::vector<json>& messages) {
  char chunk[65536];
  ssize_t size = 0;
  do {
    size = ::read(pipe_, chunk, sizeof chunk);
  } while (size < 0 && errno == EINTR);
  if (size <= 0) return false;
  const std::size_t searched = buffer_.size();
  buffer_.append(chunk, static_cast<std::size_t>(size));
  std::size_t begin = 0;
  for (std::size_t end = buffer_.find('\n', searched); end != std::string::npos; end = buffer_.find('\n', begin)) {
    json message = json::parse(buffer_.begin() + static_cast<std::ptrdiff_t>(begin),
                               buffer_.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
    if (!message.is_object()) return false;
    messages.push_back(std::move(message));
    begin = end + 1;
  }
  buffer_.erase(0, begin);
  return true;
}

std::string ReplayChild::how_it_ended() {
  ::kill(process_, SIGKILL);
  const int status = wait();
  if (WIFSIGNALED(status)) return "was ended by " + signal_name(WTERMSIG(status));
  if (WEXITSTATUS(status) != 0) return "ended the process with exit code " + std::to_string(WEXITSTATUS(status));
  return "ended the process";
}

int ReplayChild::wait() {
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = 0;
  return status;
}

}  // namespace temporalio::replayer
