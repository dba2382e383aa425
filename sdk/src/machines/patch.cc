#include "sdk/src/machines/patch.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sdk/src/payload/payload_proto.h"
#include "temporal/api/command/v1/message.pb.h"
#include "temporal/api/history/v1/message.pb.h"
#include "temporalio/payload_json.h"

namespace temporalio::machines {
namespace {

using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): event and command types

constexpr const char* kPatchMarker = "core_patch";
// The visibility store refuses longer values (Core's limit).
constexpr std::size_t kLongestChangeVersion = 2048;

}  // namespace

// Both forms of Core's patch marker: patch-data (JSON) and the older pair patch_id, deprecated (binary/plain).
std::optional<PatchMarker> read_patch_marker(const HistoryEvent& event) {
  if (event.event_type() != EVENT_TYPE_MARKER_RECORDED) return std::nullopt;
  const auto& attributes = event.marker_recorded_event_attributes();
  if (attributes.marker_name() != kPatchMarker) return std::nullopt;
  PatchMarker marker;
  const auto& details = attributes.details();
  if (const auto data = details.find("patch-data"); data != details.end() && data->second.payloads_size() > 0) {
    const auto json = nlohmann::json::parse(data->second.payloads(0).data(), nullptr, false);
    if (!json.is_object()) return marker;
    const auto id = json.find("id");
    const auto deprecated = json.find("deprecated");
    if (id != json.end() && id->is_string()) marker.id = id->get<std::string>();
    marker.is_deprecated = deprecated != json.end() && deprecated->is_boolean() && deprecated->get<bool>();
    return marker;
  }
  if (const auto id = details.find("patch_id"); id != details.end() && id->second.payloads_size() > 0) {
    marker.id = id->second.payloads(0).data();
  }
  if (const auto d = details.find("deprecated"); d != details.end() && d->second.payloads_size() > 0) {
    const std::string& data = d->second.payloads(0).data();
    marker.is_deprecated = data == "true" || (data.size() == 1 && data[0] == 1);
  }
  return marker;
}

bool is_change_version_upsert(const HistoryEvent& event) {
  return event.event_type() == EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES &&
         event.upsert_workflow_search_attributes_event_attributes().search_attributes().indexed_fields().contains(
             kChangeVersion);
}

std::unique_ptr<CommandMessage> build_change_version(std::vector<std::string> ids) {
  std::sort(ids.begin(), ids.end());
  Payload value = to_payload(nlohmann::json(ids));
  if (value.data.size() >= kLongestChangeVersion) return nullptr;
  value.metadata.emplace_back("type", "KeywordList");
  auto message = std::make_unique<CommandMessage>();
  message->set_command_type(COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES);
  auto& fields = *message->mutable_upsert_workflow_search_attributes_command_attributes()
                      ->mutable_search_attributes()
                      ->mutable_indexed_fields();
  payload::to_proto(std::move(value), fields[kChangeVersion]);
  return message;
}

bool PatchMachine::ask(bool is_replaying) {
  if (!answer_) answer_ = !is_replaying || is_in_history_;
  return *answer_;
}

Step PatchMachine::record(CommandKind, const HistoryEvent&, const Recording&) { return Step::accept(); }

std::string PatchMachine::describe(CommandKind kind) const {
  return std::string(command_name(kind)) + " (patch " + in_quotes(id_) + ")";
}

void PatchMachine::build_marker(bool is_deprecated, CommandMessage& message) const {
  auto& attributes = *message.mutable_record_marker_command_attributes();
  attributes.set_marker_name(kPatchMarker);
  const nlohmann::json data = {{"id", id_}, {"deprecated", is_deprecated}};
  payload::append_payload((*attributes.mutable_details())["patch-data"], to_payload(data));
}

}  // namespace temporalio::machines
