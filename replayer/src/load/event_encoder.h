// Turns the JSON object of one event into protobuf's wire format, in every dialect of keys, enums, numbers and payloads
// that recorded histories come in. Knows nothing of files and of what surrounds the events.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "replayer/src/load/message_table.h"
#include "replayer/src/load/wire_writer.h"

namespace temporalio::replayer {

// Why an event could not be read.
struct Fault {
  std::string what;               // "expected a duration such as \"10s\", found \"ten\""
  const char* at = nullptr;       // where in the text; null: where the parser stands
  std::vector<std::string> path;  // field names and indices, innermost first
};

class EventEncoder {
 public:
  // Encodes one event. False: fault() says why.
  bool encode(simdjson::ondemand::object event);
  // The event encoded last; valid until the next encode().
  std::string_view bytes() const { return writer_.bytes(); }
  // The event type of the event encoded last where it is none that these API definitions know; else empty.
  const std::string& unknown_event_type() const { return unknown_event_type_; }
  const char* unknown_event_type_at() const { return unknown_event_type_at_; }
  const Fault& fault() const { return fault_; }

 private:
  using Value = simdjson::ondemand::value;
  struct Seen {
    std::size_t known = 0;
    std::size_t unknown = 0;
  };

  bool fields(simdjson::ondemand::object& object, const MessageTable& table, Seen& seen);
  bool skip(Value& value);
  bool raw_text(Value& value, std::string_view& text);
  bool field(Value& value, const FieldEntry& entry);
  bool elements(Value& value, const FieldEntry& entry);
  bool element(Value& value, std::string_view token, const FieldEntry& entry);
  bool map(Value& value, std::string_view token, const FieldEntry& entry);
  bool message(Value& value, std::string_view token, const FieldEntry& entry);
  bool object(Value& value, std::string_view token, const FieldEntry& entry);
  bool payload(Value& value, std::string_view token, const FieldEntry& entry);
  bool readable_payload(std::string_view json, const FieldEntry& entry);
  bool json_payload(std::string_view json, const FieldEntry& entry);
  bool text(Value& value, std::string_view token, std::string_view& result);
  bool scalar(std::string_view text, bool is_quoted, const FieldEntry& entry);
  bool enumeration(std::string_view text, bool is_quoted, const FieldEntry& entry);
  template <class T>
  bool number(std::string_view text, const FieldEntry& entry);

  bool fail(std::string_view expected, std::string_view token);
  bool fail(simdjson::error_code error);

  WireWriter writer_;
  Fault fault_;
  std::string unknown_event_type_;
  const char* unknown_event_type_at_ = nullptr;
  int depth_ = 0;
  bool has_json_error_ = false;        // the text is no JSON: nothing more can be read of it
  bool has_readable_payload_ = false;  // the metadata of the payload that is being read is text, not base64
};

// A sentence for what simdjson found wrong with the text.
std::string describe(simdjson::error_code error);

}  // namespace temporalio::replayer
