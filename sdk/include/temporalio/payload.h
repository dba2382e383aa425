// How a C++ value becomes a Temporal payload and comes back. Numbers, text, enums, optional values, containers, tuples,
// variants, lengths of time (ISO 8601) and points in time (RFC 3339, UTC) convert as they are. A struct needs one line,
// TEMPORALIO_FIELDS (struct_fields.h); nlohmann's to_json/from_json (payload_json.h) or a PayloadTraits<T> of its own
// do, too. Numbers are checked at every depth: what does not fit the type is refused, never changed.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "temporalio/detail/json_containers.h"
#include "temporalio/detail/json_form.h"
#include "temporalio/detail/json_time.h"
#include "temporalio/detail/payload_value.h"
#include "temporalio/function_traits.h"
#include "temporalio/struct_fields.h"

namespace temporalio {

namespace detail {

// `type` names the C++ type in errors.
std::string print_json_string(std::string_view text);
std::string print_double(double value, std::string_view type);
std::string parse_json_string(const PayloadView& payload);
bool parse_bool(const PayloadView& payload);
// `max`: the largest magnitude of the type.
double parse_double(const PayloadView& payload, double max, std::string_view type);
long long parse_signed(const PayloadView& payload, long long min, long long max, std::string_view type);
unsigned long long parse_unsigned(const PayloadView& payload, unsigned long long max, std::string_view type);
std::vector<std::byte> parse_bytes(const PayloadView& payload);
void expect_null(const PayloadView& payload, std::string_view type);
bool is_null(const PayloadView& payload);

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
// This one is JSON (json/plain, compact, keys sorted).
template <class T>
struct PayloadTraits {
  static constexpr bool kIsDefault = true;
  static Payload encode(const T& value) {
    return detail::encode_json(detail::readable_type<T>(), &value, [](const detail::JsonOutput& out, const void* from) {
      detail::JsonForm<T>::write(out, *static_cast<const T*>(from));
    });
  }
  static T decode(const PayloadView& payload) {
    std::optional<T> value;
    detail::decode_json(payload, detail::readable_type<T>(), &value, [](const detail::JsonInput& in, void* into) {
      static_cast<std::optional<T>*>(into)->emplace(detail::JsonForm<T>::read(in));
    });
    return *std::move(value);
  }
};

template <>
struct PayloadTraits<bool> {
  static Payload encode(bool value) { return Payload(std::string(kEncodingJson), value ? "true" : "false"); }
  static bool decode(const PayloadView& payload) { return detail::parse_bool(payload); }
};

template <detail::PlainInteger T>
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
    constexpr double kMax = sizeof(T) < sizeof(double) ? static_cast<double>(std::numeric_limits<T>::max())
                                                       : std::numeric_limits<double>::max();
    return static_cast<T>(detail::parse_double(payload, kMax, detail::readable_type<T>()));
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
