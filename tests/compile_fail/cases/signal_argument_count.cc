// A signal without its argument.
// expect: wrong number of arguments for this activity, workflow, signal or query
#include "subject.h"

namespace subject {
inline void signal_argument_count(const client::WorkflowHandle<int>& handle) {
#ifdef MISTAKE
  handle.signal<&Shop::restock>();
#else
  handle.signal<&Shop::restock>(5);
#endif
}
}  // namespace subject
