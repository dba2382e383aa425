// An activity's argument of another type.
// expect: this argument does not convert to the parameter
#include "subject.h"

namespace subject {
inline workflow::Task<> activity_argument_type() {
#ifdef MISTAKE
  const std::string amount = "ten";
#else
  const short amount = 10;
#endif
  co_await workflow::execute_activity<&charge>(amount, {.start_to_close_timeout = 1min});
}
}  // namespace subject
