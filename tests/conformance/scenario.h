// A scenario script, parsed: options and steps, each with the text of its request still in shorthand.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace conformance {

struct Step {
  int line = 0;             // where it stands in the script
  std::string source;       // the step's first line as written, for the transcript
  std::string result_name;  // `name = ...`: where the response is kept; empty if not named
  bool in_background = false;
  std::string verb;      // `start`, `task`, ... or the name of an RPC
  std::string target;    // a workflow, a task queue or a kept task, as the verb needs; may be empty
  std::string body;      // fields of the request, protobuf text format with shorthand
  std::string expected;  // `-> NAME`: a gRPC code, or `empty` for a poll without a task; empty: success
};

struct Scenario {
  std::string name;  // the file's name without extension
  bool skips_time = false;
  bool compares_texts = false;          // error texts belong to the transcript
  bool has_own_namespace = false;       // registered before the first step; other scenarios' runs are not in it
  std::set<std::string> shown_fields;   // that are otherwise left out of transcripts
  std::set<std::string> hidden_fields;  // left out of this transcript
  long long grid_ms = 10000;  // offsets of times are rounded down to a multiple of this; coarse: machines are busy
  std::vector<Step> steps;
};

// Throws std::runtime_error naming file and line when the script cannot be understood.
Scenario parse_scenario(const std::string& path);

}  // namespace conformance
