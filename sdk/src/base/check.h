// A broken invariant of our own aborts here, with its state printed. Input from outside never ends up here.
#pragma once

namespace temporalio::base {

[[noreturn]] void check_failed(const char* file, int line, const char* condition, const char* state) noexcept;

}  // namespace temporalio::base

// Aborts when `condition` is false; `state` is a C string that says what was seen.
#define TEMPORALIO_CHECK(condition, state) \
  ((condition) ? (void)0 : ::temporalio::base::check_failed(__FILE__, __LINE__, #condition, state))
