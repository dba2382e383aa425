// temporal-replay show: prints histories for people.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "replayer/src/commands/catalogue.h"
#include "replayer/src/commands/output_file.h"
#include "replayer/src/drive/input_files.h"
#include "replayer/src/report/event_context.h"
#include "replayer/src/report/event_shape.h"
#include "replayer/src/report/html_text.h"
#include "replayer/src/report/terminal.h"
#include "replayer/src/report/timeline.h"
#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::replayer {
namespace {

constexpr std::size_t kLongestLine = 2000;

// "+1.250s" after the first event.
std::string offset_of(const temporal::api::history::v1::HistoryEvent& first,
                      const temporal::api::history::v1::HistoryEvent& event) {
  const double seconds = static_cast<double>(event.event_time().seconds() - first.event_time().seconds()) +
                         static_cast<double>(event.event_time().nanos() - first.event_time().nanos()) * 1e-9;
  char text[40];
  std::snprintf(text, sizeof text, "%+.3fs", seconds);
  return text;
}

class ShowCommand : public Command {
 public:
  const char* name() const override { return "show"; }
  const char* summary() const override { return "Print histories for people"; }

  void declare(CLI::App& app) override {
    app.add_option("paths", paths_, "Histories: files, folders, patterns, or - for standard input")
        ->required()
        ->type_name("FILE|DIR|PATTERN|-");
    app.add_option("--html", html_, "Write them as one page with timelines to this file instead")->type_name("FILE");
    color_.declare(app);
  }

  int run() override {
    std::vector<ReplayResult> problems;
    const std::vector<InputFile> files = input_files(paths_, problems);
    for (const ReplayResult& problem : problems) refuse(problem.message);
    for (const InputFile& file : files) {
      for_each_history(
          file,
          [this](const LoadedHistory& loaded) {
            if (html_.empty()) {
              print(loaded);
            } else {
              add_to_page(loaded);
            }
            return true;
          },
          [this](const std::string&, const LoadError& error) {
            refuse(error.what());
            return true;
          });
    }
    if (!html_.empty()) write_output(html_, html_page("Histories", page_));
    return has_failed_ ? kBadUsage : 0;
  }

 private:
  void refuse(const std::string& what) {
    std::fprintf(stderr, "temporal-replay: %s\n", what.c_str());
    has_failed_ = true;
  }

  std::string title(const LoadedHistory& loaded) const {
    std::string text = loaded.name + "  " + workflow_type_of(*loaded.history);
    if (!loaded.workflow_id.empty()) text += "  workflow id " + loaded.workflow_id;
    if (!loaded.run_id.empty()) text += "  run id " + loaded.run_id;
    return text;
  }

  void print(const LoadedHistory& loaded) const {
    const Terminal terminal = color_.terminal();
    const auto& events = loaded.history->events();
    std::string out = terminal.bold(printable(title(loaded))) + "\n";
    for (const auto& event : events) {
      const std::string id = std::to_string(event.event_id());
      const std::string when = offset_of(events[0], event);
      std::string line(id.size() < 5 ? 5 - id.size() : 0, ' ');
      line.append(id).append("  ");
      line.append(when.size() < 12 ? 12 - when.size() : 0, ' ').append(when).append("  ");
      line += printable(describe_event(event, kLongestLine));
      out += terminal.fit(line) + "\n";
    }
    std::fputs(out.c_str(), stdout);
  }

  void add_to_page(const LoadedHistory& loaded) {
    page_ += "<h2>" + html_text(title(loaded)) + "</h2>\n" + timeline_svg(*loaded.history, 0) +
             "<details><summary>events</summary><table>\n";
    const auto& events = loaded.history->events();
    for (const auto& event : events) {
      page_ += "<tr><td class=\"number\">" + std::to_string(event.event_id()) + "</td><td class=\"number\">" +
               offset_of(events[0], event) + "</td><td>" + html_text(describe_event(event, kLongestLine)) +
               "</td></tr>\n";
    }
    page_ += "</table></details>\n";
  }

  std::vector<std::string> paths_;
  std::string html_;
  ColorOption color_;
  std::string page_;
  bool has_failed_ = false;
};

}  // namespace

std::unique_ptr<Command> make_show_command(const AddWorkflows&) { return std::make_unique<ShowCommand>(); }

}  // namespace temporalio::replayer
