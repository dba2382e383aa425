// Awaiting what knows nothing of the deterministic scheduler.
// expect: this cannot be awaited in workflow or activity code
#include <coroutine>

#include "subject.h"

namespace subject {
inline workflow::Task<> foreign_awaitable() {
#ifdef MISTAKE
  co_await std::suspend_always{};
#else
  co_await workflow::sleep(1s);
#endif
}
}  // namespace subject
