#include "replayer/src/report/event_context.h"

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/message.h>

#include <algorithm>

#include "replayer/src/load/event_names.h"
#include "replayer/src/report/field_diff.h"
#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::replayer {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Who did it on which machine does not matter to a replay.
bool is_noise(const std::string& field) { return is_incidental_field(field) || field == "attempt"; }

std::string shown_duration(const google::protobuf::Duration& duration) {
  std::string text = std::to_string(duration.seconds());
  if (duration.nanos() != 0) {
    std::string fraction = std::to_string(1'000'000'000 + duration.nanos()).substr(1);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    text += "." + fraction;
  }
  return text + "s";
}

std::string shown_payloads(const temporal::api::common::v1::Payloads& payloads) {
  std::string text;
  for (const auto& payload : payloads.payloads()) text += (text.empty() ? "" : ", ") + payload_text(payload);
  return payloads.payloads_size() == 1 ? text : "[" + text + "]";
}

// A value that fits into a line; empty for what does not.
std::string shown(const Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  if (field.is_repeated()) return {};
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return std::to_string(reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return std::to_string(reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_STRING:
      return field.type() == FieldDescriptor::TYPE_STRING ? reflection.GetString(message, &field) : std::string();
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      const Message& inner = reflection.GetMessage(message, &field);
      if (const auto* duration = dynamic_cast<const google::protobuf::Duration*>(&inner)) {
        return duration->seconds() == 0 && duration->nanos() == 0 ? std::string() : shown_duration(*duration);
      }
      if (const auto* payloads = dynamic_cast<const temporal::api::common::v1::Payloads*>(&inner)) {
        return shown_payloads(*payloads);
      }
      const FieldDescriptor* name = inner.GetDescriptor()->FindFieldByName("name");   // a type or a task queue
      if (name == nullptr) name = inner.GetDescriptor()->FindFieldByName("message");  // a failure
      if (name == nullptr || name->type() != FieldDescriptor::TYPE_STRING) return {};
      return inner.GetReflection()->GetString(inner, name);
    }
    default:
      return {};
  }
}

}  // namespace

const Message* attributes_of(const temporal::api::history::v1::HistoryEvent& event) {
  const auto* oneof = event.GetDescriptor()->FindOneofByName("attributes");
  const FieldDescriptor* field =
      oneof == nullptr ? nullptr : event.GetReflection()->GetOneofFieldDescriptor(event, oneof);
  return field == nullptr ? nullptr : &event.GetReflection()->GetMessage(event, field);
}

std::string describe_event(const temporal::api::history::v1::HistoryEvent& event, std::size_t longest) {
  std::string line = event_type_name(event.event_type());
  const Message* attributes = attributes_of(event);
  if (attributes == nullptr) return line;
  std::vector<const FieldDescriptor*> fields;
  attributes->GetReflection()->ListFields(*attributes, &fields);
  const char* separator = "  ";
  for (const FieldDescriptor* field : fields) {
    const std::string value = is_noise(field->name()) ? std::string() : shown(*attributes, *field);
    if (value.empty() || line.size() + field->json_name().size() + value.size() > longest) continue;
    line += separator + field->json_name() + " " + value;
    separator = ", ";
  }
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return line;
}

std::vector<ContextEvent> events_around(const temporal::api::history::v1::History& history, std::int64_t id,
                                        int count) {
  std::vector<ContextEvent> result;
  if (id < 1 || id > history.events_size()) return result;
  const std::int64_t first = std::max<std::int64_t>(1, id - count);
  const std::int64_t last = std::min<std::int64_t>(history.events_size(), id + count);
  for (std::int64_t at = first; at <= last; ++at) {
    result.push_back({at, describe_event(history.events(static_cast<int>(at) - 1))});
  }
  return result;
}

}  // namespace temporalio::replayer
