// A dynamic activity with arguments of its own.
// expect: a dynamic activity takes one argument, std::vector<temporalio::RawValue>
#include "subject.h"

namespace subject {
inline int takes_any(std::vector<temporalio::RawValue> values) { return static_cast<int>(values.size()); }
inline int takes_a_number(int number) { return number; }
inline void dynamic_activity_arguments(worker::Worker& worker) {
#ifdef MISTAKE
  worker.add_dynamic_activity<&takes_a_number>();
#else
  worker.add_dynamic_activity<&takes_any>();
#endif
}
}  // namespace subject
