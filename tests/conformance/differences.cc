#include "tests/conformance/differences.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace conformance {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string print(const Difference& difference) {
  std::string out = "  in: " + difference.context + "\n";
  for (const auto& line : difference.golden) out += "  -" + line + "\n";
  for (const auto& line : difference.ours) out += "  +" + line + "\n";
  return out;
}

// longest[i][j]: length of the longest common subsequence of a[i..] and b[j..].
std::vector<std::vector<int>> common_lengths(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::vector<int>> longest(a.size() + 1, std::vector<int>(b.size() + 1, 0));
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t j = b.size(); j-- > 0;) {
      longest[i][j] = a[i] == b[j] ? longest[i + 1][j + 1] + 1 : std::max(longest[i + 1][j], longest[i][j + 1]);
    }
  }
  return longest;
}

}  // namespace

DifferenceList read_differences(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error(path + ": cannot be read");
  DifferenceList list;
  std::string scenario;
  bool in_block = false;
  bool has_reason = false;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const std::string where = path + ":" + std::to_string(number);
    if (line.starts_with("```")) {
      if (!in_block && line != "```diff") throw std::runtime_error(where + ": expected ```diff");
      if (!in_block && !has_reason) throw std::runtime_error(where + ": no reason is given above this block");
      in_block = !in_block;
      if (in_block) list[scenario].emplace_back();
    } else if (in_block) {
      auto& open = list[scenario];
      const bool is_golden = line.starts_with("-");
      if (!is_golden && !line.starts_with("+")) throw std::runtime_error(where + ": expected a line with - or +");
      if (is_golden && !open.back().ours.empty()) open.emplace_back();
      (is_golden ? open.back().golden : open.back().ours).push_back(line.substr(1));
    } else if (line.starts_with("## ")) {
      scenario = line.substr(3);
      has_reason = false;
    } else if (!line.empty()) {
      has_reason = !scenario.empty();
    }
  }
  return list;
}

std::vector<Difference> compare(const std::string& golden, const std::string& ours) {
  const auto a = lines_of(golden);
  const auto b = lines_of(ours);
  const auto longest = common_lengths(a, b);
  std::vector<Difference> found;
  std::string step;
  bool is_open = false;
  for (std::size_t i = 0, j = 0; i < a.size() || j < b.size();) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      if (a[i].starts_with("> ")) step = a[i].substr(2);
      is_open = false;
      ++i;
      ++j;
      continue;
    }
    if (!is_open) {
      found.emplace_back();
      found.back().context = step;
      is_open = true;
    }
    const bool take_golden = j >= b.size() || (i < a.size() && longest[i + 1][j] >= longest[i][j + 1]);
    if (take_golden) {
      found.back().golden.push_back(a[i++]);
    } else {
      found.back().ours.push_back(b[j++]);
    }
  }
  return found;
}

std::string unjustified(const std::vector<Difference>& found, const std::vector<Difference>& listed) {
  std::string out;
  std::vector<Difference> unused = listed;
  for (const Difference& difference : found) {
    const auto known =
        std::find_if(unused.begin(), unused.end(), [&](const Difference& other) { return difference.same_as(other); });
    if (known != unused.end()) {
      unused.erase(known);
    } else {
      out += print(difference);
    }
  }
  for (const Difference& difference : unused)
    out += "  listed as a difference, but did not occur:\n" + print(difference);
  return out;
}

}  // namespace conformance
