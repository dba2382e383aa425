// A coroutine that is called and forgotten: it would never run.
// expect: nodiscard|ignoring return
#include "subject.h"

namespace subject {
workflow::Task<> step();
inline workflow::Task<> task_not_awaited() {
#ifdef MISTAKE
  step();
#else
  co_await step();
#endif
  co_return;
}
}  // namespace subject
