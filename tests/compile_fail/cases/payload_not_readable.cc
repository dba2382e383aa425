// A result of a type that JSON knows nothing of.
// expect: this type cannot be read from a payload
#include "subject.h"

namespace subject {
inline void payload_not_readable(const temporalio::Payload& payload) {
#ifdef MISTAKE
  temporalio::from_payload<Opaque>(payload);
#else
  temporalio::from_payload<Order>(payload);
#endif
}
}  // namespace subject
