// Compares a transcript with its golden, line by line, against the list of justified differences.
//
// The list is fixtures/golden/DIFFERENCES.md: a section `## <scenario>` holds prose (the reason) and ```diff blocks;
// each run of `-` lines (the real server) followed by `+` lines (ours) is one difference that may, and must, occur.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace conformance {

struct Difference {
  std::vector<std::string> golden;  // lines only the recording has
  std::vector<std::string> ours;    // lines only we have
  std::string context;              // the step both belong to; not compared
  bool same_as(const Difference& other) const { return golden == other.golden && ours == other.ours; }
};

using DifferenceList = std::map<std::string, std::vector<Difference>>;  // by scenario

// Throws std::runtime_error if the file cannot be read or gives no reason for a difference.
DifferenceList read_differences(const std::string& path);

std::vector<Difference> compare(const std::string& golden, const std::string& ours);

// What is found and not justified, and what is listed and no longer found, as text; empty: all is well.
std::string unjustified(const std::vector<Difference>& found, const std::vector<Difference>& listed);

}  // namespace conformance
