#include "replayer/src/drive/shared_memory.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstring>

#include "sdk/src/base/check.h"

namespace temporalio::replayer {

SharedNumbers::SharedNumbers(std::size_t count) : bytes_(count * sizeof(Number)) {
  // NORESERVE: pages that are never touched need no memory behind them.
  void* const pages =
      ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  TEMPORALIO_CHECK(pages != MAP_FAILED, std::strerror(errno));
  numbers_ = static_cast<Number*>(pages);  // all zero bits, which is what a Number of zero is
}
SharedNumbers::~SharedNumbers() { ::munmap(static_cast<void*>(numbers_), bytes_); }

bool SharedSet::insert(std::uint64_t value) const {
  const auto stored = static_cast<std::int64_t>(value == 0 ? 1 : value);  // 0: an empty slot
  for (std::size_t probe = 0; probe < 1024; ++probe) {
    std::int64_t found = 0;
    if (slots_[(value + probe) % kSlots].compare_exchange_strong(found, stored)) return true;
    if (found == stored) return false;
  }
  return true;
}

}  // namespace temporalio::replayer
