// An argument of a type that JSON knows nothing of.
// expect: this_type_has_no_payload_form_add_TEMPORALIO_FIELDS.*Opaque|Opaque.*has_no_payload_form
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
