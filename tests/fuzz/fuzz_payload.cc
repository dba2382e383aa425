// Payloads from anywhere: each type either reads one or refuses it with PayloadDecodeError, and what was read is
// written and read again as the same value. The first byte of the input chooses encoding and type.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "temporalio/payload.h"
#include "temporalio/payload_json.h"

namespace {

using temporalio::from_payload;
using temporalio::Payload;
using temporalio::to_payload;

void check(bool holds) {
  if (!holds) std::abort();
}

template <class T>
void read_and_write(const Payload& payload) {
  T value{};
  try {
    value = from_payload<T>(payload);
  } catch (const temporalio::PayloadDecodeError&) {
    return;
  }
  check(from_payload<T>(to_payload(value)) == value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const std::string kEncodings[] = {"json/plain", "binary/plain", "binary/null", ""};
  const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const Payload payload(kEncodings[data[0] >> 6], bytes);
  switch (data[0] & 0x0f) {
    case 0:
      read_and_write<bool>(payload);
      break;
    case 1:
      read_and_write<std::int8_t>(payload);
      break;
    case 2:
      read_and_write<std::int64_t>(payload);
      break;
    case 3:
      read_and_write<std::uint64_t>(payload);
      break;
    case 4:
      read_and_write<double>(payload);
      break;
    case 5:
      read_and_write<std::string>(payload);
      break;
    case 6:
      read_and_write<std::vector<std::byte>>(payload);
      break;
    case 7:
      read_and_write<std::optional<std::int32_t>>(payload);
      break;
    case 8:
      read_and_write<std::vector<std::string>>(payload);
      break;
    default:
      read_and_write<nlohmann::json>(payload);
      break;
  }
  return 0;
}
