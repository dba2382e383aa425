// temporal-replay diff: compares two histories, event by event, with their payloads decoded.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "replayer/src/commands/catalogue.h"
#include "replayer/src/commands/output_file.h"
#include "replayer/src/drive/input_files.h"
#include "replayer/src/load/event_names.h"
#include "replayer/src/report/alignment.h"
#include "replayer/src/report/event_context.h"
#include "replayer/src/report/field_diff.h"
#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::replayer {
namespace {

using temporal::api::history::v1::History;

class DiffCommand : public Command {
 public:
  const char* name() const override { return "diff"; }
  const char* summary() const override { return "Compare two histories"; }

  void declare(CLI::App& app) override {
    app.add_option("left", left_, "A history; of a file with several the first")->required()->type_name("FILE");
    app.add_option("right", right_, "Another")->required()->type_name("FILE");
    color_.declare(app);
    app.footer("Exit codes: 0 no difference but in times, ids of runs and who did it; 1 others; 2 bad input.");
  }

  int run() override {
    const History left = first_of(left_), right = first_of(right_);
    terminal_ = color_.terminal();
    std::size_t differences = 0;
    for (const AlignedPair& pair : align_events(left, right)) differences += compare(left, right, pair);
    std::printf("%s\n", differences == 0 ? terminal_.green("no difference").c_str()
                                         : (std::to_string(differences) + " differences").c_str());
    return differences == 0 ? 0 : 1;
  }

 private:
  static History first_of(const std::string& path) {
    History found;
    std::string why = path + ": expected a history, found none";
    for_each_history(
        {path, path},
        [&](const LoadedHistory& loaded) {
          found = *loaded.history;
          return false;
        },
        [&](const std::string&, const LoadError& error) {
          why = error.what();
          return false;
        });
    if (found.events_size() == 0) throw UsageError(why);
    return found;
  }

  void print(const std::string& line) const { std::printf("%s\n", terminal_.fit(line).c_str()); }

  std::size_t compare(const History& left, const History& right, const AlignedPair& pair) const {
    if (pair.left < 0 || pair.right < 0) {
      const bool is_left = pair.left >= 0;
      const auto& event = is_left ? left.events(pair.left) : right.events(pair.right);
      const std::string line = std::string(is_left ? "- " : "+ ") + std::to_string(event.event_id()) + "  " +
                               printable(describe_event(event));
      std::printf("%s\n",
                  is_left ? terminal_.red(terminal_.fit(line)).c_str() : terminal_.green(terminal_.fit(line)).c_str());
      return 1;
    }
    const auto& a = left.events(pair.left);
    const auto& b = right.events(pair.right);
    const auto* first = attributes_of(a);
    const auto* second = attributes_of(b);
    if (first == nullptr || second == nullptr || first->GetDescriptor() != second->GetDescriptor()) return 0;
    std::vector<FieldDifference> differences = field_differences(*first, *second);
    // Numbers of events shift where one has more events than the other before; that is told there.
    std::erase_if(differences, [](const FieldDifference& d) { return d.path.ends_with("EventId"); });
    if (differences.empty()) return 0;
    std::string ids = std::to_string(a.event_id());
    if (a.event_id() != b.event_id()) ids += " / " + std::to_string(b.event_id());
    print(terminal_.bold("  " + ids + "  " + event_type_name(a.event_type())));
    for (const FieldDifference& difference : differences) {
      print("      " + printable(difference.path) + ": " + printable(difference.left) + " -> " +
            printable(difference.right));
    }
    return differences.size();
  }

  std::string left_;
  std::string right_;
  ColorOption color_;
  Terminal terminal_;
};

}  // namespace

std::unique_ptr<Command> make_diff_command(const AddWorkflows&) { return std::make_unique<DiffCommand>(); }

}  // namespace temporalio::replayer
