#include "replayer/src/load/event_encoder.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "replayer/src/load/json_scalars.h"

namespace temporalio::replayer {
namespace {

using simdjson::ondemand::object;

// Below protobuf's own limit of 100, so that what is written here can be parsed.
constexpr int kMaxDepth = 90;

std::string_view trimmed(std::string_view token) {
  while (!token.empty() &&
         (token.back() == ' ' || token.back() == '\n' || token.back() == '\r' || token.back() == '\t')) {
    token.remove_suffix(1);
  }
  return token;
}

// A value as it is quoted in a message: one line, not too long, cut at a whole UTF-8 character.
std::string shown(std::string_view token) {
  constexpr std::size_t kLongest = 60;
  if (!token.empty() && (token.front() == '{' || token.front() == '['))
    return token.front() == '{' ? "an object" : "an array";
  if (token.size() <= kLongest) return std::string(token);
  std::size_t size = kLongest;
  while (size > 0 && (static_cast<unsigned char>(token[size]) & 0xc0) == 0x80) --size;
  return std::string(token.substr(0, size)) + "...";
}

bool is_string(std::string_view token) { return token.size() >= 2 && token.front() == '"' && token.back() == '"'; }
bool starts(std::string_view token, char first) { return !token.empty() && token.front() == first; }

}  // namespace

bool EventEncoder::encode(simdjson::ondemand::object event) {
  writer_.clear();
  fault_ = {};
  unknown_event_type_.clear();
  has_readable_payload_ = false;
  has_json_error_ = false;
  depth_ = 0;
  Seen seen;
  return fields(event, history_event_table(), seen);
}

bool EventEncoder::fields(simdjson::ondemand::object& object, const MessageTable& table, Seen& seen) {
  if (++depth_ > kMaxDepth) return fail("at most 90 levels of nested messages", "more");
  for (auto result : object) {
    simdjson::ondemand::field member;
    if (const auto error = std::move(result).get(member)) return fail(error);
    const char* const key = member.key().raw();
    const HashedKey hashed = KeyTable::scan(key);
    const FieldEntry* entry = table.find(hashed);
    if (entry == nullptr && hashed.text.find('\\') != std::string_view::npos) {  // a key may be written with escapes
      std::string_view unescaped;
      if (const auto error = member.unescaped_key().get(unescaped)) return fail(error);
      entry = table.find({unescaped, KeyTable::hash(unescaped)});
    }
    if (entry == nullptr) {
      ++seen.unknown;
      Value unknown = member.value();
      if (skip(unknown)) continue;
      fault_.path.emplace_back(hashed.text);
      return false;
    }
    ++seen.known;
    Value value = member.value();
    if (!field(value, *entry)) {
      fault_.path.push_back(entry->json_name);
      return false;
    }
  }
  --depth_;
  return true;
}

// simdjson looks only at what it is asked for; a file that is no JSON is refused all the same.
bool EventEncoder::skip(Value& value) {
  std::string_view text = trimmed(value.raw_json_token());
  return raw_text(value, text) && (nlohmann::json::accept(text) || fail("a JSON value", text));
}

// From the first token of a value to all of it.
bool EventEncoder::raw_text(Value& value, std::string_view& text) {
  if (starts(text, '{')) {
    simdjson::ondemand::object members;
    if (const auto error = value.get_object().get(members)) return fail(error);
    if (const auto error = members.raw_json().get(text)) return fail(error);
  } else if (starts(text, '[')) {
    simdjson::ondemand::array items;
    if (const auto error = value.get_array().get(items)) return fail(error);
    if (const auto error = items.raw_json().get(text)) return fail(error);
  }
  text = trimmed(text);
  return true;
}

bool EventEncoder::field(Value& value, const FieldEntry& entry) {
  const std::string_view token = trimmed(value.raw_json_token());
  if (token == "null") return true;  // absent, in the JSON of older tools
  if (entry.kind == FieldKind::map) return map(value, token, entry);
  if (entry.is_repeated) return starts(token, '[') ? elements(value, entry) : fail("an array", token);
  return element(value, token, entry);
}

bool EventEncoder::elements(Value& value, const FieldEntry& entry) {
  simdjson::ondemand::array array;
  if (const auto error = value.get_array().get(array)) return fail(error);
  std::size_t index = 0;
  for (auto result : array) {
    Value item;
    if (const auto error = std::move(result).get(item)) return fail(error);
    if (!element(item, trimmed(item.raw_json_token()), entry)) {
      fault_.path.push_back("[" + std::to_string(index) + "]");
      return false;
    }
    ++index;
  }
  return true;
}

bool EventEncoder::element(Value& value, std::string_view token, const FieldEntry& entry) {
  if (entry.kind == FieldKind::message) return message(value, token, entry);
  if (starts(token, '"')) {
    std::string_view content;
    return text(value, token, content) && scalar(content, true, entry);
  }
  return scalar(token, false, entry);
}

bool EventEncoder::map(Value& value, std::string_view token, const FieldEntry& entry) {
  if (!starts(token, '{')) return fail("an object", token);
  simdjson::ondemand::object entries;
  if (const auto error = value.get_object().get(entries)) return fail(error);
  const FieldEntry& key_field = entry.message->field(0);
  const FieldEntry& value_field = entry.message->field(1);
  ++depth_;
  for (auto result : entries) {
    simdjson::ondemand::field member;
    if (const auto error = std::move(result).get(member)) return fail(error);
    std::string_view key = KeyTable::scan(member.key().raw()).text;
    if (key.find('\\') != std::string_view::npos) {
      if (const auto error = member.unescaped_key().get(key)) return fail(error);
    }
    const std::size_t start = writer_.begin(entry.tag);
    Value item = member.value();
    bool is_read = scalar(key, true, key_field);
    if (is_read && value_field.kind == FieldKind::bytes && key == "encoding") {
      // Base64 would read this as four other characters each; the Web UI writes it when asked to decode for reading.
      const std::string_view encoding = item.raw_json_token();
      if (encoding.starts_with("\"json/") || encoding.starts_with("\"binary/")) {
        has_readable_payload_ = true;
        return false;
      }
    }
    if (!is_read || !field(item, value_field)) {
      fault_.path.push_back("[\"" + std::string(key) + "\"]");
      return false;
    }
    writer_.end(start);
  }
  --depth_;
  return true;
}

bool EventEncoder::message(Value& value, std::string_view token, const FieldEntry& entry) {
  SecondsAndNanos time;
  switch (entry.message->form()) {
    case MessageForm::object:
      return object(value, token, entry);
    case MessageForm::payload:
      return payload(value, token, entry);
    case MessageForm::payloads:
      if (starts(token, '[')) {  // the short form: only the values
        const std::size_t start = writer_.begin(entry.tag);
        if (!elements(value, entry.message->field(0))) return false;
        writer_.end(start);
        return true;
      }
      return object(value, token, entry);
    case MessageForm::timestamp:
      if (starts(token, '{')) return object(value, token, entry);
      if (!is_string(token) || !read_timestamp(token.substr(1, token.size() - 2), time)) {
        return fail("a time such as \"2024-08-26T19:32:00.5Z\"", token);
      }
      break;
    case MessageForm::duration:
      if (starts(token, '{')) return object(value, token, entry);
      if (!is_string(token) || !read_duration(token.substr(1, token.size() - 2), time)) {
        return fail("a duration such as \"10s\" or \"0.1s\"", token);
      }
      break;
  }
  const std::size_t start = writer_.begin(entry.tag);  // Timestamp and Duration have the same two fields
  if (time.seconds != 0) writer_.varint_field(1 << 3, static_cast<std::uint64_t>(time.seconds));
  if (time.nanos != 0) writer_.varint_field(2 << 3, static_cast<std::uint64_t>(std::int64_t{time.nanos}));
  writer_.end(start);
  return true;
}

bool EventEncoder::object(Value& value, std::string_view token, const FieldEntry& entry) {
  if (!starts(token, '{')) return fail("an object", token);
  simdjson::ondemand::object members;
  if (const auto error = value.get_object().get(members)) return fail(error);
  const std::size_t start = writer_.begin(entry.tag);
  Seen seen;
  if (!fields(members, *entry.message, seen)) return false;
  writer_.end(start);
  return true;
}

bool EventEncoder::payload(Value& value, std::string_view token, const FieldEntry& entry) {
  if (starts(token, '{')) {
    simdjson::ondemand::object members;
    if (const auto error = value.get_object().get(members)) return fail(error);
    const std::size_t before = writer_.size();
    const std::size_t start = writer_.begin(entry.tag);
    const int depth = depth_;
    Seen seen;
    if (!fields(members, *entry.message, seen)) {
      if (has_json_error_) return false;  // the parser has stopped for good
      std::string_view json;
      if (members.reset().error() || members.raw_json().get(json)) return false;
      json = trimmed(json);
      // Its data may have come first, and is then what could not be read.
      if (!std::exchange(has_readable_payload_, false) && json.find("\"json/") == std::string_view::npos &&
          json.find("\"binary/") == std::string_view::npos) {
        return false;
      }
      writer_.truncate(before);
      depth_ = depth;
      fault_ = {};
      return readable_payload(json, entry);
    }
    if (seen.known != 0 || seen.unknown == 0) {
      writer_.end(start);
      return true;
    }
    writer_.truncate(before);  // no field of a payload: it is the value itself, the short form
    std::string_view json;
    if (const auto error = members.reset().error()) return fail(error);
    if (const auto error = members.raw_json().get(json)) return fail(error);
    return json_payload(trimmed(json), entry);
  }
  if (starts(token, '[')) return raw_text(value, token) && json_payload(token, entry);
  return json_payload(token, entry);
}

// What the Web UI writes when asked to decode for reading: {"metadata": {"encoding": "json/plain"}, "data": ...}, where
// the data is the value itself if it is JSON, and still base64 if it is not.
bool EventEncoder::readable_payload(std::string_view json, const FieldEntry& entry) {
  const auto read = nlohmann::ordered_json::parse(json, nullptr, false);
  if (!read.is_object() || !read.contains("metadata") || !read.at("metadata").is_object()) {
    return fail("a payload with its metadata", json);
  }
  const std::size_t start = writer_.begin(entry.tag);
  for (const auto& [key, value] : read.at("metadata").items()) {
    if (!value.is_string()) return fail("a text in the metadata of a payload that was decoded for reading", json);
    const std::size_t metadata = writer_.begin(entry.message->field(0).tag);
    writer_.bytes_field(1 << 3 | 2, key);
    writer_.bytes_field(2 << 3 | 2, value.get_ref<const std::string&>());
    writer_.end(metadata);
  }
  const auto data = read.find("data");
  const auto encoding = read.at("metadata").find("encoding");
  const bool is_json = encoding != read.at("metadata").end() && encoding->get<std::string>().starts_with("json/");
  if (data != read.end() && !data->is_null()) {
    if (is_json) {
      writer_.bytes_field(entry.message->field(1).tag, data->dump());
    } else if (!data->is_string() || !scalar(data->get_ref<const std::string&>(), true, entry.message->field(1))) {
      fault_ = {};
      return fail("data in base64 (this payload was decoded for reading: save the history in its encoded form)", json);
    }
  }
  writer_.end(start);
  return true;
}

bool EventEncoder::json_payload(std::string_view json, const FieldEntry& entry) {
  const bool is_null = json == "null";
  const std::size_t start = writer_.begin(entry.tag);
  const std::size_t metadata = writer_.begin(entry.message->field(0).tag);
  writer_.bytes_field(1 << 3 | 2, "encoding");
  writer_.bytes_field(2 << 3 | 2, is_null ? "binary/null" : "json/plain");
  writer_.end(metadata);
  if (!is_null) writer_.bytes_field(entry.message->field(1).tag, json);
  writer_.end(start);
  return true;
}

bool EventEncoder::text(Value& value, std::string_view token, std::string_view& result) {
  if (!is_string(token)) return fail("a string", token);
  result = token.substr(1, token.size() - 2);
  if (std::memchr(result.data(), '\\', result.size()) == nullptr) return true;
  if (const auto error = value.get_string().get(result)) {
    fault_.at = token.data();
    return fail(error);
  }
  return true;
}

template <class T>
bool EventEncoder::number(std::string_view text, const FieldEntry& entry) {
  T value{};
  if (!read_number(text, value)) return fail(std::is_integral_v<T> ? "an integer" : "a number", text);
  if constexpr (std::is_same_v<T, double>) {
    writer_.fixed64_field(entry.tag, std::bit_cast<std::uint64_t>(value));
  } else if constexpr (std::is_same_v<T, float>) {
    writer_.fixed32_field(entry.tag, std::bit_cast<std::uint32_t>(value));
  } else if constexpr (std::is_signed_v<T>) {
    writer_.varint_field(entry.tag, static_cast<std::uint64_t>(static_cast<std::int64_t>(value)));
  } else {
    writer_.varint_field(entry.tag, value);
  }
  return true;
}

bool EventEncoder::scalar(std::string_view text, bool is_quoted, const FieldEntry& entry) {
  switch (entry.kind) {
    case FieldKind::text:
      if (!is_quoted) return fail("a string", text);
      writer_.bytes_field(entry.tag, text);
      return true;
    case FieldKind::bytes: {
      if (!is_quoted) return fail("a string in base64", text);
      const std::size_t start = writer_.begin(entry.tag);
      std::size_t size = 0;
      if (!read_base64(text, writer_.room(base64_capacity(text)), size)) return fail("a string in base64", text);
      writer_.used(size);
      writer_.end(start);
      return true;
    }
    case FieldKind::int32:
      return number<std::int32_t>(text, entry);
    case FieldKind::int64:
      return number<std::int64_t>(text, entry);
    case FieldKind::uint32:
      return number<std::uint32_t>(text, entry);
    case FieldKind::uint64:
      return number<std::uint64_t>(text, entry);
    case FieldKind::float32:
      return number<float>(text, entry);
    case FieldKind::float64:
      return number<double>(text, entry);
    case FieldKind::enumeration:
      return enumeration(text, is_quoted, entry);
    case FieldKind::boolean:
      if (text != "true" && text != "false") return fail("true or false", text);
      writer_.varint_field(entry.tag, text == "true" ? 1 : 0);
      return true;
    case FieldKind::message:
    case FieldKind::map:
      break;  // have handlers of their own
  }
  return fail("another type of value", text);
}

namespace {

// What may be the name of an enum's value, in one dialect or another.
bool is_enum_name(std::string_view text) {
  return !text.empty() && (text.front() < '0' || text.front() > '9') &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

}  // namespace

bool EventEncoder::enumeration(std::string_view text, bool is_quoted, const FieldEntry& entry) {
  std::int32_t number = 0;
  bool is_known = is_quoted && entry.enumeration->find(text, number);
  const bool is_number = !is_known && read_number(text, number);
  is_known = is_known || (is_number && entry.enumeration->has_number(number));
  if (!is_known) {
    if (entry.is_event_type) {
      unknown_event_type_ = shown(text);
      unknown_event_type_at_ = text.data();
      return true;
    }
    // A value that came with a newer server. A number is kept; a name cannot be, and counts as unspecified.
    if (is_number && !entry.enumeration->is_decisive()) {
      writer_.varint_field(entry.tag, static_cast<std::uint64_t>(std::int64_t{number}));
      return true;
    }
    if (is_quoted && !entry.enumeration->is_decisive() && is_enum_name(text)) return true;
    return fail("a value of " + std::string(entry.enumeration->name()) + " such as " + entry.enumeration->example(),
                text);
  }
  writer_.varint_field(entry.tag, static_cast<std::uint64_t>(std::int64_t{number}));
  return true;
}

bool EventEncoder::fail(std::string_view expected, std::string_view token) {
  fault_.what = "expected " + std::string(expected) + ", found " + (token.empty() ? "nothing" : shown(token));
  if (fault_.at == nullptr) fault_.at = token.data();
  return false;
}

bool EventEncoder::fail(simdjson::error_code error) {
  has_json_error_ = true;
  fault_.what = describe(error);
  return false;
}

std::string describe(simdjson::error_code error) {
  switch (error) {
    case simdjson::UNCLOSED_STRING:
      return "expected the end of a string: the text ends inside it (is the file truncated?)";
    case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
      return "expected the end of an object or array: the text ends before it (is the file truncated?)";
    case simdjson::TAPE_ERROR:
      return "expected valid JSON: a comma, a colon or a closing bracket is missing or out of place";
    case simdjson::EMPTY:
      return "expected a JSON object or array, found nothing";
    case simdjson::UTF8_ERROR:
      return "expected UTF-8, found other bytes";
    case simdjson::UNESCAPED_CHARS:
      return "expected control characters in strings to be escaped";
    case simdjson::STRING_ERROR:
      return "expected a string with valid escapes";
    case simdjson::CAPACITY:
      return "expected at most 4 GB of JSON";
    default:
      return std::string("expected valid JSON: ") + simdjson::error_message(error);
  }
}

}  // namespace temporalio::replayer
