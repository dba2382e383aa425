// The JSON side of payload conversion: what the templates of temporalio/payload.h end in. Plain numbers and plain
// ASCII strings are read and written without building a JSON value.
#include "temporalio/payload.h"

#include <cmath>

#include "temporalio/payload_json.h"

namespace temporalio {

PayloadView::PayloadView(const Payload& payload)
    : encoding(payload.encoding),
      data(payload.data),
      owner_(&payload),
      for_each_([](const void* owner, void* context, Visit visit) {
        for (const auto& [key, value] : static_cast<const Payload*>(owner)->metadata) visit(context, key, value);
      }) {}

std::optional<std::string> PayloadView::find_metadata(std::string_view key) const {
  struct Search {
    std::string_view key;
    std::optional<std::string> found;
  } search{key, std::nullopt};
  if (for_each_ != nullptr) {
    for_each_(owner_, &search, [](void* context, std::string_view name, std::string_view value) {
      auto& wanted = *static_cast<Search*>(context);
      if (name == wanted.key) wanted.found.emplace(value);
    });
  }
  return std::move(search.found);
}

Payload PayloadView::to_payload() const {
  Payload payload{std::string(encoding), std::string(data)};
  if (for_each_ != nullptr) {
    for_each_(owner_, &payload, [](void* context, std::string_view key, std::string_view value) {
      static_cast<Payload*>(context)->metadata.emplace_back(key, value);
    });
  }
  return payload;
}

std::vector<Payload> PayloadListView::to_payloads() const {
  std::vector<Payload> payloads;
  payloads.reserve(size_);
  for (std::size_t i = 0; i < size_; ++i) payloads.push_back((*this)[i].to_payload());
  return payloads;
}

namespace {
std::string decode_message(std::string_view encoding, std::string_view type, std::string_view reason, int position) {
  std::string text = position >= 0 ? "argument " + std::to_string(position + 1) + ": " : std::string();
  text += "cannot read a payload of encoding ";
  text += encoding.empty() ? std::string_view("(none)") : encoding;
  text += " as ";
  text += type;
  text += ": ";
  text += reason;
  return text;
}

std::string encode_message(std::string_view type, std::string_view reason) {
  std::string text = "cannot make a payload of a value of type ";
  text += type;
  text += ": ";
  text += reason;
  return text;
}
}  // namespace

PayloadDecodeError::PayloadDecodeError(std::string_view encoding, std::string_view expected_type,
                                       std::string_view reason, int position)
    : std::runtime_error(decode_message(encoding, expected_type, reason, position)),
      encoding_(encoding),
      expected_type_(expected_type),
      reason_(reason),
      position_(position) {}

PayloadEncodeError::PayloadEncodeError(std::string_view type, std::string_view reason)
    : std::runtime_error(encode_message(type, reason)) {}

namespace detail {
namespace {

// The payload's text without the white space JSON allows around a value; throws unless it is json/plain.
std::string_view json_text(const PayloadView& payload, std::string_view type) {
  if (payload.encoding != kEncodingJson) {
    throw_decode_error(payload, type, "the encoding must be json/plain");
  }
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = payload.data.find_first_not_of(kSpace);
  if (first == std::string_view::npos) throw_decode_error(payload, type, "the data is empty");
  return payload.data.substr(first, payload.data.find_last_not_of(kSpace) - first + 1);
}

// What stands between the quotes when it is plain ASCII with nothing escaped; nullopt when a full parse is needed.
std::optional<std::string_view> plain_string(std::string_view json) {
  if (json.size() < 2 || json.front() != '"' || json.back() != '"') return std::nullopt;
  json = json.substr(1, json.size() - 2);
  for (const char c : json) {
    if (c < 0x20 || c == 0x7f || c == '"' || c == '\\') return std::nullopt;  // negative: not ASCII
  }
  return json;
}

// A short form of the data for messages.
std::string excerpt(std::string_view data) {
  constexpr std::size_t kLongest = 60;
  std::string text;
  for (const char c : data.substr(0, kLongest)) text += (c >= 0x20 && c < 0x7f) ? c : '?';
  if (data.size() > kLongest) text += "...";
  return text;
}

// The whole value as a JSON number in range; `T` is long long or unsigned long long.
template <class T>
T parse_integer(const PayloadView& payload, T min, T max, std::string_view type) {
  const std::string_view text = json_text(payload, type);
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool has_leading_zero = text.size() > 1 && (text[0] == '0' || (text[0] == '-' && text[1] == '0'));
  if (error == std::errc() && end == text.data() + text.size() && !has_leading_zero) {
    if (value >= min && value <= max) return value;
    throw_decode_error(payload, type, "the number " + excerpt(text) + " is out of range");
  }
  const nlohmann::json json = parse_json(payload, type);  // 5.0 and 1e3 are integers too
  if (json.is_number()) {
    const double number = json.get<double>();
    // The bounds are exact in double for the minimum and one above the maximum.
    const double above = std::ldexp(1.0, std::numeric_limits<T>::digits);
    if (std::trunc(number) == number && number >= static_cast<double>(std::numeric_limits<T>::min()) &&
        number < above) {
      value = static_cast<T>(number);
      if (value >= min && value <= max) return value;
    }
    throw_decode_error(payload, type, "the number " + excerpt(text) + " is out of range or not whole");
  }
  throw_decode_error(payload, type,
                     std::string("expected a whole number, found ") + json.type_name() + " " + excerpt(text));
}

}  // namespace

void throw_decode_error(const PayloadView& payload, std::string_view expected_type, std::string_view reason) {
  throw PayloadDecodeError(payload.encoding, expected_type, reason);
}

void throw_encode_error(std::string_view type, std::string_view reason) { throw PayloadEncodeError(type, reason); }

void throw_missing_argument(std::size_t index, std::size_t given, std::string_view type) {
  throw PayloadDecodeError(
      "", type, "it was not given (" + std::to_string(given) + (given == 1 ? " argument was)" : " arguments were)"),
      static_cast<int>(index));
}

void throw_at_position(const PayloadDecodeError& error, std::size_t index) {
  throw PayloadDecodeError(error.encoding(), error.expected_type(), error.reason(), static_cast<int>(index));
}

std::string print_json(const nlohmann::json& value, std::string_view type) {
  try {
    return value.dump();
  } catch (const nlohmann::json::exception& error) {
    throw_encode_error(type, error.what());
  }
}

nlohmann::json parse_json(const PayloadView& payload, std::string_view type) {
  if (is_null(payload)) return nullptr;
  const std::string_view text = json_text(payload, type);
  // A value nested deeper than this is refused: the parser would otherwise need memory without bound to destroy it.
  constexpr int kDeepest = 1000;
  int deepest = 0;
  const auto watch_depth = [&deepest](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    if (depth > deepest) deepest = depth;
    return depth <= kDeepest;
  };
  try {
    // The callback is slow, so it is used only where the text can nest that deep at all.
    std::size_t openings = 0;
    if (text.size() > kDeepest) {
      for (const char c : text) openings += (c == '[' || c == '{') ? 1 : 0;
    }
    nlohmann::json json = openings > kDeepest ? nlohmann::json::parse(text.begin(), text.end(), watch_depth)
                                              : nlohmann::json::parse(text.begin(), text.end());
    if (deepest > kDeepest) throw_decode_error(payload, type, "the JSON is nested more than 1000 levels deep");
    return json;
  } catch (const nlohmann::json::exception& error) {
    throw_decode_error(payload, type, error.what());
  }
}

std::string print_json_string(std::string_view text) {
  std::string json;
  json.reserve(text.size() + 2);
  json += '"';
  for (const char c : text) {
    if (c < 0x20 || c == 0x7f || c == '"' || c == '\\') return print_json(nlohmann::json(text), "string");
    json += c;
  }
  json += '"';
  return json;
}

std::string print_double(double value, std::string_view type) {
  if (!std::isfinite(value)) throw_encode_error(type, "JSON has no NaN and no infinity");
  return nlohmann::json(value).dump();
}

std::string parse_json_string(const PayloadView& payload) {
  const std::string_view text = json_text(payload, "string");
  if (const auto plain = plain_string(text)) return std::string(*plain);
  const nlohmann::json json = parse_json(payload, "string");
  if (!json.is_string()) {
    throw_decode_error(payload, "string",
                       std::string("expected a string, found ") + json.type_name() + " " + excerpt(text));
  }
  return json.get<std::string>();
}

bool parse_bool(const PayloadView& payload) {
  const std::string_view text = json_text(payload, "bool");
  if (text == "true") return true;
  if (text == "false") return false;
  throw_decode_error(payload, "bool", "expected true or false, found " + excerpt(text));
}

double parse_double(const PayloadView& payload, double max, std::string_view type) {
  const nlohmann::json json = parse_json(payload, type);
  if (!json.is_number()) {
    throw_decode_error(payload, type,
                       std::string("expected a number, found ") + json.type_name() + " " + excerpt(payload.data));
  }
  const double number = json.get<double>();
  if (std::abs(number) > max)
    throw_decode_error(payload, type, "the number " + excerpt(payload.data) + " is out of range");
  return number;
}

long long parse_signed(const PayloadView& payload, long long min, long long max, std::string_view type) {
  return parse_integer<long long>(payload, min, max, type);
}

unsigned long long parse_unsigned(const PayloadView& payload, unsigned long long max, std::string_view type) {
  return parse_integer<unsigned long long>(payload, 0, max, type);
}

std::vector<std::byte> parse_bytes(const PayloadView& payload) {
  if (payload.encoding != kEncodingBinary) {
    throw_decode_error(payload, "vector<byte>", "the encoding must be binary/plain");
  }
  const auto* bytes = reinterpret_cast<const std::byte*>(payload.data.data());
  return std::vector<std::byte>(bytes, bytes + payload.data.size());
}

bool is_null(const PayloadView& payload) {
  if (payload.encoding == kEncodingNull) return true;
  return payload.encoding == kEncodingJson && payload.data == "null";
}

void expect_null(const PayloadView& payload, std::string_view type) {
  if (!is_null(payload)) throw_decode_error(payload, type, "expected null, found " + excerpt(payload.data));
}

}  // namespace detail
}  // namespace temporalio
