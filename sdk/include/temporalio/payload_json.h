// Types with nlohmann's to_json and from_json as payloads, and nlohmann::json itself. Apart from payload.h, because the
// JSON library takes longer to compile than all of ours; a struct with TEMPORALIO_FIELDS does not need it.
//
// Including this file also makes nlohmann::json check the numbers it reads and writes, in the user's own from_json and
// in those that its macros make: one that does not fit its type throws std::out_of_range instead of becoming another
// number. Include it in every file of a program that reads numbers with nlohmann::json, or in none.
#pragma once

#include <cmath>
#include <concepts>
#include <exception>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>

#include "temporalio/payload.h"

namespace temporalio::detail {

template <class T>
concept CheckedNumber = (std::integral<T> && !std::same_as<T, bool>) || std::floating_point<T>;

// Numbers of nlohmann::json, checked; they throw std::out_of_range and nlohmann's own type_error.
long long json_signed(const nlohmann::json& json, long long min, long long max, std::string_view type);
unsigned long long json_unsigned(const nlohmann::json& json, unsigned long long max, std::string_view type);
double json_double(const nlohmann::json& json, double max, std::string_view type);
// Whether a number that JSON does not have was met on this thread. Noted, and refused afterwards: nlohmann's values
// leak where what fills them throws.
inline thread_local bool json_met_not_finite = false;

}  // namespace temporalio::detail

// nlohmann's customisation point for how a type is read and written.
template <temporalio::detail::CheckedNumber T>
struct nlohmann::adl_serializer<T, void> {
  template <class Json>
  static void from_json(const Json& json, T& value) {
    using Limits = std::numeric_limits<T>;
    constexpr std::string_view kType = temporalio::detail::readable_type<T>();
    if constexpr (!std::is_same_v<Json, nlohmann::json>) {
      nlohmann::from_json(json, value);  // another basic_json
    } else if constexpr (std::floating_point<T>) {
      constexpr double kMax =
          sizeof(T) < sizeof(double) ? static_cast<double>(Limits::max()) : std::numeric_limits<double>::max();
      value = static_cast<T>(temporalio::detail::json_double(json, kMax, kType));
    } else if constexpr (std::is_signed_v<T>) {
      value = static_cast<T>(temporalio::detail::json_signed(json, Limits::min(), Limits::max(), kType));
    } else {
      value = static_cast<T>(temporalio::detail::json_unsigned(json, Limits::max(), kType));
    }
  }
  template <class Json>
  static void to_json(Json& json, T value) {
    if constexpr (std::floating_point<T>) {
      if (!std::isfinite(value)) temporalio::detail::json_met_not_finite = true;
    }
    nlohmann::to_json(json, value);
  }
};

namespace temporalio {
namespace detail {

template <class T>
concept JsonEncodable = requires(const T& value) { nlohmann::json(value); };
template <class T>
concept JsonDecodable = requires(const nlohmann::json& json) { json.template get<T>(); };

template <class T>
struct UserJson {
  static void write(const JsonOutput& out, const T& value) {
    if constexpr (JsonEncodable<T>) {
      json_met_not_finite = false;
      try {
        out.value() = nlohmann::json(value);
      } catch (const std::exception& error) {
        throw_encode_error(readable_type<T>(), error.what());
      }
      if (json_met_not_finite) throw_encode_error(readable_type<T>(), "JSON has no NaN and no infinity");
    } else {
      this_type_has_no_payload_form_add_TEMPORALIO_FIELDS_or_specialise_PayloadTraits<T>();
    }
  }
  static T read(const JsonInput& in) {
    if constexpr (JsonDecodable<T>) {
      try {
        return in.value().template get<T>();
      } catch (const std::exception& error) {  // what a from_json throws to refuse a value, too
        in.refuse(error.what());
      }
    } else {
      this_type_has_no_payload_form_add_TEMPORALIO_FIELDS_or_specialise_PayloadTraits<T>();
    }
  }
};

template <>
struct JsonForm<nlohmann::json> {
  static void write(const JsonOutput& out, const nlohmann::json& value) { out.value() = value; }
  static nlohmann::json read(const JsonInput& in) { return in.value(); }
};

// `type` names the C++ type in errors.
std::string print_json(const nlohmann::json& value, std::string_view type);
nlohmann::json parse_json(const PayloadView& payload, std::string_view type);

}  // namespace detail
}  // namespace temporalio
