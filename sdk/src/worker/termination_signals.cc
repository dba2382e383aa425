#include "sdk/src/worker/termination_signals.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>

namespace temporalio::worker {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM};
constexpr char kSignalled = 's';
constexpr char kOver = 'o';

std::atomic<int> signal_pipe{-1};  // where the handler writes

extern "C" void on_termination_signal(int number) {
  const int saved_errno = errno;
  const char message = kSignalled;
  const ssize_t written = write(signal_pipe.load(), &message, 1);
  (void)written;  // a full pipe has already said so
  struct sigaction standard = {};
  standard.sa_handler = SIG_DFL;
  sigaction(number, &standard, nullptr);
  errno = saved_errno;
}

bool is_standard(int number) {
  struct sigaction current = {};
  return sigaction(number, nullptr, &current) == 0 && (current.sa_flags & SA_SIGINFO) == 0 &&
         (current.sa_handler == SIG_DFL || current.sa_handler == on_termination_signal);
}

void set_handler(int number, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, nullptr);
}

}  // namespace

TerminationSignals::TerminationSignals(std::function<void()> on_signal) {
  if (pipe2(pipe_, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
  thread_ = std::thread([on_signal = std::move(on_signal), end = pipe_[0]] {
    char message = 0;
    while (read(end, &message, 1) < 0 && errno == EINTR) {
    }
    if (message == kSignalled) on_signal();
  });
  outer_pipe_ = signal_pipe.exchange(pipe_[1]);
  for (int i = 0; i < 2; ++i) {
    has_taken_[i] = is_standard(kSignals[i]);
    if (has_taken_[i]) set_handler(kSignals[i], on_termination_signal);
  }
}

TerminationSignals::~TerminationSignals() {
  for (int i = 0; i < 2; ++i) {
    if (has_taken_[i] && outer_pipe_ < 0) set_handler(kSignals[i], SIG_DFL);
  }
  signal_pipe = outer_pipe_;
  const ssize_t written = write(pipe_[1], &kOver, 1);
  (void)written;
  thread_.join();
  close(pipe_[0]);
  close(pipe_[1]);
}

}  // namespace temporalio::worker
