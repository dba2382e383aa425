// A time limit without a unit.
// expect: no match|no matching|could not convert|cannot convert|no viable
#include "subject.h"

namespace subject {
inline workflow::Task<> option_bare_number() {
#ifdef MISTAKE
  co_await workflow::execute_activity<&charge>(1, {.start_to_close_timeout = 60});
#else
  co_await workflow::execute_activity<&charge>(1, {.start_to_close_timeout = 60s});
#endif
}
}  // namespace subject
