// An argument of a type that JSON knows nothing of.
// expect: this type has no payload form
#include "subject.h"

namespace subject {
inline temporalio::Payload payload_without_form() {
#ifdef MISTAKE
  const Opaque value;
#else
  const Order value;
#endif
  return temporalio::to_payload(value);
}
}  // namespace subject
