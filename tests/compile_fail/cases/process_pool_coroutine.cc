// An asynchronous activity for a pool of processes.
// expect: an activity of a process pool is synchronous
#include "subject.h"

namespace subject {
inline int renders(int page) { return page; }
inline activity::Task<int> renders_later(int page) { co_return page; }
inline void process_pool_coroutine(worker::Worker& worker, std::shared_ptr<activity::ProcessPoolExecutor> pool) {
#ifdef MISTAKE
  worker.add_activity<&renders_later>(pool);
#else
  worker.add_activity<&renders>(pool);
#endif
}
}  // namespace subject
