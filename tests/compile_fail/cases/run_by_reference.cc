// A workflow's run that takes a reference to what is gone when it runs.
// expect: takes its arguments by value
#include "subject.h"

namespace subject {
class RunByReference {
 public:
#ifdef MISTAKE
  workflow::Task<int> run(const Order& order);
#else
  workflow::Task<int> run(Order order);
#endif
  static void define(workflow::Definer<RunByReference> d) { d.run<&RunByReference::run>(); }
};
inline void run_by_reference(worker::Worker& worker) { worker.add_workflow<RunByReference>(); }
}  // namespace subject
