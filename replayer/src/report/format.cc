#include "replayer/src/report/format.h"

namespace temporalio::replayer {

const std::vector<Format>& formats() {
  static const std::vector<Format> all = {
      {"json", "for programs; the schema is in replayer/README.md", write_json},
      {"junit", "JUnit XML, which CI systems read", write_junit},
      {"sarif", "SARIF 2.1.0, which code review tools read", write_sarif},
      {"github", "annotations of GitHub Actions", write_github},
      {"markdown", "for a comment or a job summary", write_markdown},
      {"html", "one page that needs no other file, with a timeline of each history that did not pass", write_html},
  };
  return all;
}

const Format* find_format(std::string_view name) {
  for (const Format& format : formats()) {
    if (name == format.name) return &format;
  }
  return nullptr;
}

}  // namespace temporalio::replayer
