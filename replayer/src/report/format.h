// The forms in which the results of a run can be written, beside the text on the terminal. One file a format here, one
// row each in format.cc.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "replayer/src/load/loader.h"
#include "temporalio/replayer.h"

namespace temporalio::replayer {

struct Report {
  const std::vector<ReplayResult>& results;
  // Loads the history of a result once more and hands it over; not called where it can no longer be read. May be empty.
  std::function<void(const ReplayResult&, const std::function<void(const LoadedHistory&)>&)> with_history;
};

struct Format {
  const char* name;   // "sarif"
  const char* title;  // for the help text
  std::string (*write)(const Report& report);
};

const std::vector<Format>& formats();
// Null: there is none with this name.
const Format* find_format(std::string_view name);

std::string write_json(const Report& report);
std::string write_junit(const Report& report);
std::string write_sarif(const Report& report);
std::string write_github(const Report& report);
std::string write_markdown(const Report& report);
std::string write_html(const Report& report);

}  // namespace temporalio::replayer
