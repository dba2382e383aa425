// The report for programs. Its schema is published in replayer/README.md; a change that a reader could notice raises
// the version.
#include <nlohmann/json.hpp>

#include "replayer/src/report/findings.h"
#include "replayer/src/report/format.h"
#include "replayer/src/report/result_json.h"

namespace temporalio::replayer {
namespace {

constexpr int kSchemaVersion = 1;

}  // namespace

std::string write_json(const Report& report) {
  using nlohmann::json;
  std::int64_t passed = 0, events = 0;
  json results = json::array();
  for (const ReplayResult& result : report.results) {
    passed += result.has_passed() ? 1 : 0;
    events += result.event_count;
    results.push_back(result_to_json(result));
  }
  json findings = json::array();
  for (const Finding& finding : findings_of(report.results)) {
    json names = {report.results[finding.first].name};
    for (const std::size_t other : finding.others) names.push_back(report.results[other].name);
    findings.push_back({{"first", finding.first}, {"count", 1 + finding.others.size()}, {"names", std::move(names)}});
  }
  const json all = {{"schemaVersion", kSchemaVersion},
                    {"tool", {{"name", "temporal-replay"}, {"version", TEMPORALIO_VERSION}}},
                    {"exitCode", exit_code(report.results)},
                    {"histories", report.results.size()},
                    {"passed", passed},
                    {"events", events},
                    {"findings", std::move(findings)},
                    {"results", std::move(results)}};
  return all.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace temporalio::replayer
