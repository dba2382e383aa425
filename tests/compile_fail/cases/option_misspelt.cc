// An option that does not exist.
// expect: start_to_clos_timeout|no match|no matching
#include "subject.h"

namespace subject {
inline workflow::Task<> option_misspelt() {
#ifdef MISTAKE
  const workflow::ActivityOptions options{.start_to_clos_timeout = 60s};
#else
  const workflow::ActivityOptions options{.start_to_close_timeout = 60s};
#endif
  co_await workflow::execute_activity<&charge>(1, options);
}
}  // namespace subject
