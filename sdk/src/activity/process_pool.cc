#include "sdk/src/activity/process_pool.h"

#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "sdk/src/activity/thread_pool.h"

extern char** environ;

namespace temporalio::activity {
namespace {

constexpr int kEndsWithinMilliseconds = 1000;

// What posix_spawn is told: the socket at its place, no signal blocked, whatever the calling thread blocks.
class SpawnSettings {
 public:
  explicit SpawnSettings(int child_socket) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, child_socket, kChildSocket);
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

ChildProcess::ChildProcess() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throw std::system_error(errno, std::generic_category(), "no socket for a process of the pool");
  }
  socket_ = ends[0];
  const SpawnSettings settings(ends[1]);
  std::string name = program_invocation_name;
  std::string argument = kChildArgument;
  char* const arguments[] = {name.data(), argument.data(), nullptr};
  // The executable that runs, also when its file has been replaced meanwhile.
  const int error =
      ::posix_spawn(&pid_, "/proc/self/exe", settings.actions(), settings.attributes(), arguments, environ);
  ::close(ends[1]);
  if (error != 0) {
    pid_ = -1;
    ::close(socket_);
    throw std::system_error(error, std::generic_category(), "no process for the pool");
  }
}

ChildProcess::~ChildProcess() {
  hang_up();
  wait_or_kill();
  ::close(socket_);
}

void ChildProcess::hang_up() { ::shutdown(socket_, SHUT_WR); }

void ChildProcess::wait_or_kill() {
  if (pid_ == -1) return;
  // Its end of the socket closes when it ends.
  pollfd closing{};
  closing.fd = socket_;
  char dropped[4096];
  for (;;) {
    closing.events = POLLIN;
    const int ready = ::poll(&closing, 1, kEndsWithinMilliseconds);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) break;
    const ssize_t received = ::recv(socket_, dropped, sizeof dropped, 0);
    if (received == 0 || (received < 0 && errno != EINTR)) break;
  }
  int status = 0;
  pid_t reaped = ::waitpid(pid_, &status, WNOHANG);
  for (int tries = 0; reaped == 0 && tries < 100; ++tries) {  // the socket closes a little before the process ends
    ::poll(nullptr, 0, 10);
    reaped = ::waitpid(pid_, &status, WNOHANG);
  }
  if (reaped == 0) {
    ::kill(pid_, SIGKILL);
    while ((reaped = ::waitpid(pid_, &status, 0)) < 0 && errno == EINTR) {
    }
  }
  if (reaped == pid_) wait_status_ = status;
  pid_ = -1;
}

std::string ChildProcess::describe_end() {
  wait_or_kill();
  if (wait_status_ == -1) return "ended (how is not known: this program ignores SIGCHLD or waits for all processes)";
  if (WIFSIGNALED(wait_status_)) {
    const int signal = WTERMSIG(wait_status_);
    return "was ended by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
  }
  return "exited with code " + std::to_string(WEXITSTATUS(wait_status_));
}

ProcessPoolExecutor::Impl::Impl(const ProcessPoolOptions& options)
    : max_workers_(options.max_workers > 0 ? options.max_workers
                                           : std::max(1, static_cast<int>(std::thread::hardware_concurrency()))),
      max_tasks_per_child_(options.max_tasks_per_child) {}

void ProcessPoolExecutor::Impl::run(Work work) {
  {
    const std::lock_guard lock(mutex_);
    if (busy_ >= max_workers_) {
      waiting_.push_back(std::move(work));
      return;
    }
    ++busy_;
  }
  try {
    ThreadPool::process_wide().run([self = shared_from_this(), work = std::move(work)] { self->attend(work); });
  } catch (...) {
    const std::lock_guard lock(mutex_);
    --busy_;
    throw;
  }
}

// On a thread of the pool of threads: does `work`, then what waits.
void ProcessPoolExecutor::Impl::attend(Work work) {
  for (;;) {
    serve(work);
    work = nullptr;
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
      --busy_;
      return;
    }
    work = std::move(waiting_.front());
    waiting_.pop_front();
  }
}

void ProcessPoolExecutor::Impl::serve(const Work& work) {
  std::unique_ptr<ChildProcess> process = take_idle();
  try {
    if (process == nullptr) process = std::make_unique<ChildProcess>();
  } catch (...) {
    work(nullptr, std::current_exception());
    return;
  }
  const bool is_fit = work(process.get(), nullptr);
  ++process->tasks_done;
  if (!is_fit || (max_tasks_per_child_ > 0 && process->tasks_done >= max_tasks_per_child_)) return;
  const std::lock_guard lock(mutex_);
  if (!is_closed_) idle_.push_back(std::move(process));
}

std::unique_ptr<ChildProcess> ProcessPoolExecutor::Impl::take_idle() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return nullptr;
  std::unique_ptr<ChildProcess> process = std::move(idle_.back());
  idle_.pop_back();
  return process;
}

void ProcessPoolExecutor::Impl::close() {
  std::vector<std::unique_ptr<ChildProcess>> ending;
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  ending.swap(idle_);
}

ProcessPoolExecutor::ProcessPoolExecutor(const ProcessPoolOptions& options) {
  if (options.max_workers < 0) throw std::invalid_argument("a process pool's max_workers is at least 0");
  if (options.max_tasks_per_child < 0)
    throw std::invalid_argument("a process pool's max_tasks_per_child is at least 0");
  if (!has_child_entry()) {
    throw std::logic_error(
        "a process pool needs a call in main(), before anything else, that its processes run in: "
        "if (const auto code = temporalio::activity::run_process_pool_child(argc, argv)) return *code;");
  }
  impl_ = std::make_shared<Impl>(options);
}

ProcessPoolExecutor::~ProcessPoolExecutor() { impl_->close(); }

}  // namespace temporalio::activity
