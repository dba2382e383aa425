// How a value stands inside JSON: the forms of numbers, text, enums, optional values and structs with named fields.
// json_containers.h and json_time.h add the rest. Templates carry the user's types only; reading and writing JSON is in
// sdk/src/payload. No header of the JSON library is needed here.
#pragma once

#include <concepts>
#include <cstddef>
#include <limits>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "temporalio/detail/payload_value.h"

namespace temporalio {

template <class T>
struct PayloadTraits;

namespace detail {

// A value inside a JSON document that is being read, with the way to it for messages. Refers to its parents: lives on
// the stack of who reads.
class JsonInput {
 public:
  explicit JsonInput(const nlohmann::json& value) : value_(&value) {}

  const nlohmann::json& value() const { return *value_; }
  bool is_null() const;
  bool is_array() const;
  bool is_object() const;
  bool to_bool() const;
  std::string to_string() const;
  long long to_signed(long long min, long long max, std::string_view type) const;
  unsigned long long to_unsigned(unsigned long long max, std::string_view type) const;
  // `max`: the largest magnitude of the type.
  double to_double(double max, std::string_view type) const;

  // Elements of an array, members of an object. The number of elements must be at least `at_least` and at most
  // `at_most`.
  std::size_t array_size(std::size_t at_least, std::size_t at_most) const;
  JsonInput element(std::size_t index) const;
  void require_object() const;
  std::size_t member_count() const;
  // Null members are members.
  std::optional<JsonInput> find_member(std::string_view name) const;
  void for_each_member(void* context,
                       void (*visit)(void* context, std::string_view name, const JsonInput& value)) const;

  // Refuses numbers of another kind and structs with missing or unknown fields, all the way down: how a variant tells
  // its alternatives apart.
  bool is_exact() const { return is_exact_; }
  JsonInput exact() const;

  // Throws JsonReadError: what was expected, and where.
  [[noreturn]] void refuse(std::string reason) const;
  // "expected a string, found number 3"
  [[noreturn]] void refuse_type(std::string_view expected) const;

 private:
  std::string path() const;

  const nlohmann::json* value_;
  const JsonInput* parent_ = nullptr;
  std::string_view name_;  // within an object
  std::size_t index_ = 0;  // within an array
  bool is_exact_ = false;
};

// Caught where a whole payload is read, and by variants, which try the next alternative.
class JsonReadError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A place in a JSON document that is being written.
class JsonOutput {
 public:
  explicit JsonOutput(nlohmann::json& value) : value_(&value) {}

  nlohmann::json& value() const { return *value_; }
  void set_null() const;
  void set_bool(bool value) const;
  void set_signed(long long value) const;
  void set_unsigned(unsigned long long value) const;
  void set_double(double value) const;  // throws PayloadEncodeError for NaN and infinity
  void set_string(std::string_view value) const;
  void begin_array(std::size_t size) const;
  JsonOutput element(std::size_t index) const;  // index < size
  void begin_object() const;
  JsonOutput member(std::string_view name) const;

 private:
  nlohmann::json* value_;
};

void embed_payload(const JsonOutput& out, const Payload& payload, std::string_view type);
Payload extract_payload(const JsonInput& in);

// The form of types with to_json and from_json of the JSON library: payload_json.h defines it.
template <class T>
struct UserJson;

template <class T>
inline constexpr bool kIsComplete = requires { sizeof(T); };
template <class T>
concept HasToJson = requires(nlohmann::json& json, const T& value) { to_json(json, value); };
template <class T>
concept HasFromJson = requires(const nlohmann::json& json, T& value) { from_json(json, value); };
template <class T>
concept HasOwnPayloadTraits = !requires { PayloadTraits<T>::kIsDefault; };

struct FieldProbe {
  template <class T>
  void operator()(const char*, T&) {}
};
// Has TEMPORALIO_FIELDS or TEMPORALIO_STRUCT (struct_fields.h).
template <class T>
concept HasFields =
    requires(T& object, FieldProbe& probe) { temporalio_visit_fields(std::type_identity<T>(), object, probe); };

// What the compiler says of a type that does not convert, in one line that names the type and the cure: g++ names the
// types of a deleted function, clang those of a static_assert.
#ifdef __clang__
template <class Type>
inline constexpr bool kHasPayloadForm = false;
template <class Type>
constexpr void this_type_has_no_payload_form_add_TEMPORALIO_FIELDS_or_specialise_PayloadTraits() {
  static_assert(kHasPayloadForm<Type>,
                "temporalio: this_type_has_no_payload_form_add_TEMPORALIO_FIELDS_or_specialise_PayloadTraits");
}
#else
template <class Type>
void this_type_has_no_payload_form_add_TEMPORALIO_FIELDS_or_specialise_PayloadTraits() = delete;
#endif

// The form of T inside JSON: static void write(const JsonOutput&, const T&) and static T read(const JsonInput&). This
// one is of types that have no form built in.
template <class T>
struct JsonForm {
  static void write(const JsonOutput& out, const T& value) {
    if constexpr (HasOwnPayloadTraits<T>) {
      embed_payload(out, PayloadTraits<T>::encode(value), readable_type<T>());
    } else if constexpr (kIsComplete<UserJson<T>>) {
      UserJson<T>::write(out, value);
    } else if constexpr (HasToJson<T> || HasFromJson<T>) {
      static_assert(kIsComplete<UserJson<T>>,
                    "temporalio: this type has the to_json of nlohmann::json: #include \"temporalio/payload_json.h\"");
    } else {
      this_type_has_no_payload_form_add_TEMPORALIO_FIELDS_or_specialise_PayloadTraits<T>();
    }
  }
  static T read(const JsonInput& in) {
    if constexpr (HasOwnPayloadTraits<T>) {
      const Payload payload = extract_payload(in);
      return PayloadTraits<T>::decode(payload);
    } else if constexpr (kIsComplete<UserJson<T>>) {
      return UserJson<T>::read(in);
    } else if constexpr (HasToJson<T> || HasFromJson<T>) {
      static_assert(
          kIsComplete<UserJson<T>>,
          "temporalio: this type has the from_json of nlohmann::json: #include \"temporalio/payload_json.h\"");
    } else {
      this_type_has_no_payload_form_add_TEMPORALIO_FIELDS_or_specialise_PayloadTraits<T>();
    }
  }
};

template <>
struct JsonForm<bool> {
  static void write(const JsonOutput& out, bool value) { out.set_bool(value); }
  static bool read(const JsonInput& in) { return in.to_bool(); }
};

template <class T>
concept JsonInteger = std::integral<T> && !std::same_as<T, bool>;
// Those that <charconv> knows.
template <class T>
concept PlainInteger = JsonInteger<T> && !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> &&
                       !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

template <JsonInteger T>
struct JsonForm<T> {
  static void write(const JsonOutput& out, T value) {
    if constexpr (std::is_signed_v<T>) {
      out.set_signed(value);
    } else {
      out.set_unsigned(value);
    }
  }
  static T read(const JsonInput& in) {
    using Limits = std::numeric_limits<T>;
    if constexpr (std::is_signed_v<T>) {
      return static_cast<T>(in.to_signed(Limits::min(), Limits::max(), readable_type<T>()));
    } else {
      return static_cast<T>(in.to_unsigned(Limits::max(), readable_type<T>()));
    }
  }
};

template <std::floating_point T>
struct JsonForm<T> {
  static void write(const JsonOutput& out, T value) { out.set_double(static_cast<double>(value)); }
  static T read(const JsonInput& in) {
    constexpr double kMax = sizeof(T) < sizeof(double) ? static_cast<double>(std::numeric_limits<T>::max())
                                                       : std::numeric_limits<double>::max();
    return static_cast<T>(in.to_double(kMax, readable_type<T>()));
  }
};

// An enum is its number, unless to_json says otherwise. Numbers without an enumerator are read: others may be a version
// ahead.
template <class T>
  requires(std::is_enum_v<T> && !HasToJson<T> && !HasFromJson<T>)
struct JsonForm<T> {
  using Number = std::underlying_type_t<T>;
  static void write(const JsonOutput& out, T value) { JsonForm<Number>::write(out, static_cast<Number>(value)); }
  static T read(const JsonInput& in) { return static_cast<T>(JsonForm<Number>::read(in)); }
};

template <>
struct JsonForm<std::string> {
  static void write(const JsonOutput& out, std::string_view value) { out.set_string(value); }
  static std::string read(const JsonInput& in) { return in.to_string(); }
};

template <>
struct JsonForm<std::nullptr_t> {
  static void write(const JsonOutput& out, std::nullptr_t) { out.set_null(); }
  static std::nullptr_t read(const JsonInput& in) {
    if (!in.is_null()) in.refuse_type("null");
    return nullptr;
  }
};

template <>
struct JsonForm<std::monostate> {
  static void write(const JsonOutput& out, std::monostate) { out.set_null(); }
  static std::monostate read(const JsonInput& in) {
    if (!in.is_null()) in.refuse_type("null");
    return {};
  }
};

// Of optional<optional<T>>, JSON's null is the outer one without a value.
template <class T>
struct JsonForm<std::optional<T>> {
  static void write(const JsonOutput& out, const std::optional<T>& value) {
    if (value) {
      JsonForm<T>::write(out, *value);
    } else {
      out.set_null();
    }
  }
  static std::optional<T> read(const JsonInput& in) {
    if (in.is_null()) return std::nullopt;
    return JsonForm<T>::read(in);
  }
};

// A value on the heap, or null: what a type that contains itself has.
template <class T>
struct JsonForm<std::unique_ptr<T>> {
  static void write(const JsonOutput& out, const std::unique_ptr<T>& value) {
    if (value) {
      JsonForm<T>::write(out, *value);
    } else {
      out.set_null();
    }
  }
  static std::unique_ptr<T> read(const JsonInput& in) {
    if (in.is_null()) return nullptr;
    return std::make_unique<T>(JsonForm<T>::read(in));
  }
};

// A struct with named fields is an object. A field that is not there keeps the value of a new object, so that fields
// can be added; unknown ones are ignored.
template <HasFields T>
struct JsonForm<T> {
  static void write(const JsonOutput& out, const T& object) {
    out.begin_object();
    const auto write_field = [&out]<class Field>(const char* name, const Field& field) {
      JsonForm<Field>::write(out.member(name), field);
    };
    temporalio_visit_fields(std::type_identity<T>(), object, write_field);
  }
  static T read(const JsonInput& in) {
    static_assert(std::is_default_constructible_v<T>,
                  "temporalio: a type with TEMPORALIO_FIELDS needs a default constructor to be read");
    in.require_object();
    T object{};
    std::size_t found = 0;
    std::size_t fields = 0;
    const auto read_field = [&]<class Field>(const char* name, Field& field) {
      ++fields;
      const std::optional<JsonInput> member = in.find_member(name);
      if (!member) return;
      ++found;
      field = JsonForm<Field>::read(*member);
    };
    temporalio_visit_fields(std::type_identity<T>(), object, read_field);
    if (in.is_exact() && (found != fields || found != in.member_count())) in.refuse("the fields are others");
    return object;
  }
};

// Where a whole value is written or read: the non-template ends. They throw PayloadEncodeError, PayloadDecodeError.
Payload encode_json(std::string_view type, const void* value, void (*write)(const JsonOutput& out, const void* value));
void decode_json(const PayloadView& payload, std::string_view type, void* result,
                 void (*read)(const JsonInput& in, void* result));

}  // namespace detail
}  // namespace temporalio
