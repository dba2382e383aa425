// The stack of another thread of this process, for a person who asks where it hangs.
#pragma once

#include <pthread.h>

#include <string>

namespace temporalio::base {

// One line a frame, innermost first, with source lines where the addr2line program and debug information are there;
// empty where the thread does not answer. Interrupts the thread with a real-time signal, whose handler it puts in place
// for as long as this lasts. One caller at a time; others wait. Not for a thread that may end meanwhile.
std::string stack_of(pthread_t thread);

}  // namespace temporalio::base
