// Which fields of a message type can hold text or payloads, found once a type: checking a request then passes over
// everything else.
#pragma once

#include <google/protobuf/descriptor.h>

#include <vector>

namespace temporalio::rpc {

struct MessagePlan {
  enum class Kind {
    name,     // a string that identifies something: must be UTF-8
    text,     // a string for people: is mended
    message,  // single, repeated or the entries of a map
  };
  struct Field {
    const google::protobuf::FieldDescriptor* field = nullptr;
    Kind kind = Kind::name;
    const MessagePlan* child = nullptr;  // of a message
  };
  enum class Type { other, payload, payloads, memo };

  Type type = Type::other;
  std::vector<Field> fields;
};

// Any thread. The plan lives as long as the process.
const MessagePlan& plan_of(const google::protobuf::Descriptor& type);

}  // namespace temporalio::rpc
