// An activity without options has no time limit: they are required.
// expect: the options are missing
#include "subject.h"

namespace subject {
inline workflow::Task<> options_missing() {
#ifdef MISTAKE
  co_await workflow::execute_activity<&charge>(1);
#else
  co_await workflow::execute_activity<&charge>(1, {.start_to_close_timeout = 60s});
#endif
}
}  // namespace subject
