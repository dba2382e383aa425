// A workflow's run that returns its result at once.
// expect: run is a coroutine
#include "subject.h"

namespace subject {
class RunNoCoroutine {
 public:
#ifdef MISTAKE
  int run();
#else
  workflow::Task<int> run();
#endif
  static void define(workflow::Definer<RunNoCoroutine> d) { d.run<&RunNoCoroutine::run>(); }
};
inline void run_no_coroutine(worker::Worker& worker) { worker.add_workflow<RunNoCoroutine>(); }
}  // namespace subject
