#include "tests/conformance/scenario.h"

#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace conformance {
namespace {

bool is_word_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

long long parse_grid(const std::string& text, const std::string& where) {
  std::istringstream in(text);
  long long count = 0;
  std::string unit;
  in >> count >> unit;
  const std::map<std::string, long long> units = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
  if (count <= 0 || !units.contains(unit)) throw std::runtime_error(where + ": expected a grid such as 1s, 1m or 1h");
  return count * units.at(unit);
}

// Takes the next word off the front of `rest`; leaves `rest` alone when it does not start with a plain word.
std::string take_word(std::string& rest) {
  std::size_t end = 0;
  while (end < rest.size() && is_word_char(rest[end])) ++end;
  std::string word = rest.substr(0, end);
  rest = trimmed(rest.substr(end));
  return word;
}

// The first word of `rest` if it stands alone, that is, not as the name of a field (`name:` or `name {`).
std::string take_target(std::string& rest) {
  std::string after = rest;
  std::string word = take_word(after);
  if (word.empty() || (!after.empty() && (after[0] == ':' || after[0] == '{' || after[0] == '['))) return "";
  rest = after;
  return word;
}

Step parse_step(const std::string& line, int number, const std::string& where) {
  Step step;
  step.line = number;
  step.source = line;
  std::string rest = line;
  if (const auto arrow = rest.rfind("-> "); arrow != std::string::npos) {
    step.expected = trimmed(rest.substr(arrow + 3));
    rest = trimmed(rest.substr(0, arrow));
  }
  std::string word = take_word(rest);
  if (word == "later") {
    step.in_background = true;
    word = take_word(rest);
  }
  if (!rest.empty() && rest[0] == '=') {
    step.result_name = word;
    rest = trimmed(rest.substr(1));
    word = take_word(rest);
  }
  if (word.empty()) throw std::runtime_error(where + ": expected a verb");
  if (step.in_background && step.result_name.empty()) {
    throw std::runtime_error(where + ": `later` needs a name to join: later NAME = ...");
  }
  step.verb = word;
  step.target = take_target(rest);
  step.body = rest + "\n";
  return step;
}

}  // namespace

Scenario parse_scenario(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error(path + ": cannot be read");
  Scenario scenario;
  scenario.name = std::filesystem::path(path).stem().string();
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    const std::string where = path + ":" + std::to_string(number);
    const std::string text = trimmed(line);
    if (text.empty() || text[0] == '#') continue;
    if (std::isspace(static_cast<unsigned char>(line[0])) != 0) {
      if (scenario.steps.empty())
        throw std::runtime_error(where + ": an indented line continues a step, and none is open");
      scenario.steps.back().body += text + "\n";
    } else if (text == "time: skipping") {
      scenario.skips_time = true;
    } else if (text == "texts: compared") {
      scenario.compares_texts = true;
    } else if (text == "namespace: own") {
      scenario.has_own_namespace = true;
    } else if (text.starts_with("shows: ")) {
      std::istringstream names(text.substr(7));
      for (std::string name; names >> name;) scenario.shown_fields.insert(name);
    } else if (text.starts_with("hides: ")) {
      std::istringstream names(text.substr(7));
      for (std::string name; names >> name;) scenario.hidden_fields.insert(name);
    } else if (text.starts_with("grid: ")) {
      std::string grid = text.substr(6);
      const auto unit = grid.find_first_not_of("0123456789");
      if (unit != std::string::npos) grid.insert(unit, " ");
      scenario.grid_ms = parse_grid(grid, where);
    } else {
      scenario.steps.push_back(parse_step(text, number, where));
    }
  }
  if (scenario.steps.empty()) throw std::runtime_error(path + ": no steps");
  return scenario;
}

}  // namespace conformance
