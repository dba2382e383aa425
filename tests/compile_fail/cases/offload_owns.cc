// A temporary closure that owns memory, in a co_await statement.
// expect: Name it first
// compilers: GNU-12
#include "subject.h"

namespace subject {
inline activity::Task<> offload_owns() {
  const std::string text = "x";
#ifdef MISTAKE
  co_await activity::offload([text] { return text.size(); });
#else
  const auto work = [text] { return text.size(); };
  co_await activity::offload(work);
  co_await activity::offload([&] { return text.size(); });
#endif
}
}  // namespace subject
