#include "sdk/src/base/log.h"

#include <cstdio>
#include <memory>
#include <mutex>
#include <utility>

namespace temporalio {
namespace {

struct Sink {
  std::mutex mutex;  // guards: target
  std::shared_ptr<const LogSink> target;
};

Sink& sink() {
  static Sink* const made = new Sink;  // never destroyed: threads may log while the process ends
  return *made;
}

const char* name(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "";
}

}  // namespace

void set_log_sink(LogSink target) {
  auto shared = target ? std::make_shared<const LogSink>(std::move(target)) : nullptr;
  std::lock_guard lock(sink().mutex);
  sink().target.swap(shared);
}

namespace base {

void log(LogLevel level, std::string_view message) {
  std::unique_lock lock(sink().mutex);
  const std::shared_ptr<const LogSink> target = sink().target;
  lock.unlock();
  if (target != nullptr) return (*target)(level, message);
  if (level < LogLevel::warning) return;
  std::fprintf(stderr, "temporalio %s: %.*s\n", name(level), static_cast<int>(message.size()), message.data());
}

}  // namespace base
}  // namespace temporalio
