// Which payloads count as no value: in memo and search attributes such an entry is left out, or removes its key.
#pragma once

#include <iterator>

#include "temporal/api/common/v1/message.pb.h"

namespace temporalio::timeskip {

inline bool is_nil(const temporal::api::common::v1::Payload& payload) {
  if (payload.data() == "null" || payload.data() == "[]") return true;
  if (!payload.data().empty()) return false;
  const auto encoding = payload.metadata().find("encoding");
  return encoding == payload.metadata().end() || encoding->second == "binary/null";
}

// Leaves out the entries of a map that have no value.
template <class Fields>
void drop_nil_fields(Fields& fields) {
  for (auto it = fields.begin(); it != fields.end();) {
    it = is_nil(it->second) ? fields.erase(it) : std::next(it);
  }
}

}  // namespace temporalio::timeskip
