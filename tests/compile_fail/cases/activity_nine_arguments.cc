// More arguments than can be passed.
// expect: at most eight arguments can be passed: put them into a struct
#include "subject.h"

namespace subject {
#ifdef MISTAKE
int sum(int, int, int, int, int, int, int, int, int);
#else
int sum(int, int, int, int, int, int, int, int);
#endif
inline workflow::Task<> activity_nine_arguments() {
  co_await workflow::execute_activity<&sum>(1, 2, 3, 4, 5, 6, 7, 8, {.start_to_close_timeout = 60s});
}
}  // namespace subject
