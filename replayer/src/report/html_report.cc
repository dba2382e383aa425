// The report as one page: a summary, and each finding with its two sides, the source lines and a timeline of its
// history.
#include <fstream>

#include "replayer/src/load/event_names.h"
#include "replayer/src/report/event_context.h"
#include "replayer/src/report/findings.h"
#include "replayer/src/report/format.h"
#include "replayer/src/report/html_text.h"
#include "replayer/src/report/timeline.h"
#include "replayer/src/report/verdict.h"

namespace temporalio::replayer {
namespace {

constexpr int kSourceLines = 8;  // before and after the one at fault

std::string row(const char* name, const std::string& value) {
  return std::string("<tr><th>") + name + "</th><td>" + html_text(value) + "</td></tr>\n";
}

// The lines around the call, where the source is at hand.
std::string source(const Divergence& divergence) {
  std::ifstream file(divergence.source_file);
  std::string lines;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (number < divergence.source_line - kSourceLines || number > divergence.source_line + kSourceLines) continue;
    const std::string text = html_text(std::to_string(number) + "  " + line);
    lines += number == divergence.source_line ? "<span class=\"fault\">" + text + "</span>\n" : text + "\n";
  }
  return lines.empty() ? "" : "<pre>" + lines + "</pre>\n";
}

std::string context(const ReplayResult& result) {
  if (result.context.empty()) return "";
  std::string out = "<table>\n";
  for (const ContextEvent& event : result.context) {
    out += event.id == result.event_id ? "<tr class=\"fault\">" : "<tr>";
    out += "<td class=\"number\">" + std::to_string(event.id) + "</td><td>" + html_text(event.text) + "</td></tr>\n";
  }
  return out + "</table>\n";
}

std::string section(const Report& report, const Finding& finding) {
  const ReplayResult& result = report.results[finding.first];
  std::string out = "<h2><span class=\"bad\">" + std::string(traits_of(result.verdict).headline) + "</span> " +
                    html_text(result.name) + "</h2>\n<table>\n";
  if (!result.workflow_type.empty()) out += row("workflow type", result.workflow_type);
  if (!result.workflow_id.empty()) out += row("workflow id", result.workflow_id);
  if (result.verdict == Verdict::nondeterminism) {
    const Divergence& divergence = result.divergence;
    out += row("at", event_reference(divergence.event_id, divergence.event_type) + ", workflow task " +
                         std::to_string(divergence.workflow_task));
    out += row("the history recorded", divergence.recorded) + row("the code did", divergence.actual);
    if (!divergence.source_file.empty()) {
      out += row("source", divergence.source_file + ":" + std::to_string(divergence.source_line));
    }
  }
  out += row("message", result.message) + "</table>\n" + source(result.divergence) + context(result);
  if (!finding.others.empty()) {
    out += "<details><summary>" + std::to_string(finding.others.size()) + " more like this</summary><ul>\n";
    for (const std::size_t other : finding.others) out += "<li>" + html_text(report.results[other].name) + "</li>\n";
    out += "</ul></details>\n";
  }
  if (report.with_history) {
    report.with_history(result,
                        [&](const LoadedHistory& loaded) { out += timeline_svg(*loaded.history, result.event_id); });
  }
  return out;
}

}  // namespace

std::string write_html(const Report& report) {
  std::size_t passed = 0;
  for (const ReplayResult& result : report.results) passed += result.has_passed() ? 1 : 0;
  const bool is_good = passed == report.results.size();
  std::string body = "<h1>Replay</h1>\n<p class=\"" + std::string(is_good ? "good" : "bad") + "\">" +
                     std::to_string(passed) + " of " + std::to_string(report.results.size()) +
                     " histories replayed without a difference</p>\n";
  for (const Finding& finding : findings_of(report.results)) body += section(report, finding);
  return html_page("Replay", body);
}

}  // namespace temporalio::replayer
