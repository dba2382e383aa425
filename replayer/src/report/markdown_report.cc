// The report as Markdown: a table of findings and the text of each.
#include <algorithm>

#include "replayer/src/report/findings.h"
#include "replayer/src/report/format.h"
#include "replayer/src/report/verdict.h"

namespace temporalio::replayer {
namespace {

std::string cell(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '\\' || c == '*' || c == '_' || c == '`' || c == '[' || c == ']') out += '\\';
    if (c == '<') {
      out += "&lt;";
    } else {
      out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

// A fence that is longer than any in the text.
std::string fence_for(const std::string& text) {
  std::size_t longest = 2, run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return std::string(longest + 1, '`');
}

}  // namespace

std::string write_markdown(const Report& report) {
  std::size_t passed = 0;
  for (const ReplayResult& result : report.results) passed += result.has_passed() ? 1 : 0;
  std::string out = "## Replay: " + std::to_string(passed) + " of " + std::to_string(report.results.size()) +
                    " histories replayed without a difference\n";
  const std::vector<Finding> findings = findings_of(report.results);
  if (findings.empty()) return out;
  out += "\n| verdict | workflow type | histories | first | what |\n|---|---|---|---|---|\n";
  for (const Finding& finding : findings) {
    const ReplayResult& result = report.results[finding.first];
    out += "| " + std::string(traits_of(result.verdict).headline) + " | " + cell(result.workflow_type) + " | " +
           std::to_string(1 + finding.others.size()) + " | " + cell(result.name) + " | " + cell(result.message) +
           " |\n";
  }
  for (const Finding& finding : findings) {
    const ReplayResult& result = report.results[finding.first];
    const std::string text = result.report();
    const std::string fence = fence_for(text);
    out.append("\n<details><summary>").append(cell(result.name)).append("</summary>\n\n");
    out.append(fence).append("text\n").append(text).append(fence).append("\n\n</details>\n");
  }
  return out;
}

}  // namespace temporalio::replayer
