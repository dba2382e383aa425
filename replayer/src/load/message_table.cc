#include "replayer/src/load/message_table.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <memory>
#include <unordered_map>

#include "sdk/src/base/check.h"
#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::replayer {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// "WorkflowIdReusePolicy" -> "WORKFLOW_ID_REUSE_POLICY_".
std::string prefix_of(std::string_view enum_name) {
  std::string prefix;
  for (const char c : enum_name) {
    if (c >= 'A' && c <= 'Z' && !prefix.empty()) prefix += '_';
    prefix += upper(c);
  }
  return prefix + "_";
}

// "START_TO_CLOSE" -> "StartToClose".
std::string pascal(std::string_view name) {
  std::string result;
  bool starts_word = true;
  for (const char c : name) {
    if (c == '_') {
      starts_word = true;
      continue;
    }
    result += starts_word ? upper(c) : lower(c);
    starts_word = false;
  }
  return result;
}

FieldKind kind_of(const FieldDescriptor& field) {
  if (field.is_map()) return FieldKind::map;
  switch (field.type()) {
    case FieldDescriptor::TYPE_INT32:
      return FieldKind::int32;
    case FieldDescriptor::TYPE_INT64:
      return FieldKind::int64;
    case FieldDescriptor::TYPE_UINT32:
      return FieldKind::uint32;
    case FieldDescriptor::TYPE_UINT64:
      return FieldKind::uint64;
    case FieldDescriptor::TYPE_BOOL:
      return FieldKind::boolean;
    case FieldDescriptor::TYPE_FLOAT:
      return FieldKind::float32;
    case FieldDescriptor::TYPE_DOUBLE:
      return FieldKind::float64;
    case FieldDescriptor::TYPE_STRING:
      return FieldKind::text;
    case FieldDescriptor::TYPE_BYTES:
      return FieldKind::bytes;
    case FieldDescriptor::TYPE_ENUM:
      return FieldKind::enumeration;
    case FieldDescriptor::TYPE_MESSAGE:
      return FieldKind::message;
    default:
      TEMPORALIO_CHECK(false, field.full_name().c_str());  // no other type occurs in the API definitions
  }
  return FieldKind::int32;
}

std::uint32_t wire_type(FieldKind kind) {
  switch (kind) {
    case FieldKind::float64:
      return 1;
    case FieldKind::float32:
      return 5;
    case FieldKind::text:
    case FieldKind::bytes:
    case FieldKind::message:
    case FieldKind::map:
      return 2;
    default:
      return 0;
  }
}

// The type of a failure that workflow code may handle rests on these.
bool reaches_workflow_code(std::string_view enum_name) {
  return enum_name == "EventType" || enum_name == "TimeoutType" ||
         enum_name == "StartChildWorkflowExecutionFailedCause" ||
         enum_name == "SignalExternalWorkflowExecutionFailedCause" ||
         enum_name == "CancelExternalWorkflowExecutionFailedCause";
}

MessageForm form_of(std::string_view name) {
  if (name == "google.protobuf.Timestamp") return MessageForm::timestamp;
  if (name == "google.protobuf.Duration") return MessageForm::duration;
  if (name == "temporal.api.common.v1.Payload") return MessageForm::payload;
  if (name == "temporal.api.common.v1.Payloads") return MessageForm::payloads;
  return MessageForm::object;
}

}  // namespace

EnumTable::EnumTable(const EnumDescriptor* descriptor)
    : name_(descriptor->full_name()), is_decisive_(reaches_workflow_code(descriptor->name())) {
  const std::string prefix = prefix_of(descriptor->name());
  for (int i = 0; i < descriptor->value_count(); ++i) {
    const auto& value = *descriptor->value(i);
    const int index = static_cast<int>(numbers_.size());
    numbers_.push_back(value.number());
    names_.add(value.name(), index);
    names_.add(pascal(value.name()), index);
    if (value.name().starts_with(prefix)) {
      const std::string_view rest = std::string_view(value.name()).substr(prefix.size());
      names_.add(rest, index);
      names_.add(pascal(rest), index);
    }
    example_ = value.name();
  }
  names_.build();
}

bool EnumTable::find(std::string_view name, std::int32_t& number) const {
  const int index = names_.find(name);
  if (index == KeyTable::kAbsent) return false;
  number = numbers_[static_cast<std::size_t>(index)];
  return true;
}

bool EnumTable::has_number(std::int64_t number) const {
  return std::find(numbers_.begin(), numbers_.end(), number) != numbers_.end();
}

// Owns all tables.
class MessageTables {
 public:
  const MessageTable* table(const Descriptor* descriptor) {
    auto& slot = messages_[descriptor];
    if (slot) return slot.get();  // also when it is still being filled: types refer to each other in circles
    slot = std::make_unique<MessageTable>();
    MessageTable& made = *slot;
    made.name_ = descriptor->full_name();
    made.form_ = form_of(made.name_);
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const FieldDescriptor& field = *descriptor->field(i);
      made.fields_.push_back(entry(field));
      made.keys_.add(field.json_name(), i);
      made.keys_.add(field.name(), i);
    }
    made.keys_.build();
    return &made;
  }

 private:
  FieldEntry entry(const FieldDescriptor& field) {
    FieldEntry entry;
    entry.kind = kind_of(field);
    entry.tag = static_cast<std::uint32_t>(field.number()) << 3 | wire_type(entry.kind);
    entry.is_repeated = field.is_repeated() && !field.is_map();
    entry.is_event_type = field.full_name() == "temporal.api.history.v1.HistoryEvent.event_type";
    entry.json_name = field.json_name();
    if (field.message_type() != nullptr) entry.message = table(field.message_type());
    if (field.enum_type() != nullptr) {
      auto& slot = enums_[field.enum_type()];
      if (!slot) slot = std::make_unique<EnumTable>(field.enum_type());
      entry.enumeration = slot.get();
    }
    return entry;
  }

  std::unordered_map<const Descriptor*, std::unique_ptr<MessageTable>> messages_;
  std::unordered_map<const EnumDescriptor*, std::unique_ptr<EnumTable>> enums_;
};

const MessageTable& history_event_table() {
  static MessageTables tables;
  static const MessageTable& root = *tables.table(temporal::api::history::v1::HistoryEvent::descriptor());
  return root;
}

}  // namespace temporalio::replayer
