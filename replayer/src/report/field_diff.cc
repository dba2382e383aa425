#include "replayer/src/report/field_diff.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "temporal/api/common/v1/message.pb.h"

namespace temporalio::replayer {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using nlohmann::json;
using temporal::api::common::v1::Payload;

constexpr const char* kNone = "(none)";

bool is_json(const Payload& payload) {
  const auto encoding = payload.metadata().find("encoding");
  return encoding != payload.metadata().end() && encoding->second.starts_with("json/");
}

std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

class Comparison {
 public:
  std::vector<FieldDifference> take() { return std::move(differences_); }

  void messages(const std::string& path, const Message& left, const Message& right) {
    if (left.GetDescriptor() == Payload::descriptor()) {
      return payloads(path, dynamic_cast<const Payload&>(left), dynamic_cast<const Payload&>(right));
    }
    if (left.GetDescriptor()->full_name().starts_with("google.protobuf.")) {
      return values(path, text_of(left), text_of(right));
    }
    const auto& descriptor = *left.GetDescriptor();
    for (int i = 0; i < descriptor.field_count(); ++i) {
      const FieldDescriptor& field = *descriptor.field(i);
      if (is_incidental_field(field.name())) continue;
      // The list within Payloads is the value itself.
      const bool is_list = descriptor.full_name() == "temporal.api.common.v1.Payloads";
      std::string here = path;
      if (!is_list) here.append(path.empty() ? "" : ".").append(field.json_name());
      fields(here, left, right, field);
    }
  }

 private:
  void values(const std::string& path, const std::string& left, const std::string& right) {
    if (left != right) differences_.push_back({path, left, right});
  }

  void fields(const std::string& path, const Message& left, const Message& right, const FieldDescriptor& field) {
    const auto& reflection = *left.GetReflection();
    if (field.is_map()) return maps(path, left, right, field);
    if (field.is_repeated()) {
      const int left_size = reflection.FieldSize(left, &field), right_size = reflection.FieldSize(right, &field);
      for (int i = 0; i < std::max(left_size, right_size); ++i) {
        std::string here = path;
        here.append("[").append(std::to_string(i)).append("]");
        if (i < std::min(left_size, right_size) && field.message_type() != nullptr) {
          messages(here, reflection.GetRepeatedMessage(left, &field, i),
                   reflection.GetRepeatedMessage(right, &field, i));
        } else {
          values(here, i < left_size ? element(left, field, i) : kNone,
                 i < right_size ? element(right, field, i) : kNone);
        }
      }
      return;
    }
    if (field.message_type() == nullptr) return values(path, value(left, field), value(right, field));
    const bool has_left = reflection.HasField(left, &field), has_right = reflection.HasField(right, &field);
    if (!has_left && !has_right) return;
    messages(path, reflection.GetMessage(left, &field), reflection.GetMessage(right, &field));
  }

  void maps(const std::string& path, const Message& left, const Message& right, const FieldDescriptor& field) {
    const auto entries = [&](const Message& message) {
      std::map<std::string, const Message*> found;
      const auto& reflection = *message.GetReflection();
      for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
        const Message& entry = reflection.GetRepeatedMessage(message, &field, i);
        found.emplace(value(entry, *entry.GetDescriptor()->map_key()), &entry);
      }
      return found;
    };
    const auto lefts = entries(left), rights = entries(right);
    const auto compare = [&](const std::string& key, const Message* a, const Message* b) {
      std::string here = path;
      here.append("[\"").append(key).append("\"]");
      const FieldDescriptor& content = *field.message_type()->map_value();
      if (a != nullptr && b != nullptr) return fields(here, *a, *b, content);
      values(here, a == nullptr ? kNone : value(*a, content), b == nullptr ? kNone : value(*b, content));
    };
    for (const auto& [key, entry] : lefts) {
      const auto other = rights.find(key);
      compare(key, entry, other == rights.end() ? nullptr : other->second);
    }
    for (const auto& [key, entry] : rights) {
      if (!lefts.contains(key)) compare(key, nullptr, entry);
    }
  }

  void payloads(const std::string& path, const Payload& left, const Payload& right) {
    if (is_json(left) && is_json(right)) {
      const json a = json::parse(left.data(), nullptr, false), b = json::parse(right.data(), nullptr, false);
      if (!a.is_discarded() && !b.is_discarded()) return jsons(path, a, b);
    }
    if (left.data() == right.data() && payload_text(left) == payload_text(right)) return;
    const std::string a = payload_text(left), b = payload_text(right);
    if (a != b) {
      values(path, a, b);
    } else {
      values(path, a, b + " (other bytes)");
    }
  }

  void jsons(const std::string& path, const json& left, const json& right) {
    if (left == right) return;
    if (left.is_object() && right.is_object()) {
      const auto below = [&path](const std::string& key) {
        std::string name = path;
        return name.append(".").append(key);
      };
      for (const auto& [key, item] : left.items()) {
        const auto other = right.find(key);
        if (other == right.end()) {
          values(below(key), dump(item), kNone);
        } else {
          jsons(below(key), item, *other);
        }
      }
      for (const auto& [key, item] : right.items()) {
        if (!left.contains(key)) values(below(key), kNone, dump(item));
      }
      return;
    }
    if (left.is_array() && right.is_array() && left.size() == right.size()) {
      for (std::size_t i = 0; i < left.size(); ++i) jsons(path + "[" + std::to_string(i) + "]", left[i], right[i]);
      return;
    }
    values(path, dump(left), dump(right));
  }

  static std::string element(const Message& message, const FieldDescriptor& field, int index) {
    const auto& reflection = *message.GetReflection();
    if (field.message_type() != nullptr) return text_of(reflection.GetRepeatedMessage(message, &field, index));
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING)
      return reflection.GetRepeatedString(message, &field, index);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      return std::to_string(reflection.GetRepeatedEnumValue(message, &field, index));
    }
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_UINT32) {
      return std::to_string(reflection.GetRepeatedUInt32(message, &field, index));
    }
    return "a value";  // no other repeated field occurs in events and commands
  }

  static std::string value(const Message& message, const FieldDescriptor& field) {
    const auto& reflection = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return std::to_string(reflection.GetInt32(message, &field));
      case FieldDescriptor::CPPTYPE_INT64:
        return std::to_string(reflection.GetInt64(message, &field));
      case FieldDescriptor::CPPTYPE_UINT32:
        return std::to_string(reflection.GetUInt32(message, &field));
      case FieldDescriptor::CPPTYPE_UINT64:
        return std::to_string(reflection.GetUInt64(message, &field));
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return dump(reflection.GetDouble(message, &field));
      case FieldDescriptor::CPPTYPE_FLOAT:
        return dump(reflection.GetFloat(message, &field));
      case FieldDescriptor::CPPTYPE_BOOL:
        return reflection.GetBool(message, &field) ? "true" : "false";
      case FieldDescriptor::CPPTYPE_ENUM: {
        const int number = reflection.GetEnumValue(message, &field);
        const auto* known = field.enum_type()->FindValueByNumber(number);
        return known == nullptr ? std::to_string(number) : known->name();
      }
      case FieldDescriptor::CPPTYPE_STRING:
        return reflection.GetString(message, &field);
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return reflection.HasField(message, &field) ? text_of(reflection.GetMessage(message, &field)) : kNone;
    }
    return {};
  }

  static std::string text_of(const Message& message) {
    if (const auto* payload = dynamic_cast<const Payload*>(&message)) return payload_text(*payload);
    if (const auto* duration = dynamic_cast<const google::protobuf::Duration*>(&message)) {
      if (duration->seconds() == 0 && duration->nanos() == 0) return "0s";
    }
    std::string text;
    if (!google::protobuf::util::MessageToJsonString(message, &text).ok()) return message.ShortDebugString();
    return text;
  }

  std::vector<FieldDifference> differences_;
};

}  // namespace

bool is_incidental_field(const std::string& name) {
  constexpr const char* kNames[] = {"identity",
                                    "request_id",
                                    "history_size_bytes",
                                    "worker_version",
                                    "binary_checksum",
                                    "original_execution_run_id",
                                    "first_execution_run_id",
                                    "event_time",
                                    "task_id",
                                    "version",
                                    "header",
                                    "user_metadata",
                                    "links"};
  return std::any_of(std::begin(kNames), std::end(kNames), [&](const char* known) { return name == known; });
}

std::vector<FieldDifference> field_differences(const Message& left, const Message& right) {
  Comparison comparison;
  comparison.messages("", left, right);
  return comparison.take();
}

std::string payload_text(const Payload& payload) {
  const auto encoding = payload.metadata().find("encoding");
  const std::string name = encoding == payload.metadata().end() ? "" : encoding->second;
  if (name.starts_with("json/")) {
    const json value = json::parse(payload.data(), nullptr, false);
    return value.is_discarded() ? payload.data() : dump(value);
  }
  if (name == "binary/null") return "null";
  const bool is_text = std::all_of(payload.data().begin(), payload.data().end(),
                                   [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
  if (is_text && !payload.data().empty()) return payload.data();
  return std::to_string(payload.data().size()) + " bytes of " + (name.empty() ? "no known encoding" : name);
}

}  // namespace temporalio::replayer
