#include "replayer/src/report/findings.h"

#include <unordered_map>

#include "replayer/src/report/verdict.h"

namespace temporalio::replayer {
namespace {

// Numbers differ from one history to the next where what happened is the same.
std::string without_numbers(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c < '0' || c > '9') {
      out += c;
    } else if (out.empty() || out.back() != '#') {
      out += '#';
    }
  }
  return out;
}

}  // namespace

std::string finding_key(const ReplayResult& result) {
  if (result.has_passed() || result.verdict == Verdict::bad_input) return {};
  std::string key = std::string(traits_of(result.verdict).name) + "\n" + result.workflow_type + "\n";
  if (result.verdict != Verdict::nondeterminism) return key + without_numbers(result.message);
  const Divergence& divergence = result.divergence;
  return key + std::to_string(static_cast<int>(divergence.kind)) + "\n" + divergence.event_type + "\n" +
         without_numbers(divergence.recorded) + "\n" + without_numbers(divergence.actual) + "\n" +
         divergence.source_file + ":" + std::to_string(divergence.source_line);
}

std::vector<Finding> findings_of(const std::vector<ReplayResult>& results) {
  std::vector<Finding> findings;
  std::unordered_map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i].has_passed()) continue;
    const std::string key = finding_key(results[i]);
    const auto [at, is_new] = known.try_emplace(key.empty() ? "\n" + std::to_string(i) : key, findings.size());
    if (is_new) {
      findings.push_back({i, {}});
    } else {
      findings[at->second].others.push_back(i);
    }
  }
  return findings;
}

}  // namespace temporalio::replayer
