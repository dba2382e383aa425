// A condition that captures a string by value.
// expect: a condition captures by reference
#include "subject.h"

namespace subject {
inline workflow::Task<> condition_owns() {
  const std::string wanted = "done";
  std::string state;
#ifdef MISTAKE
  co_await workflow::wait_condition([wanted, &state] { return state == wanted; });
#else
  co_await workflow::wait_condition([&] { return state == wanted; });
#endif
}
}  // namespace subject
