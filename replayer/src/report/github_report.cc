// Workflow commands of GitHub Actions, one line a finding, which its page shows beside the code.
#include "replayer/src/report/findings.h"
#include "replayer/src/report/format.h"
#include "replayer/src/report/verdict.h"

namespace temporalio::replayer {
namespace {

std::string escaped(const std::string& text, bool is_property) {
  std::string out;
  for (const char c : text) {
    if (c == '%') {
      out += "%25";
    } else if (c == '\r') {
      out += "%0D";
    } else if (c == '\n') {
      out += "%0A";
    } else if (is_property && c == ':') {
      out += "%3A";
    } else if (is_property && c == ',') {
      out += "%2C";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string write_github(const Report& report) {
  std::string out;
  for (const Finding& finding : findings_of(report.results)) {
    const ReplayResult& result = report.results[finding.first];
    const bool has_source = !result.divergence.source_file.empty();
    out += "::error file=" + escaped(has_source ? result.divergence.source_file : result.name, true);
    if (has_source) out += ",line=" + std::to_string(result.divergence.source_line);
    std::string title = std::string(traits_of(result.verdict).headline) + " " + result.workflow_type;
    if (!finding.others.empty()) title += " (" + std::to_string(1 + finding.others.size()) + " histories)";
    out += ",title=" + escaped(title, true) + "::" + escaped(result.report(), false) + "\n";
  }
  return out;
}

}  // namespace temporalio::replayer
