// A signal handler that returns a value, which nobody would get.
// expect: a signal handler returns void
#include "subject.h"

namespace subject {
class SignalReturns {
 public:
  workflow::Task<> run();
#ifdef MISTAKE
  int on_signal();
#else
  void on_signal();
#endif
  static void define(workflow::Definer<SignalReturns> d) {
    d.run<&SignalReturns::run>();
    d.signal<&SignalReturns::on_signal>();
  }
};
inline void signal_returns(worker::Worker& worker) { worker.add_workflow<SignalReturns>(); }
}  // namespace subject
