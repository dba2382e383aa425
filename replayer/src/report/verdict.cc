#include "replayer/src/report/verdict.h"

#include <array>

namespace temporalio::replayer {
namespace {

// By value of Verdict. What could not be judged is more serious than what was judged.
constexpr std::array kVerdicts = {
    VerdictTraits{Verdict::passed, "passed", "PASS", 0, 0},
    VerdictTraits{Verdict::nondeterminism, "nondeterminism", "NONDETERMINISM", 1, 1},
    VerdictTraits{Verdict::not_registered, "not_registered", "NOT REGISTERED", 3, 2},
    VerdictTraits{Verdict::code_failed, "code_failed", "CODE FAILED", 4, 3},
    VerdictTraits{Verdict::bad_input, "bad_input", "BAD INPUT", 2, 4},
};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kVerdicts.size(); ++i) {
    if (kVerdicts[i].verdict != static_cast<Verdict>(i)) return false;
  }
  return kVerdicts.back().verdict == Verdict::bad_input;
}
static_assert(is_in_order());

}  // namespace

const VerdictTraits& traits_of(Verdict verdict) { return kVerdicts.at(static_cast<std::size_t>(verdict)); }

Verdict verdict_named(std::string_view name) {
  for (const VerdictTraits& traits : kVerdicts) {
    if (name == traits.name) return traits.verdict;
  }
  return Verdict::bad_input;
}

int ReplayResult::exit_code() const { return traits_of(verdict).exit_code; }

int exit_code(const std::vector<ReplayResult>& results) {
  const ReplayResult* worst = nullptr;
  for (const ReplayResult& result : results) {
    if (worst == nullptr || traits_of(result.verdict).seriousness > traits_of(worst->verdict).seriousness) {
      worst = &result;
    }
  }
  return worst == nullptr ? 0 : worst->exit_code();
}

}  // namespace temporalio::replayer
