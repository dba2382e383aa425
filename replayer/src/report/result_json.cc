#include "replayer/src/report/result_json.h"

#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "replayer/src/report/verdict.h"

namespace temporalio::replayer {
namespace {

using nlohmann::json;

// By value of DivergenceKind.
constexpr std::array kKinds = {"changed", "missing", "added"};

json divergence_to_json(const Divergence& divergence) {
  json result = {{"kind", kKinds.at(static_cast<std::size_t>(divergence.kind))},
                 {"eventId", divergence.event_id},
                 {"eventType", divergence.event_type},
                 {"workflowTask", divergence.workflow_task},
                 {"workflowTaskCompletedEventId", divergence.workflow_task_completed_event_id},
                 {"recorded", divergence.recorded},
                 {"actual", divergence.actual}};
  if (!divergence.source_file.empty()) {
    result["sourceFile"] = divergence.source_file;
    result["sourceLine"] = divergence.source_line;
  }
  return result;
}

Divergence divergence_from_json(const json& in) {
  Divergence divergence;
  for (std::size_t kind = 0; kind < kKinds.size(); ++kind) {
    if (in.at("kind") == kKinds.at(kind)) divergence.kind = static_cast<DivergenceKind>(kind);
  }
  in.at("eventId").get_to(divergence.event_id);
  in.at("eventType").get_to(divergence.event_type);
  in.at("workflowTask").get_to(divergence.workflow_task);
  in.at("workflowTaskCompletedEventId").get_to(divergence.workflow_task_completed_event_id);
  in.at("recorded").get_to(divergence.recorded);
  in.at("actual").get_to(divergence.actual);
  divergence.source_file = in.value("sourceFile", "");
  divergence.source_line = in.value("sourceLine", 0);
  return divergence;
}

}  // namespace

json result_to_json(const ReplayResult& result) {
  json out = {{"verdict", traits_of(result.verdict).name}, {"name", result.name}, {"exitCode", result.exit_code()}};
  if (!result.workflow_type.empty()) out["workflowType"] = result.workflow_type;
  if (!result.workflow_id.empty()) out["workflowId"] = result.workflow_id;
  if (!result.run_id.empty()) out["runId"] = result.run_id;
  if (result.event_count != 0) out["eventCount"] = result.event_count;
  if (result.is_duplicate) out["isDuplicate"] = true;
  if (!result.message.empty()) out["message"] = result.message;
  if (result.event_id != 0) out["eventId"] = result.event_id;
  if (result.verdict == Verdict::nondeterminism) out["divergence"] = divergence_to_json(result.divergence);
  for (const ContextEvent& event : result.context)
    out["context"].push_back({{"eventId", event.id}, {"text", event.text}});
  return out;
}

ReplayResult result_from_json(const json& in) {
  ReplayResult result;
  result.verdict = verdict_named(in.at("verdict").get<std::string>());
  in.at("name").get_to(result.name);
  result.workflow_type = in.value("workflowType", "");
  result.workflow_id = in.value("workflowId", "");
  result.run_id = in.value("runId", "");
  result.event_count = in.value("eventCount", std::int64_t{0});
  result.is_duplicate = in.value("isDuplicate", false);
  result.message = in.value("message", "");
  result.event_id = in.value("eventId", std::int64_t{0});
  if (in.contains("divergence")) result.divergence = divergence_from_json(in.at("divergence"));
  for (const json& event : in.value("context", json::array())) {
    result.context.push_back({event.at("eventId").get<std::int64_t>(), event.at("text").get<std::string>()});
  }
  return result;
}

}  // namespace temporalio::replayer
