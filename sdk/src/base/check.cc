#include "sdk/src/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace temporalio::base {

void check_failed(const char* file, int line, const char* condition, const char* state) noexcept {
  std::fprintf(stderr, "%s:%d: broken invariant: %s (%s)\n", file, line, condition, state);
  std::abort();
}

}  // namespace temporalio::base
