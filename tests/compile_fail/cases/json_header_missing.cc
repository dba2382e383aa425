// A type with nlohmann's to_json in a file that does not include the header for such types.
// expect: #include \\?"temporalio/payload_json.h\\?"
#include <nlohmann/json_fwd.hpp>

#ifdef MISTAKE
#include "temporalio/payload.h"
#else
#include "subject.h"
#endif

namespace json_header_missing {
struct Order {
  int count = 0;
};
void to_json(nlohmann::json& json, const Order& order);
void from_json(const nlohmann::json& json, Order& order);
inline temporalio::Payload encode(const Order& order) { return temporalio::to_payload(order); }
}  // namespace json_header_missing
