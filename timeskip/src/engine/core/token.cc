// Fixed-size little-endian layout, guarded by two magic bytes and a sum, so that any other text is refused.
#include "timeskip/src/engine/core/token.h"

#include <cstddef>

namespace temporalio::timeskip {
namespace {

constexpr std::size_t kSize = 2 + 1 + 4 * 4 + 8 * 2 + 1;

template <class T>
void put(std::string& out, T value) {
  for (std::size_t byte = 0; byte < sizeof(T); ++byte) {
    out.push_back(static_cast<char>((static_cast<std::uint64_t>(value) >> (8 * byte)) & 0xFF));
  }
}

template <class T>
T take(std::string_view& in) {
  std::uint64_t value = 0;
  for (std::size_t byte = 0; byte < sizeof(T); ++byte) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(in[byte])) << (8 * byte);
  }
  in.remove_prefix(sizeof(T));
  return static_cast<T>(value);
}

std::uint8_t sum_of(std::string_view text) {
  unsigned sum = 0;
  for (char c : text) sum = sum * 31 + static_cast<unsigned char>(c);
  return static_cast<std::uint8_t>(sum & 0xFF);
}

}  // namespace

std::string Token::encode() const {
  std::string out;
  out.reserve(kSize);
  out += "T\x01";
  put(out, static_cast<std::uint8_t>(kind));
  put(out, server);
  put(out, execution);
  put(out, attempt);
  put(out, stamp);
  put(out, event_id);
  put(out, extra);
  put(out, sum_of(out));
  return out;
}

std::optional<Token> Token::decode(std::string_view text, Kind kind) {
  if (text.size() != kSize || text.substr(0, 2) != "T\x01") return std::nullopt;
  if (sum_of(text.substr(0, kSize - 1)) != static_cast<std::uint8_t>(text.back())) return std::nullopt;
  text.remove_prefix(2);
  if (take<std::uint8_t>(text) != static_cast<std::uint8_t>(kind)) return std::nullopt;
  Token token;
  token.kind = kind;
  token.server = take<std::uint32_t>(text);
  token.execution = take<std::uint32_t>(text);
  token.attempt = take<std::uint32_t>(text);
  token.stamp = take<std::uint32_t>(text);
  token.event_id = take<std::int64_t>(text);
  token.extra = take<std::uint64_t>(text);
  return token;
}

}  // namespace temporalio::timeskip
