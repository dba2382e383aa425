// One argument too many for an activity.
// expect: wrong number of arguments for this activity
#include "subject.h"

namespace subject {
inline workflow::Task<> activity_argument_count() {
#ifdef MISTAKE
  co_await workflow::execute_activity<&charge>(1, 2, {.start_to_close_timeout = 1min});
#else
  co_await workflow::execute_activity<&charge>(1, {.start_to_close_timeout = 1min});
#endif
}
}  // namespace subject
