// Which fields of two messages differ, with payloads decoded.
#pragma once

#include <string>
#include <vector>

namespace google::protobuf {
class Message;
}
namespace temporal::api::common::v1 {
class Payload;
}

namespace temporalio::replayer {

struct FieldDifference {
  std::string path;  // "input[0].amount", "retryPolicy.maximumAttempts"
  std::string left;  // "5"; "(none)" where the field is not there
  std::string right;
};

// Both messages are of one type. JSON payloads are compared as JSON, field by field; others byte by byte. What differs
// from run to run (identities, request ids, times of the server, sizes) does not count.
std::vector<FieldDifference> field_differences(const google::protobuf::Message& left,
                                               const google::protobuf::Message& right);

// A payload as people read it: its JSON, its text, or its encoding and size.
std::string payload_text(const temporal::api::common::v1::Payload& payload);

// Fields that say who and when, not what: ignored in comparisons and in lists of attributes.
bool is_incidental_field(const std::string& name);

}  // namespace temporalio::replayer
