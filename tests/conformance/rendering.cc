#include "tests/conformance/rendering.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "tests/conformance/shorthand.h"

namespace conformance {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::size_t kLineLength = 118;

// Left out everywhere: internals of one server, or features that timeskip does not offer and clients ignore.
const std::set<std::string, std::less<>> kIgnoredFields = {"task_id",
                                                           "version",
                                                           "link",
                                                           "links",
                                                           "poller_scaling_decision",
                                                           "poller_group_id",
                                                           "poller_group_infos",
                                                           "backlog_count_hint",
                                                           "state_transition_count",
                                                           "time_skipping_config",
                                                           "time_skipping_info",
                                                           "time_skipping_state_propagation",
                                                           "cluster",
                                                           "state_transition_history",
                                                           "namespace_id",
                                                           "parent_workflow_namespace_id",
                                                           "auto_reset_points",
                                                           "prev_auto_reset_points",
                                                           "signal_link",
                                                           "activity_options",
                                                           "active_cluster",
                                                           "current_cluster"};

// Lengths that are measured, not asked for: rounded like offsets of times, or up where they are the rest of something.
const std::set<std::string, std::less<>> kMeasuredDurations = {"execution_duration", "current_retry_interval"};
const std::set<std::string, std::less<>> kRemainders = {"first_workflow_task_backoff"};

// Numbers of which only "not zero" is comparable.
const std::set<std::string, std::less<>> kSizeFields = {"history_size_bytes"};

const Message& sub(const Message& message, const char* field) {
  return message.GetReflection()->GetMessage(message, message.GetDescriptor()->FindFieldByName(field));
}

std::int64_t int_of(const Message& message, const char* name) {
  const auto* field = message.GetDescriptor()->FindFieldByName(name);
  return field->cpp_type() == FieldDescriptor::CPPTYPE_INT32 ? message.GetReflection()->GetInt32(message, field)
                                                             : message.GetReflection()->GetInt64(message, field);
}

constexpr std::size_t kUuidLength = 36;

bool is_uuid(const std::string& text) {
  if (text.size() != kUuidLength) return false;
  for (std::size_t i = 0; i < kUuidLength; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0) return false;
  }
  return true;
}

bool ends_with(std::string_view text, std::string_view end) { return text.ends_with(end); }

// 90000 ms -> 1m30s
std::string span(long long ms) {
  if (ms == 0) return "0s";
  std::string out = ms < 0 ? "-" : "";
  ms = ms < 0 ? -ms : ms;
  const std::pair<const char*, long long> units[] = {
      {"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
  for (const auto& [name, scale] : units) {
    if (ms >= scale) out += std::to_string(ms / scale) + name;
    ms %= scale;
  }
  return out;
}

std::string duration_text(const Message& duration) {
  const std::int64_t nanos = int_of(duration, "nanos");
  const std::string rest = nanos % 1000000 == 0 ? "" : "+" + std::to_string(nanos % 1000000) + "ns";
  return span(int_of(duration, "seconds") * 1000 + nanos / 1000000) + rest;
}

std::string payload_text(const Message& payload) {
  const auto* metadata = payload.GetDescriptor()->FindFieldByName("metadata");
  const auto* reflection = payload.GetReflection();
  std::map<std::string, std::string> entries;
  for (int i = 0; i < reflection->FieldSize(payload, metadata); ++i) {
    const Message& entry = reflection->GetRepeatedMessage(payload, metadata, i);
    const auto* type = entry.GetDescriptor();
    entries[entry.GetReflection()->GetString(entry, type->FindFieldByName("key"))] =
        entry.GetReflection()->GetString(entry, type->FindFieldByName("value"));
  }
  const std::string data = reflection->GetString(payload, payload.GetDescriptor()->FindFieldByName("data"));
  const bool is_json = entries["encoding"] == "json/plain";
  std::string out = is_json ? data : entries["encoding"] + " " + quoted(data);
  entries.erase("encoding");
  for (const auto& [key, value] : entries) out += " " + key + "=" + quoted(value);
  return "[" + out + "]";
}

// "BadStartTimerAttributes: Timer ..." -> "BadStartTimerAttributes: ...": the rest is wording.
std::string cause_of_server_failure(const std::string& message) {
  const auto colon = message.find(": ");
  return colon == std::string::npos ? message : message.substr(0, colon) + ": ...";
}

}  // namespace

std::string short_enum_name(const google::protobuf::EnumValueDescriptor& value) {
  std::string prefix;
  for (char c : value.type()->name()) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0 && !prefix.empty()) prefix += '_';
    prefix += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return value.name().starts_with(prefix + "_") ? value.name().substr(prefix.size() + 1) : value.name();
}

bool Rendering::is_ignored(const std::string& field) const {
  return hidden_fields_.contains(field) || (kIgnoredFields.contains(field) && !shown_.contains(field));
}

void Rendering::hide_events(std::string_view run_id, std::vector<std::int64_t> ids) {
  hidden_[std::string(run_id)] = std::move(ids);
}

std::string Rendering::symbol(const std::string& kind, const std::string& value) {
  auto& text = symbols_[value];
  if (text.empty()) text = "<" + kind + "-" + std::to_string(++counts_[kind]) + ">";
  return text;
}

std::int64_t Rendering::visible_id(std::int64_t id) const {
  const auto found = hidden_.find(run_id_);
  if (found == hidden_.end()) return id;
  return id - (std::upper_bound(found->second.begin(), found->second.end(), id) - found->second.begin());
}

std::string Rendering::offset(const Message& timestamp) {
  if (int_of(timestamp, "seconds") <= 0) return "never";
  const std::int64_t nanos = int_of(timestamp, "seconds") * 1000000000 + int_of(timestamp, "nanos");
  const long long slack_ms = 20;  // two clocks, or two roundings to milliseconds
  const long long ms = (nanos - base_nanos_) / 1000000 + slack_ms;
  const long long steps = ms >= 0 ? ms / grid_ms_ : -((-ms + grid_ms_ - 1) / grid_ms_);
  return "@" + span(steps * grid_ms_);
}

std::string Rendering::text_of(const std::string& value, const FieldDescriptor& field) {
  if (ends_with(field.name(), "token")) {
    return field.name() == "next_page_token" ? "<more>" : symbol("token", value);
  }
  if (field.type() == FieldDescriptor::TYPE_BYTES) return quoted(value);
  if (is_uuid(value)) {
    const bool is_run = ends_with(field.name(), "run_id");
    const bool is_request = ends_with(field.name(), "request_id");
    return symbol(is_run ? "run" : is_request ? "request" : "id", value);
  }
  return quoted(without_ids(value));
}

// Removes the scenario's own suffix and names every UUID inside a text.
std::string Rendering::without_ids(std::string text) {
  for (auto at = text.find(unique_); at != std::string::npos; at = text.find(unique_)) text.erase(at, unique_.size());
  for (std::size_t at = 0; at + kUuidLength <= text.size(); ++at) {
    const std::string part = text.substr(at, kUuidLength);
    if (is_uuid(part)) text.replace(at, kUuidLength, symbol("id", part));
  }
  return text;
}

// "1-2 WORKFLOW_EXECUTION_STARTED ..." : which events a response carries, without their attributes.
std::string Rendering::compact_history(const Message& history) {
  const auto* events = history.GetDescriptor()->FindFieldByName("events");
  const auto* reflection = history.GetReflection();
  std::string out;
  for (int i = 0; i < reflection->FieldSize(history, events); ++i) {
    const Message& event = reflection->GetRepeatedMessage(history, events, i);
    const auto* type = event.GetDescriptor()->FindFieldByName("event_type");
    const std::string name = short_enum_name(*event.GetReflection()->GetEnum(event, type));
    if (name == "WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED") continue;
    out += (out.empty() ? "" : ", ") + std::to_string(visible_id(int_of(event, "event_id"))) + " " + name;
  }
  return "(" + out + ")";
}

// Messages that read better as one value.
bool Rendering::special(const Message& message, Node& node) {
  if (kMeasuredDurations.contains(node.name)) {
    node.value = span(int_of(message, "seconds") * 1000 / grid_ms_ * grid_ms_);
    return true;
  }
  if (kRemainders.contains(node.name)) {
    const long long ms = int_of(message, "seconds") * 1000 + (int_of(message, "nanos") + 999999) / 1000000;
    node.value = span((ms + grid_ms_ - 1) / grid_ms_ * grid_ms_);
    return true;
  }
  const std::string& type = message.GetDescriptor()->full_name();
  if (type == "google.protobuf.Timestamp") {
    node.value = offset(message);
  } else if (type == "google.protobuf.Duration") {
    node.value = duration_text(message);
  } else if (type == "temporal.api.common.v1.Payload") {
    node.value = without_ids(payload_text(message));
  } else if (type == "temporal.api.history.v1.History") {
    node.value = compact_history(message);
  } else {
    return false;
  }
  return true;
}

Rendering::Node Rendering::value_of(const Message& message, const FieldDescriptor& field, int index) {
  const auto* r = message.GetReflection();
  const bool many = field.is_repeated();
  Node node;
  node.name = field.name();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      const Message& inner = many ? r->GetRepeatedMessage(message, &field, index) : r->GetMessage(message, &field);
      if (special(inner, node)) return node;
      node.is_leaf = false;
      collect(inner, node.children);
      return node;
    }
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string value = many ? r->GetRepeatedString(message, &field, index) : r->GetString(message, &field);
      const bool is_server_text = field.name() == "message" && field.containing_type()->name() == "Failure" &&
                                  r->HasField(message, field.containing_type()->FindFieldByName("server_failure_info"));
      node.value = text_of(is_server_text && !shows_server_texts_ ? cause_of_server_failure(value) : value, field);
      return node;
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      node.value = short_enum_name(*(many ? r->GetRepeatedEnum(message, &field, index) : r->GetEnum(message, &field)));
      return node;
    case FieldDescriptor::CPPTYPE_BOOL:
      node.value = (many ? r->GetRepeatedBool(message, &field, index) : r->GetBool(message, &field)) ? "true" : "false";
      return node;
    case FieldDescriptor::CPPTYPE_INT64: {
      std::int64_t value = many ? r->GetRepeatedInt64(message, &field, index) : r->GetInt64(message, &field);
      const bool counts_events = ends_with(field.name(), "event_id") || field.name() == "history_length";
      if (counts_events) value = visible_id(value);
      node.value = kSizeFields.contains(field.name()) ? "<some>" : std::to_string(value);
      return node;
    }
    case FieldDescriptor::CPPTYPE_INT32:
      node.value = std::to_string(many ? r->GetRepeatedInt32(message, &field, index) : r->GetInt32(message, &field));
      return node;
    case FieldDescriptor::CPPTYPE_UINT32:
      node.value = std::to_string(many ? r->GetRepeatedUInt32(message, &field, index) : r->GetUInt32(message, &field));
      return node;
    case FieldDescriptor::CPPTYPE_UINT64:
      node.value = std::to_string(many ? r->GetRepeatedUInt64(message, &field, index) : r->GetUInt64(message, &field));
      return node;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      node.value = std::to_string(many ? r->GetRepeatedDouble(message, &field, index) : r->GetDouble(message, &field));
      return node;
    case FieldDescriptor::CPPTYPE_FLOAT:
      node.value = std::to_string(many ? r->GetRepeatedFloat(message, &field, index) : r->GetFloat(message, &field));
      return node;
  }
  return node;
}

void Rendering::collect(const Message& message, std::vector<Node>& out) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (is_ignored(field->name())) continue;
    if (field->is_map()) {
      // Key order is not kept on the wire: sorted by what is printed.
      std::vector<Node> entries;
      for (int i = 0; i < message.GetReflection()->FieldSize(message, field); ++i) {
        entries.push_back(value_of(message, *field, i));
      }
      std::sort(entries.begin(), entries.end(), [](const Node& a, const Node& b) { return one_line(a) < one_line(b); });
      out.insert(out.end(), entries.begin(), entries.end());
      continue;
    }
    const int count = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) out.push_back(value_of(message, *field, i));
  }
}

std::string Rendering::one_line(const Node& node) {
  if (node.is_leaf) return node.name + ": " + node.value;
  std::string out = node.name + " {";
  for (const Node& child : node.children) out += " " + one_line(child);
  return out + (node.children.empty() ? "}" : " }");
}

void Rendering::lay_out(const Node& node, int indent, std::string& out) {
  std::string line = std::string(static_cast<std::size_t>(indent), ' ') + one_line(node);
  while (node.is_leaf && line.size() > kLineLength) {  // a list of events: broken after a comma
    const auto comma = line.rfind(", ", kLineLength);
    if (comma == std::string::npos || node.name != "history") break;
    out += line.substr(0, comma + 1) + "\n";
    line = std::string(static_cast<std::size_t>(indent) + 4, ' ') + line.substr(comma + 2);
  }
  if (node.is_leaf || line.size() <= kLineLength) {
    out += line + "\n";
    return;
  }
  out += std::string(static_cast<std::size_t>(indent), ' ') + node.name + " {\n";
  for (const Node& child : node.children) lay_out(child, indent + 2, out);
  out += std::string(static_cast<std::size_t>(indent), ' ') + "}\n";
}

void Rendering::learn_run(const Message& message) {
  run_id_ = default_run_id_;
  const auto* field = message.GetDescriptor()->FindFieldByName("workflow_execution");
  if (field != nullptr && message.GetReflection()->HasField(message, field)) {
    const Message& execution = sub(message, "workflow_execution");
    run_id_ = execution.GetReflection()->GetString(execution, execution.GetDescriptor()->FindFieldByName("run_id"));
  } else if (message.GetDescriptor()->FindFieldByName("workflow_execution_info") != nullptr) {
    const Message& execution = sub(sub(message, "workflow_execution_info"), "execution");
    run_id_ = execution.GetReflection()->GetString(execution, execution.GetDescriptor()->FindFieldByName("run_id"));
  }
}

std::string Rendering::fields(const Message& message, int indent) {
  learn_run(message);
  std::vector<Node> nodes;
  collect(message, nodes);
  std::string out;
  for (const Node& node : nodes) lay_out(node, indent, out);
  return out;
}

std::string Rendering::event(const Message& event, int indent) {
  const auto* reflection = event.GetReflection();
  const auto* type = event.GetDescriptor()->FindFieldByName("event_type");
  std::string out = std::string(static_cast<std::size_t>(indent), ' ') +
                    std::to_string(visible_id(int_of(event, "event_id"))) + " " +
                    short_enum_name(*reflection->GetEnum(event, type)) + " " + offset(sub(event, "event_time")) + "\n";
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(event, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string& name = field->name();
    if (name == "event_id" || name == "event_time" || name == "event_type" || is_ignored(name)) continue;
    if (ends_with(name, "_event_attributes")) {
      std::vector<Node> nodes;
      collect(sub(event, name.c_str()), nodes);
      for (const Node& node : nodes) lay_out(node, indent + 4, out);
    } else {
      lay_out(value_of(event, *field, 0), indent + 4, out);
    }
  }
  return out;
}

}  // namespace conformance
