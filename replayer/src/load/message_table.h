// What the loader knows of each message type and enum of a history, taken once from the descriptors: which JSON keys
// and names there are, and how the value behind a key is written in wire format.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "replayer/src/load/key_table.h"

namespace google::protobuf {
class Descriptor;
class EnumDescriptor;
class FieldDescriptor;
}  // namespace google::protobuf

namespace temporalio::replayer {

class MessageTable;

// An enum's names in every dialect: EVENT_TYPE_TIMER_STARTED, TIMER_STARTED, TimerStarted, EventTypeTimerStarted.
class EnumTable {
 public:
  explicit EnumTable(const google::protobuf::EnumDescriptor* descriptor);
  // Finds the number of a name; false: the enum has no such name.
  bool find(std::string_view name, std::int32_t& number) const;
  bool has_number(std::int64_t number) const;
  // Whether workflow code is told which value it is, so that one that is not known cannot be replayed.
  bool is_decisive() const { return is_decisive_; }
  std::string_view name() const { return name_; }
  const std::string& example() const { return example_; }  // one of its names, for messages

 private:
  std::string name_;
  std::string example_;
  KeyTable names_;
  std::vector<std::int32_t> numbers_;
  bool is_decisive_ = false;
};

enum class FieldKind : std::uint8_t {
  int32,
  int64,
  uint32,
  uint64,
  boolean,
  float32,
  float64,
  text,
  bytes,
  enumeration,
  message,
  map,  // `message` is the table of the entry type
};

struct FieldEntry {
  std::uint32_t tag = 0;  // with the wire type
  FieldKind kind = FieldKind::int32;
  bool is_repeated = false;
  bool is_event_type = false;  // HistoryEvent.event_type: the one enum whose unknown values may be ignorable
  const MessageTable* message = nullptr;
  const EnumTable* enumeration = nullptr;
  std::string json_name;
};

// How the JSON form of a message type differs from a plain object.
enum class MessageForm : std::uint8_t { object, timestamp, duration, payload, payloads };

class MessageTable {
 public:
  const FieldEntry* find(const HashedKey& key) const {
    const int index = keys_.find(key);
    return index == KeyTable::kAbsent ? nullptr : &fields_[static_cast<std::size_t>(index)];
  }
  const FieldEntry& field(std::size_t index) const { return fields_[index]; }  // in order of declaration
  MessageForm form() const { return form_; }
  std::string_view name() const { return name_; }

 private:
  friend class MessageTables;
  std::string name_;
  MessageForm form_ = MessageForm::object;
  KeyTable keys_;
  std::vector<FieldEntry> fields_;
};

// The table of temporal.api.history.v1.HistoryEvent; built on first use with all that it reaches. Thread-safe.
const MessageTable& history_event_table();

}  // namespace temporalio::replayer
