// An asynchronous activity whose argument would dangle.
// expect: an asynchronous activity takes its arguments by value
#include "subject.h"

namespace subject {
#ifdef MISTAKE
inline activity::Task<> copy_file(const std::string&) { co_return; }
#else
inline activity::Task<> copy_file(std::string) { co_return; }
#endif
inline void activity_by_reference(worker::Worker& worker) { worker.add_activity<&copy_file>(); }
}  // namespace subject
