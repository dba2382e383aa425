#include "sdk/src/worker/termination_signals.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

namespace temporalio::worker {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM};

int signal_pipe[2] = {-1, -1};  // from the handler to the thread; made once, before the first handler is set

extern "C" void on_termination_signal(int number) {
  const int saved_errno = errno;
  const char message = 0;
  const ssize_t written = write(signal_pipe[1], &message, 1);
  (void)written;  // a full pipe has already said so
  signal(number, SIG_DFL);
  errno = saved_errno;
}

void set_handler(int number, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, nullptr);
}

bool is_handled_by(int number, void (*handler)(int)) {
  struct sigaction current = {};
  return sigaction(number, nullptr, &current) == 0 && (current.sa_flags & SA_SIGINFO) == 0 &&
         current.sa_handler == handler;
}

// All objects of the process, and the thread that calls them.
class Watch {
 public:
  static Watch& instance() {
    static Watch* const watch = new Watch;  // never destroyed: its thread waits until the process ends
    return *watch;
  }

  void add(const std::function<void()>* callback) {
    std::lock_guard lock(mutex_);
    if (callbacks_.empty()) {
      for (const int number : kSignals) {
        if (is_handled_by(number, SIG_DFL)) set_handler(number, on_termination_signal);
      }
    }
    callbacks_.insert(callback);
  }

  void remove(const std::function<void()>* callback) {
    std::lock_guard lock(mutex_);
    callbacks_.erase(callback);
    if (!callbacks_.empty()) return;
    for (const int number : kSignals) {
      if (is_handled_by(number, on_termination_signal)) set_handler(number, SIG_DFL);
    }
  }

 private:
  Watch() {
    if (pipe2(signal_pipe, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
    std::thread([this] { run(); }).detach();
  }

  void run() {
    char message = 0;
    for (;;) {
      const ssize_t got = read(signal_pipe[0], &message, 1);
      if (got < 0 && errno == EINTR) continue;
      if (got != 1) return;
      std::lock_guard lock(mutex_);
      for (const std::function<void()>* callback : callbacks_) (*callback)();
    }
  }

  std::mutex mutex_;  // guards: callbacks_; held while they run
  std::set<const std::function<void()>*> callbacks_;
};

}  // namespace

TerminationSignals::TerminationSignals(std::function<void()> on_signal) : on_signal_(std::move(on_signal)) {
  Watch::instance().add(&on_signal_);
}

TerminationSignals::~TerminationSignals() { Watch::instance().remove(&on_signal_); }

}  // namespace temporalio::worker
