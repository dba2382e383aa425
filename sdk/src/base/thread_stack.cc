#include "sdk/src/base/thread_stack.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <semaphore.h>
#include <signal.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <mutex>

#include "sdk/src/base/time_source.h"

namespace temporalio::base {
namespace {

constexpr int kMaxFrames = 64;
// The handler and the frame that the signal makes.
constexpr int kFramesOfHandler = 2;

// What the handler writes; a handler has no other way to its caller.
void* frames[kMaxFrames];
int frame_count = 0;
sem_t is_written;

void on_signal(int) {
  const int saved = errno;
  frame_count = backtrace(frames, kMaxFrames);
  sem_post(&is_written);
  errno = saved;
}

bool wait_for_handler() {
  const auto limit = real_time().system_now() + std::chrono::seconds(1);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(limit);
  timespec end{};
  end.tv_sec = seconds.time_since_epoch().count();
  end.tv_nsec = std::chrono::duration_cast<std::chrono::nanoseconds>(limit - seconds).count();
  int result = 0;
  do {
    result = sem_timedwait(&is_written, &end);
  } while (result != 0 && errno == EINTR);
  return result == 0;
}

std::string demangled(const char* name) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(name, nullptr, nullptr, &status), std::free);
  return status == 0 && text ? text.get() : name;
}

// What addr2line says of an address in a file: "function at file:line"; empty where it knows nothing.
std::string source_of(const char* file, std::uintptr_t address) {
  char command[1200];
  const int length = std::snprintf(command, sizeof command, "addr2line -Cfpe '%s' 0x%zx 2>/dev/null", file,
                                   static_cast<std::size_t>(address));
  if (length <= 0 || length >= static_cast<int>(sizeof command) || std::string(file).find('\'') != std::string::npos) {
    return {};
  }
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command, "r"), pclose);
  if (!pipe) return {};
  char line[2000] = {};
  if (std::fgets(line, sizeof line, pipe.get()) == nullptr) return {};
  std::string text = line;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.starts_with("??") ? std::string() : text;
}

std::string describe(void* frame) {
  Dl_info info{};
  char address[32];
  std::snprintf(address, sizeof address, "%p", frame);
  if (dladdr(frame, &info) == 0 || info.dli_fname == nullptr) return address;
  // A return address stands after its call.
  const auto offset = reinterpret_cast<std::uintptr_t>(frame) - reinterpret_cast<std::uintptr_t>(info.dli_fbase) - 1;
  if (std::string source = source_of(info.dli_fname, offset); !source.empty()) return source;
  char place[32];
  std::snprintf(place, sizeof place, "+0x%zx", static_cast<std::size_t>(offset));
  if (info.dli_sname != nullptr) return demangled(info.dli_sname) + " (" + info.dli_fname + place + ")";
  return std::string(info.dli_fname) + place;
}

}  // namespace

std::string stack_of(pthread_t thread) {
  static std::mutex one_at_a_time;  // guards: frames, frame_count, is_written, the handler
  const std::lock_guard lock(one_at_a_time);
  const int number = SIGRTMAX - 3;
  void* loads_what_backtrace_needs[1];
  backtrace(loads_what_backtrace_needs, 1);  // not in the handler: it allocates
  frame_count = 0;
  sem_init(&is_written, 0, 0);
  struct sigaction ours{};
  struct sigaction theirs{};
  ours.sa_handler = on_signal;
  ours.sa_flags = SA_RESTART;
  if (sigaction(number, &ours, &theirs) != 0) return {};
  const bool is_answered = pthread_kill(thread, number) == 0 && wait_for_handler();
  // An unanswered signal may still come: the handler stays, rather than end the process.
  if (is_answered) sigaction(number, &theirs, nullptr);
  std::string text;
  for (int i = kFramesOfHandler; is_answered && i < frame_count; ++i) text += "    " + describe(frames[i]) + "\n";
  return text;
}

}  // namespace temporalio::base
