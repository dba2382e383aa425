// A mock that does not take the activity's arguments.
// expect: what stands in for an activity takes the activity's arguments and gives its result
#include "subject.h"
#include "temporalio/testing.h"

namespace subject {
inline int charges(std::string card) { return static_cast<int>(card.size()); }
inline void mock_signature(temporalio::testing::WorkflowEnvironment& env) {
#ifdef MISTAKE
  env.mock_activity<&charges>([](std::vector<int> numbers) { return numbers.size(); });
#else
  env.mock_activity<&charges>([](const std::string&) { return 1; });
#endif
}
}  // namespace subject
