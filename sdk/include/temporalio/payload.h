// How a C++ value becomes a Temporal payload and comes back. Templates only carry the user's type; parsing, printing
// and errors are in payload.cc. A type of your own needs nlohmann's to_json/from_json, or a PayloadTraits<T> of its
// own.
#pragma once

#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "temporalio/function_traits.h"

namespace temporalio {

// Well-known values of the metadata key "encoding".
inline constexpr std::string_view kEncodingNull = "binary/null";
inline constexpr std::string_view kEncodingBinary = "binary/plain";
inline constexpr std::string_view kEncodingJson = "json/plain";

// An encoded value that owns its bytes. Not an aggregate: g++ 12.2 destroys temporaries of owning aggregates twice in
// a statement with co_await.
struct Payload {
  Payload() = default;
  Payload(std::string encoding_name, std::string bytes,
          std::vector<std::pair<std::string, std::string>> other_metadata =
              std::vector<std::pair<std::string, std::string>>())
      : encoding(std::move(encoding_name)), data(std::move(bytes)), metadata(std::move(other_metadata)) {}

  std::string encoding;
  std::string data;
  std::vector<std::pair<std::string, std::string>> metadata;  // other than "encoding"

  friend bool operator==(const Payload&, const Payload&) = default;
};

// An encoded value that lives elsewhere (a Payload, a message). Valid as long as its owner.
class PayloadView {
 public:
  // Called once for each metadata entry but "encoding".
  using Visit = void (*)(void* context, std::string_view key, std::string_view value);
  using ForEachMetadata = void (*)(const void* owner, void* context, Visit visit);

  PayloadView() = default;
  PayloadView(const Payload& payload);  // NOLINT(google-explicit-constructor): a view, like string_view
  PayloadView(std::string_view encoding_name, std::string_view bytes, const void* owner = nullptr,
              ForEachMetadata for_each = nullptr)
      : encoding(encoding_name), data(bytes), owner_(owner), for_each_(for_each) {}

  std::string_view encoding;
  std::string_view data;

  // The value of one metadata key other than "encoding"; nullopt when it is not there.
  std::optional<std::string> find_metadata(std::string_view key) const;
  // A copy that owns everything.
  Payload to_payload() const;

 private:
  const void* owner_ = nullptr;
  ForEachMetadata for_each_ = nullptr;
};

// A list of encoded values that lives elsewhere: arguments, details. Valid as long as its owner.
class PayloadListView {
 public:
  using At = PayloadView (*)(const void* owner, std::size_t index);

  PayloadListView() = default;
  PayloadListView(const std::vector<Payload>& payloads)  // NOLINT(google-explicit-constructor)
      : PayloadListView(payloads.data(), payloads.size(), [](const void* owner, std::size_t index) {
          return PayloadView(static_cast<const Payload*>(owner)[index]);
        }) {}
  PayloadListView(const void* owner, std::size_t size, At at) : owner_(owner), size_(size), at_(at) {}

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  PayloadView operator[](std::size_t index) const { return at_(owner_, index); }
  // Copies that own everything.
  std::vector<Payload> to_payloads() const;

 private:
  const void* owner_ = nullptr;
  std::size_t size_ = 0;
  At at_ = nullptr;
};

// A value that is passed on as it is, neither encoded nor decoded.
struct RawValue {
  RawValue() = default;
  explicit RawValue(Payload value) : payload(std::move(value)) {}

  Payload payload;
};

// A payload could not be turned into the type asked for.
class PayloadDecodeError : public std::runtime_error {
 public:
  // `position`: index among arguments or details, -1 where there is only one value.
  PayloadDecodeError(std::string_view encoding, std::string_view expected_type, std::string_view reason,
                     int position = -1);

  const std::string& encoding() const { return encoding_; }
  const std::string& expected_type() const { return expected_type_; }
  const std::string& reason() const { return reason_; }
  int position() const { return position_; }

 private:
  std::string encoding_;
  std::string expected_type_;
  std::string reason_;
  int position_;
};

// A value has no payload form: NaN, infinity, a string that is not UTF-8, an error of the type's to_json.
class PayloadEncodeError : public std::runtime_error {
 public:
  PayloadEncodeError(std::string_view type, std::string_view reason);
};

namespace detail {

template <class T>
constexpr std::string_view readable_type() {
  return template_argument(pretty_type<T>(), "kType = ");
}

[[noreturn]] void throw_decode_error(const PayloadView& payload, std::string_view expected_type,
                                     std::string_view reason);
[[noreturn]] void throw_encode_error(std::string_view type, std::string_view reason);

// `type` names the C++ type in errors.
std::string print_json(const nlohmann::json& value, std::string_view type);
nlohmann::json parse_json(const PayloadView& payload, std::string_view type);
std::string print_json_string(std::string_view text);
std::string print_double(double value, std::string_view type);
std::string parse_json_string(const PayloadView& payload);
bool parse_bool(const PayloadView& payload);
double parse_double(const PayloadView& payload, std::string_view type);
long long parse_signed(const PayloadView& payload, long long min, long long max, std::string_view type);
unsigned long long parse_unsigned(const PayloadView& payload, unsigned long long max, std::string_view type);
std::vector<std::byte> parse_bytes(const PayloadView& payload);
void expect_null(const PayloadView& payload, std::string_view type);
bool is_null(const PayloadView& payload);

template <class T>
concept JsonEncodable = requires(const T& value) { nlohmann::json(value); };
template <class T>
concept JsonDecodable = requires(const nlohmann::json& json) { json.template get<T>(); };

template <class T>
concept JsonInteger =
    std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
    !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

// Encoded as the std::string of the same text.
template <class T>
concept TextLike = std::same_as<std::decay_t<T>, const char*> || std::same_as<std::decay_t<T>, char*> ||
                   std::same_as<T, std::string_view> || std::same_as<T, std::string>;

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

}  // namespace detail

// How T becomes a payload and comes back; specialise it for a type that JSON does not suit:
//   static Payload encode(const T&);  static T decode(const PayloadView&);
// This one goes through nlohmann::json (json/plain, compact, keys sorted).
template <class T>
struct PayloadTraits {
  static Payload encode(const T& value) {
    static_assert(
        detail::JsonEncodable<T>,
        "temporalio: this type has no payload form. Give it to_json (for example "
        "NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Type, fields...)), or specialise temporalio::PayloadTraits<Type>");
    if constexpr (detail::JsonEncodable<T>) {
      try {
        return Payload(std::string(kEncodingJson),
                       detail::print_json(nlohmann::json(value), detail::readable_type<T>()));
      } catch (const nlohmann::json::exception& error) {
        detail::throw_encode_error(detail::readable_type<T>(), error.what());
      }
    }
  }
  static T decode(const PayloadView& payload) {
    static_assert(detail::JsonDecodable<T>,
                  "temporalio: this type cannot be read from a payload. Give it from_json and a default constructor "
                  "(for example NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Type, fields...)), or specialise "
                  "temporalio::PayloadTraits<Type>");
    if constexpr (detail::JsonDecodable<T>) {
      const nlohmann::json json = detail::parse_json(payload, detail::readable_type<T>());
      try {
        return json.template get<T>();
      } catch (const std::exception& error) {  // what a from_json throws to refuse a value, too
        detail::throw_decode_error(payload, detail::readable_type<T>(), error.what());
      }
    }
  }
};

template <>
struct PayloadTraits<bool> {
  static Payload encode(bool value) { return Payload(std::string(kEncodingJson), value ? "true" : "false"); }
  static bool decode(const PayloadView& payload) { return detail::parse_bool(payload); }
};

template <detail::JsonInteger T>
struct PayloadTraits<T> {
  static Payload encode(T value) {
    char text[24];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    return Payload(std::string(kEncodingJson), std::string(text, end));
  }
  static T decode(const PayloadView& payload) {
    using Limits = std::numeric_limits<T>;
    if constexpr (std::is_signed_v<T>) {
      return static_cast<T>(detail::parse_signed(payload, Limits::min(), Limits::max(), detail::readable_type<T>()));
    } else {
      return static_cast<T>(detail::parse_unsigned(payload, Limits::max(), detail::readable_type<T>()));
    }
  }
};

template <std::floating_point T>
struct PayloadTraits<T> {
  static Payload encode(T value) {
    return Payload(std::string(kEncodingJson),
                   detail::print_double(static_cast<double>(value), detail::readable_type<T>()));
  }
  static T decode(const PayloadView& payload) {
    return static_cast<T>(detail::parse_double(payload, detail::readable_type<T>()));
  }
};

template <>
struct PayloadTraits<std::string> {
  static Payload encode(std::string_view value) {
    return Payload(std::string(kEncodingJson), detail::print_json_string(value));
  }
  static std::string decode(const PayloadView& payload) { return detail::parse_json_string(payload); }
};

template <>
struct PayloadTraits<std::vector<std::byte>> {
  static Payload encode(const std::vector<std::byte>& value) {
    return Payload(std::string(kEncodingBinary),
                   std::string(reinterpret_cast<const char*>(value.data()), value.size()));
  }
  static std::vector<std::byte> decode(const PayloadView& payload) { return detail::parse_bytes(payload); }
};

template <>
struct PayloadTraits<std::nullptr_t> {
  static Payload encode(std::nullptr_t) { return Payload(std::string(kEncodingNull), std::string()); }
  static std::nullptr_t decode(const PayloadView& payload) {
    detail::expect_null(payload, "nullptr_t");
    return nullptr;
  }
};

template <>
struct PayloadTraits<std::monostate> {
  static Payload encode(std::monostate) { return Payload(std::string(kEncodingNull), std::string()); }
  static std::monostate decode(const PayloadView& payload) {
    detail::expect_null(payload, "monostate");
    return {};
  }
};

template <class T>
struct PayloadTraits<std::optional<T>> {
  static Payload encode(const std::optional<T>& value) {
    return value ? PayloadTraits<T>::encode(*value) : PayloadTraits<std::nullptr_t>::encode(nullptr);
  }
  static std::optional<T> decode(const PayloadView& payload) {
    if (detail::is_null(payload)) return std::nullopt;
    return PayloadTraits<T>::decode(payload);
  }
};

template <>
struct PayloadTraits<Payload> {
  static Payload encode(const Payload& value) { return value; }
  static Payload decode(const PayloadView& payload) { return payload.to_payload(); }
};

template <>
struct PayloadTraits<RawValue> {
  static Payload encode(const RawValue& value) { return value.payload; }
  static RawValue decode(const PayloadView& payload) { return RawValue(payload.to_payload()); }
};

template <>
struct PayloadTraits<nlohmann::json> {
  static Payload encode(const nlohmann::json& value) {
    return Payload(std::string(kEncodingJson), detail::print_json(value, "json"));
  }
  static nlohmann::json decode(const PayloadView& payload) { return detail::parse_json(payload, "json"); }
};

// Encodes one value. string_view and string literals encode as std::string. Throws PayloadEncodeError.
template <class T>
Payload to_payload(const T& value) {
  if constexpr (detail::TextLike<T>) {
    return PayloadTraits<std::string>::encode(value);
  } else {
    return PayloadTraits<T>::encode(value);
  }
}

// Decodes one value; from_payload<void> accepts anything. Throws PayloadDecodeError.
template <class T>
T from_payload(const PayloadView& payload) {
  if constexpr (!std::is_void_v<T>) return PayloadTraits<T>::decode(payload);
}

// Encodes arguments in order.
template <class... Args>
std::vector<Payload> to_payloads(const Args&... args) {
  std::vector<Payload> payloads;
  payloads.reserve(sizeof...(Args));
  (payloads.push_back(to_payload(args)), ...);
  return payloads;
}

namespace detail {
[[noreturn]] void throw_missing_argument(std::size_t index, std::size_t given, std::string_view type);
[[noreturn]] void throw_at_position(const PayloadDecodeError& error, std::size_t index);

template <class T>
T decode_argument(const PayloadListView& payloads, std::size_t index) {
  if (index >= payloads.size()) {
    if constexpr (IsOptional<T>::value) {
      return std::nullopt;
    } else {
      throw_missing_argument(index, payloads.size(), readable_type<T>());
    }
  }
  try {
    return PayloadTraits<T>::decode(payloads[index]);
  } catch (const PayloadDecodeError& error) {
    throw_at_position(error, index);
  }
}

template <class Tuple, std::size_t... I>
Tuple decode_arguments(const PayloadListView& payloads, std::index_sequence<I...>) {
  return Tuple{decode_argument<std::tuple_element_t<I, Tuple>>(payloads, I)...};
}
}  // namespace detail

// Decodes arguments in order into `Tuple`. An argument that was not given is an error unless its type is optional;
// surplus ones are ignored, so that callers can be a version ahead. Throws PayloadDecodeError with the position.
template <class Tuple>
Tuple from_payloads(const PayloadListView& payloads) {
  return detail::decode_arguments<Tuple>(payloads, std::make_index_sequence<std::tuple_size_v<Tuple>>());
}

// Decodes the one result of a call; void accepts anything, and no payload at all is null.
template <class T>
T from_result(const PayloadListView& payloads) {
  if constexpr (!std::is_void_v<T>) {
    if (payloads.empty()) return PayloadTraits<T>::decode(PayloadView(kEncodingNull, std::string_view()));
    return PayloadTraits<T>::decode(payloads[0]);
  }
}

}  // namespace temporalio
