// SARIF 2.1.0: one result a finding, at the line of workflow code where it is known, else at the history file.
#include <nlohmann/json.hpp>

#include "replayer/src/report/findings.h"
#include "replayer/src/report/format.h"
#include "replayer/src/report/verdict.h"

namespace temporalio::replayer {
namespace {

using nlohmann::json;

json location(const std::string& file, int line) {
  json physical = {{"artifactLocation", {{"uri", file}}}};
  if (line > 0) physical["region"] = {{"startLine", line}};
  return {{"physicalLocation", std::move(physical)}};
}

// The file of a history: its name without the number within the file.
std::string file_of(const std::string& name) {
  const std::size_t bracket = name.rfind('[');
  return bracket != std::string::npos && name.ends_with(']') ? name.substr(0, bracket) : name;
}

std::string percent_encoded(const std::string& path) {
  constexpr const char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          std::string_view("/-._~").find(c) != std::string_view::npos;
    if (is_plain) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 0xf]};
    }
  }
  return out;
}

json sarif_result(const Report& report, const Finding& finding) {
  const ReplayResult& result = report.results[finding.first];
  std::string text = result.workflow_type.empty() ? result.message : result.workflow_type + ": " + result.message;
  if (!finding.others.empty()) text += " (" + std::to_string(finding.others.size()) + " more histories like this)";
  const bool has_source = !result.divergence.source_file.empty();
  json entry = {{"ruleId", traits_of(result.verdict).name},
                {"level", "error"},
                {"message", {{"text", text}}},
                {"partialFingerprints", {{"finding/v1", finding_key(result)}}}};
  // json::array: what braces around one JSON value mean differs between compilers.
  entry["locations"] =
      json::array({has_source ? location(percent_encoded(result.divergence.source_file), result.divergence.source_line)
                              : location(percent_encoded(file_of(result.name)), 0)});
  json related = json::array();
  if (has_source) related.push_back(location(percent_encoded(file_of(result.name)), 0));
  for (const std::size_t other : finding.others) {
    related.push_back(location(percent_encoded(file_of(report.results[other].name)), 0));
  }
  if (!related.empty()) entry["relatedLocations"] = std::move(related);
  return entry;
}

}  // namespace

std::string write_sarif(const Report& report) {
  json rules = json::array();
  for (const Verdict verdict :
       {Verdict::nondeterminism, Verdict::not_registered, Verdict::code_failed, Verdict::bad_input}) {
    rules.push_back({{"id", traits_of(verdict).name}, {"shortDescription", {{"text", traits_of(verdict).headline}}}});
  }
  json results = json::array();
  for (const Finding& finding : findings_of(report.results)) results.push_back(sarif_result(report, finding));
  const json driver = {{"name", "temporal-replay"}, {"version", TEMPORALIO_VERSION}, {"rules", std::move(rules)}};
  const json all = {{"version", "2.1.0"},
                    {"runs", json::array({json{{"tool", {{"driver", driver}}}, {"results", std::move(results)}}})}};
  return all.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace temporalio::replayer
