// How containers, tuples and variants stand inside JSON.
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
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

#include "temporalio/detail/json_form.h"

namespace temporalio::detail {

template <class T>
concept JsonMap = requires(T& map, typename T::key_type key, typename T::mapped_type value) {
  map.emplace(std::move(key), std::move(value));
  map.begin();
};

template <class T>
concept JsonSequence = !JsonMap<T> && !HasToJson<T> && !std::same_as<T, nlohmann::json> &&
                       requires(T& list, typename T::value_type value) {
                         list.insert(list.end(), std::move(value));
                         list.begin();
                         list.size();
                       } && !std::is_convertible_v<T, std::string_view>;

// Vectors, lists, deques and sets are arrays.
template <JsonSequence T>
struct JsonForm<T> {
  using Element = typename T::value_type;
  static void write(const JsonOutput& out, const T& list) {
    out.begin_array(list.size());
    std::size_t index = 0;
    for (const auto& element : list) JsonForm<Element>::write(out.element(index++), element);
  }
  static T read(const JsonInput& in) {
    T list;
    const std::size_t size = in.array_size(0, std::numeric_limits<std::size_t>::max());
    if constexpr (requires { list.reserve(size); }) list.reserve(size);
    for (std::size_t i = 0; i < size; ++i) list.insert(list.end(), JsonForm<Element>::read(in.element(i)));
    return list;
  }
};

// Bytes within JSON are base64, as in other languages; an array of numbers is read, too.
std::string to_base64(const std::vector<std::byte>& bytes);
std::vector<std::byte> read_base64(const JsonInput& in);

template <>
struct JsonForm<std::vector<std::byte>> {
  static void write(const JsonOutput& out, const std::vector<std::byte>& bytes) { out.set_string(to_base64(bytes)); }
  static std::vector<std::byte> read(const JsonInput& in) {
    if (!in.is_array()) return read_base64(in);
    std::vector<std::byte> bytes(in.array_size(0, std::numeric_limits<std::size_t>::max()));
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = std::byte(JsonForm<std::uint8_t>::read(in.element(i)));
    return bytes;
  }
};

template <class T, std::size_t kSize>
struct JsonForm<std::array<T, kSize>> {
  static void write(const JsonOutput& out, const std::array<T, kSize>& list) {
    out.begin_array(kSize);
    for (std::size_t i = 0; i < kSize; ++i) JsonForm<T>::write(out.element(i), list[i]);
  }
  static std::array<T, kSize> read(const JsonInput& in) {
    in.array_size(kSize, kSize);
    return read_all(in, std::make_index_sequence<kSize>());
  }

 private:
  template <std::size_t... I>
  static std::array<T, kSize> read_all(const JsonInput& in, std::index_sequence<I...>) {
    return {JsonForm<T>::read(in.element(I))...};
  }
};

// A key is text, or a number or enum as text, as in other languages' objects; a map with keys of any other type is an
// array of pairs.
template <class Key>
inline constexpr bool kIsTextKey = std::is_convertible_v<const Key&, std::string_view>;
template <class Key>
inline constexpr bool kIsNumberKey = PlainInteger<Key> || (std::is_enum_v<Key> && !HasToJson<Key>);

template <class Number>
Number read_number_key(std::string_view name, const JsonInput& in) {
  Number number{};
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) {
    in.refuse("the key \"" + std::string(name) + "\" is no number that fits " + std::string(readable_type<Number>()));
  }
  return number;
}

template <class Key>
Key read_key(std::string_view name, const JsonInput& in) {
  if constexpr (kIsTextKey<Key>) {
    return Key(name);
  } else if constexpr (std::is_enum_v<Key>) {
    return static_cast<Key>(read_number_key<std::underlying_type_t<Key>>(name, in));
  } else {
    return read_number_key<Key>(name, in);
  }
}

template <class Key>
std::string key_text(const Key& key) {
  if constexpr (kIsTextKey<Key>) {
    return std::string(std::string_view(key));
  } else if constexpr (std::is_enum_v<Key>) {
    return std::to_string(static_cast<std::underlying_type_t<Key>>(key));
  } else {
    return std::to_string(key);
  }
}

template <JsonMap T>
  requires(!HasToJson<T>)
struct JsonForm<T> {
  using Key = typename T::key_type;
  using Value = typename T::mapped_type;
  static constexpr bool kIsObject = kIsTextKey<Key> || kIsNumberKey<Key>;

  static void write(const JsonOutput& out, const T& map) {
    if constexpr (kIsObject) {
      out.begin_object();
      for (const auto& [key, value] : map) JsonForm<Value>::write(out.member(key_text(key)), value);
    } else {
      out.begin_array(map.size());
      std::size_t index = 0;
      for (const auto& [key, value] : map) {
        const JsonOutput pair = out.element(index++);
        pair.begin_array(2);
        JsonForm<Key>::write(pair.element(0), key);
        JsonForm<Value>::write(pair.element(1), value);
      }
    }
  }

  static T read(const JsonInput& in) {
    T map;
    if constexpr (kIsObject) {
      if (kIsTextKey<Key> || !in.is_array()) {
        in.require_object();
        in.for_each_member(&map, [](void* into, std::string_view name, const JsonInput& value) {
          static_cast<T*>(into)->emplace(read_key<Key>(name, value), JsonForm<Value>::read(value));
        });
        return map;
      }
    }
    if constexpr (!kIsTextKey<Key>) read_pairs(in, map);
    return map;
  }

 private:
  static void read_pairs(const JsonInput& in, T& map) {
    const std::size_t size = in.array_size(0, std::numeric_limits<std::size_t>::max());
    for (std::size_t i = 0; i < size; ++i) {
      const JsonInput pair = in.element(i);
      pair.array_size(2, 2);
      Key key = JsonForm<Key>::read(pair.element(0));
      map.emplace(std::move(key), JsonForm<Value>::read(pair.element(1)));
    }
  }
};

// Pairs and tuples are arrays of their elements.
template <class First, class Second>
struct JsonForm<std::pair<First, Second>> {
  static void write(const JsonOutput& out, const std::pair<First, Second>& pair) {
    out.begin_array(2);
    JsonForm<First>::write(out.element(0), pair.first);
    JsonForm<Second>::write(out.element(1), pair.second);
  }
  static std::pair<First, Second> read(const JsonInput& in) {
    in.array_size(2, 2);
    return {JsonForm<First>::read(in.element(0)), JsonForm<Second>::read(in.element(1))};
  }
};

template <class... T>
struct JsonForm<std::tuple<T...>> {
  static void write(const JsonOutput& out, const std::tuple<T...>& tuple) {
    out.begin_array(sizeof...(T));
    write_all(out, tuple, std::index_sequence_for<T...>());
  }
  static std::tuple<T...> read(const JsonInput& in) {
    in.array_size(sizeof...(T), sizeof...(T));
    return read_all(in, std::index_sequence_for<T...>());
  }

 private:
  template <std::size_t... I>
  static void write_all(const JsonOutput& out, const std::tuple<T...>& tuple, std::index_sequence<I...>) {
    (JsonForm<T>::write(out.element(I), std::get<I>(tuple)), ...);
  }
  template <std::size_t... I>
  static std::tuple<T...> read_all(const JsonInput& in, std::index_sequence<I...>) {
    return std::tuple<T...>{JsonForm<T>::read(in.element(I))...};
  }
};

// A variant is the value it holds. It is read as the first alternative that fits exactly (a whole number is no double,
// a struct has just its fields), else as the first that reads it at all.
template <class... T>
struct JsonForm<std::variant<T...>> {
  using Variant = std::variant<T...>;
  static void write(const JsonOutput& out, const Variant& variant) {
    std::visit([&out]<class Held>(const Held& held) { JsonForm<Held>::write(out, held); }, variant);
  }
  static Variant read(const JsonInput& in) {
    std::optional<Variant> result;
    std::string reasons;
    (void)(try_read<T>(in.exact(), result, nullptr) || ...);
    if (!result && !in.is_exact()) (void)(try_read<T>(in, result, &reasons) || ...);
    if (!result) in.refuse("no alternative of the variant fits:" + reasons);
    return *std::move(result);
  }

 private:
  template <class Alternative>
  static bool try_read(const JsonInput& in, std::optional<Variant>& result, std::string* reasons) {
    try {
      result.emplace(std::in_place_type<Alternative>, JsonForm<Alternative>::read(in));
      return true;
    } catch (const std::runtime_error& error) {  // JsonReadError, PayloadDecodeError
      if (reasons != nullptr) *reasons += " [" + std::string(error.what()) + "]";
      return false;
    }
  }
};

}  // namespace temporalio::detail
