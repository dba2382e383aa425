// A workflow's argument of another type.
// expect: this argument does not convert to the parameter
#include "subject.h"

namespace subject {
inline int workflow_argument_type(const client::Client& client) {
#ifdef MISTAKE
  const Order argument;
#else
  const int argument = 1;
#endif
  return client.execute_workflow<&Shop::run>(argument, {.id = "shop", .task_queue = "queue"});
}
}  // namespace subject
