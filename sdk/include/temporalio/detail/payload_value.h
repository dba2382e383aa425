// Encoded values and lists of them, and what conversion throws. Users include payload.h.
#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
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

}  // namespace detail
}  // namespace temporalio
