// Histories from anywhere: loaded, or refused with LoadError; what was loaded has events, and is loaded again from its
// binary form with as many.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "replayer/src/load/loader.h"
#include "temporal/api/history/v1/message.pb.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using temporalio::replayer::load_bytes;
  try {
    const auto loaded = load_bytes(std::string_view(reinterpret_cast<const char*>(data), size), "input");
    for (const auto& history : loaded->list()) {
      if (history.history->events_size() == 0) std::abort();
      const auto again = load_bytes(history.history->SerializeAsString(), "binary");
      if (again->list().size() != 1) std::abort();
      if (again->list()[0].history->events_size() != history.history->events_size()) std::abort();
    }
  } catch (const temporalio::replayer::LoadError&) {
    // Refused: what else could it do.
  }
  return 0;
}
