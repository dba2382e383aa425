#include "replayer/src/load/event_names.h"

#include "sdk/src/machines/catalogue.h"

namespace temporalio::replayer {

std::string event_type_name(int event_type) { return machines::event_type_name(event_type); }

std::string event_reference(std::int64_t event_id, const std::string& type_name) {
  return "event " + std::to_string(event_id) + " (" + type_name + ")";
}

}  // namespace temporalio::replayer
