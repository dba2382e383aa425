// The shape that g++ 12.2 miscompiles, and the two cures the message names.
// expect: Cure: give the value a name and pass the name, or declare a constructor in the type
// compilers: GNU-12
#include "subject.h"

namespace subject {
inline workflow::Task<> aggregate_temporary() {
#ifdef MISTAKE
  co_await workflow::execute_activity<&ship>(Order{"book", 1}, {.start_to_close_timeout = 1min});
#else
  const Order order{"book", 1};
  co_await workflow::execute_activity<&ship>(order, {.start_to_close_timeout = 1min});
  co_await workflow::execute_activity<&ship_safely>(SafeOrder("book", 1), {.start_to_close_timeout = 1min});
#endif
}
}  // namespace subject
