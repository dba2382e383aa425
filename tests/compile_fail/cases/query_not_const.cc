// A query that could change the workflow.
// expect: a query is a const member function
#include "subject.h"

namespace subject {
class QueryNotConst {
 public:
  workflow::Task<> run();
#ifdef MISTAKE
  int state();
#else
  int state() const;
#endif
  static void define(workflow::Definer<QueryNotConst> d) {
    d.run<&QueryNotConst::run>();
    d.query<&QueryNotConst::state>();
  }
};
inline void query_not_const(worker::Worker& worker) { worker.add_workflow<QueryNotConst>(); }
}  // namespace subject
