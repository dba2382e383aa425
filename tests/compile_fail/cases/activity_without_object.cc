// A method as an activity without the object it is called on.
// expect: a method needs the object it is called on
#include "subject.h"

namespace subject {
inline void activity_without_object(worker::Worker& worker) {
#ifdef MISTAKE
  worker.add_activity<&Printer::print>();
#else
  worker.add_activity<&Printer::print>(std::make_shared<Printer>());
#endif
}
}  // namespace subject
