// What goes with each verdict: the one place that knows them all.
#pragma once

#include <string_view>

#include "temporalio/replayer.h"

namespace temporalio::replayer {

struct VerdictTraits {
  Verdict verdict;
  const char* name;      // in JSON: "code_failed"
  const char* headline;  // for people: "CODE FAILED"
  int exit_code;         // of temporal-replay
  int seriousness;       // 0 for a pass; the larger, the more it counts among several (see exit_code())
};

const VerdictTraits& traits_of(Verdict verdict);

// Of a name that traits_of() gave; bad_input for another.
Verdict verdict_named(std::string_view name);

}  // namespace temporalio::replayer
