// Reading and writing the JSON that values stand in: what the templates of detail/json_form.h end in.
#include "temporalio/detail/json_form.h"

#include <cmath>
#include <stdexcept>
#include <string>

#include "temporalio/payload.h"
#include "temporalio/payload_json.h"

namespace temporalio::detail {
namespace {

// A short form of a value for messages.
std::string excerpt(const nlohmann::json& json) {
  constexpr std::size_t kLongest = 60;
  std::string text = json.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  if (text.size() > kLongest) {
    text.resize(kLongest);
    text += "...";
  }
  return text;
}

std::string out_of_range(const nlohmann::json& json, std::string_view type) {
  return "the number " + excerpt(json) + " does not fit " + std::string(type);
}

// The integer that a JSON number is, 5.0 and 1e3 included; false: it is another number, or out of range.
template <class T>
bool find_integer(const nlohmann::json& json, T min, T max, T& value) {
  if (json.is_number_unsigned()) {
    const auto number = *json.get_ptr<const nlohmann::json::number_unsigned_t*>();
    if (number > static_cast<unsigned long long>(max)) return false;
    value = static_cast<T>(number);
    return true;
  }
  if (json.is_number_integer()) {
    const auto number = *json.get_ptr<const nlohmann::json::number_integer_t*>();
    if (number < 0 && min == 0) return false;
    if (number < 0 ? number < static_cast<long long>(min)
                   : static_cast<unsigned long long>(number) > static_cast<unsigned long long>(max)) {
      return false;
    }
    value = static_cast<T>(number);
    return true;
  }
  const double number = *json.get_ptr<const nlohmann::json::number_float_t*>();
  // The lowest value is exact as a double, and so is the highest plus one.
  const double above = std::ldexp(1.0, std::numeric_limits<T>::digits);
  if (std::trunc(number) != number || number < static_cast<double>(std::numeric_limits<T>::min()) || number >= above) {
    return false;
  }
  value = static_cast<T>(number);
  return value >= min && value <= max;
}

double number_of(const nlohmann::json& json) {
  if (json.is_number_unsigned()) {
    return static_cast<double>(*json.get_ptr<const nlohmann::json::number_unsigned_t*>());
  }
  if (json.is_number_integer()) return static_cast<double>(*json.get_ptr<const nlohmann::json::number_integer_t*>());
  return *json.get_ptr<const nlohmann::json::number_float_t*>();
}

void require_number(const nlohmann::json& json, std::string_view type) {
  if (json.is_number()) return;
  throw std::out_of_range("expected a number for " + std::string(type) + ", found " + json.type_name() + " " +
                          excerpt(json));
}

}  // namespace

// ---- reading -----------------------------------------------------------------------------------------------------

bool JsonInput::is_null() const { return value_->is_null(); }
bool JsonInput::is_array() const { return value_->is_array(); }
bool JsonInput::is_object() const { return value_->is_object(); }

bool JsonInput::to_bool() const {
  if (!value_->is_boolean()) refuse_type("true or false");
  return *value_->get_ptr<const bool*>();
}

std::string JsonInput::to_string() const {
  if (!value_->is_string()) refuse_type("a string");
  return *value_->get_ptr<const std::string*>();
}

long long JsonInput::to_signed(long long min, long long max, std::string_view type) const {
  if (!value_->is_number()) refuse_type("a whole number");
  long long number = 0;
  if ((is_exact_ && value_->is_number_float()) || !find_integer(*value_, min, max, number)) {
    refuse(out_of_range(*value_, type));
  }
  return number;
}

unsigned long long JsonInput::to_unsigned(unsigned long long max, std::string_view type) const {
  if (!value_->is_number()) refuse_type("a whole number");
  unsigned long long number = 0;
  if ((is_exact_ && value_->is_number_float()) || !find_integer(*value_, 0ULL, max, number)) {
    refuse(out_of_range(*value_, type));
  }
  return number;
}

double JsonInput::to_double(double max, std::string_view type) const {
  if (!value_->is_number()) refuse_type("a number");
  const double number = number_of(*value_);
  if ((is_exact_ && !value_->is_number_float()) || std::abs(number) > max) refuse(out_of_range(*value_, type));
  return number;
}

std::size_t JsonInput::array_size(std::size_t at_least, std::size_t at_most) const {
  if (!value_->is_array()) refuse_type("an array");
  const std::size_t size = value_->size();
  if (size < at_least || size > at_most) {
    refuse("expected an array of " + std::to_string(at_least) + ", found one of " + std::to_string(size));
  }
  return size;
}

JsonInput JsonInput::element(std::size_t index) const {
  JsonInput child((*value_)[index]);
  child.parent_ = this;
  child.index_ = index;
  child.is_exact_ = is_exact_;
  return child;
}

void JsonInput::require_object() const {
  if (!value_->is_object()) refuse_type("an object");
}

std::size_t JsonInput::member_count() const { return value_->size(); }

std::optional<JsonInput> JsonInput::find_member(std::string_view name) const {
  const auto found = value_->find(name);
  if (found == value_->end()) return std::nullopt;
  JsonInput child(*found);
  child.parent_ = this;
  child.name_ = found.key();
  child.is_exact_ = is_exact_;
  return child;
}

void JsonInput::for_each_member(void* context,
                                void (*visit)(void* context, std::string_view name, const JsonInput& value)) const {
  for (auto member = value_->begin(); member != value_->end(); ++member) {
    JsonInput child(*member);
    child.parent_ = this;
    child.name_ = member.key();
    child.is_exact_ = is_exact_;
    visit(context, member.key(), child);
  }
}

JsonInput JsonInput::exact() const {
  JsonInput same = *this;
  same.is_exact_ = true;
  return same;
}

std::string JsonInput::path() const {
  if (parent_ == nullptr) return {};
  std::string step = parent_->is_array() ? "[" + std::to_string(index_) + "]" : "." + std::string(name_);
  return parent_->path() + step;
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): a rare error, given as what it is put together to
void JsonInput::refuse(std::string reason) const {
  const std::string where = path();
  throw JsonReadError(where.empty() ? reason : "at " + where + ": " + reason);
}

void JsonInput::refuse_type(std::string_view expected) const {
  refuse("expected " + std::string(expected) + ", found " + value_->type_name() + " " + excerpt(*value_));
}

// ---- writing -----------------------------------------------------------------------------------------------------

void JsonOutput::set_null() const { *value_ = nullptr; }
void JsonOutput::set_bool(bool value) const { *value_ = value; }
void JsonOutput::set_signed(long long value) const { *value_ = value; }
void JsonOutput::set_unsigned(unsigned long long value) const { *value_ = value; }
void JsonOutput::set_double(double value) const {
  if (!std::isfinite(value)) throw_encode_error("double", "JSON has no NaN and no infinity");
  *value_ = value;
}
void JsonOutput::set_string(std::string_view value) const { *value_ = value; }
void JsonOutput::begin_array(std::size_t size) const { *value_ = nlohmann::json::array_t(size); }
JsonOutput JsonOutput::element(std::size_t index) const { return JsonOutput((*value_)[index]); }
void JsonOutput::begin_object() const { *value_ = nlohmann::json::object(); }
JsonOutput JsonOutput::member(std::string_view name) const { return JsonOutput((*value_)[std::string(name)]); }

// ---- whole values ------------------------------------------------------------------------------------------------

void embed_payload(const JsonOutput& out, const Payload& payload, std::string_view type) {
  if (!is_null(payload) && payload.encoding != kEncodingJson) {
    throw_encode_error(type, "its payload has the encoding " + payload.encoding + ", which cannot stand inside JSON");
  }
  out.value() = parse_json(payload, type);
}

Payload extract_payload(const JsonInput& in) {
  return Payload(std::string(kEncodingJson), print_json(in.value(), "a value"));
}

Payload encode_json(std::string_view type, const void* value, void (*write)(const JsonOutput&, const void*)) {
  nlohmann::json json;
  write(JsonOutput(json), value);
  return Payload(std::string(kEncodingJson), print_json(json, type));
}

void decode_json(const PayloadView& payload, std::string_view type, void* result,
                 void (*read)(const JsonInput&, void*)) {
  const nlohmann::json json = parse_json(payload, type);
  try {
    read(JsonInput(json), result);
  } catch (const JsonReadError& error) {
    throw_decode_error(payload, type, error.what());
  }
}

// ---- numbers that nlohmann's own conversions read ----------------------------------------------------------------

long long json_signed(const nlohmann::json& json, long long min, long long max, std::string_view type) {
  require_number(json, type);
  long long number = 0;
  if (!find_integer(json, min, max, number)) throw std::out_of_range(out_of_range(json, type));
  return number;
}

unsigned long long json_unsigned(const nlohmann::json& json, unsigned long long max, std::string_view type) {
  require_number(json, type);
  unsigned long long number = 0;
  if (!find_integer(json, 0ULL, max, number)) throw std::out_of_range(out_of_range(json, type));
  return number;
}

double json_double(const nlohmann::json& json, double max, std::string_view type) {
  require_number(json, type);
  const double number = number_of(json);
  if (std::abs(number) > max) throw std::out_of_range(out_of_range(json, type));
  return number;
}

}  // namespace temporalio::detail
