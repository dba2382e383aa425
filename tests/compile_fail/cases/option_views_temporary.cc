// An option of a call in workflow code that views a temporary string.
// expect: this option only views its text
#include "subject.h"

namespace subject {
inline workflow::Task<> option_views_temporary(int number) {
#ifdef MISTAKE
  const workflow::ActivityOptions options{.start_to_close_timeout = 60s,
                                          .activity_id = "charge-" + std::to_string(number)};
#else
  const std::string id = "charge-" + std::to_string(number);
  const workflow::ActivityOptions options{.start_to_close_timeout = 60s, .activity_id = id};
#endif
  co_await workflow::execute_activity<&charge>(1, options);
}
}  // namespace subject
