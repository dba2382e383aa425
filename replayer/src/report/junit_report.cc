// Results as a JUnit report, the form that CI systems read: one test suite, one case a history.
#include "replayer/src/report/format.h"
#include "replayer/src/report/html_text.h"
#include "replayer/src/report/verdict.h"

namespace temporalio::replayer {
namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

std::string write_junit(const Report& report) {
  const std::vector<ReplayResult>& results = report.results;
  int failures = 0, errors = 0;
  std::string cases;
  for (const ReplayResult& result : results) {
    cases += "  <testcase classname=\"" + html_text(result.workflow_type.empty() ? "replay" : result.workflow_type) +
             "\" name=\"" + html_text(result.name) + "\"";
    if (result.has_passed()) {
      cases += "/>\n";
      continue;
    }
    const bool is_failure = result.verdict == Verdict::nondeterminism;  // the rest was not judged: an error
    ++(is_failure ? failures : errors);
    const std::string element = is_failure ? "failure" : "error";
    cases.append(">\n    <").append(element).append(" type=\"").append(traits_of(result.verdict).name);
    cases.append("\" message=\"").append(html_text(first_line(result.message))).append("\">");
    cases.append(html_text(result.report())).append("</").append(element).append(">\n  </testcase>\n");
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"temporal-replay\" tests=\"" +
         std::to_string(results.size()) + "\" failures=\"" + std::to_string(failures) + "\" errors=\"" +
         std::to_string(errors) + "\">\n" + cases + "</testsuite>\n";
}

}  // namespace temporalio::replayer
