// A result of a type that JSON knows nothing of.
// expect: this_type_has_no_payload_form_add_TEMPORALIO_FIELDS.*Opaque|Opaque.*has_no_payload_form
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
