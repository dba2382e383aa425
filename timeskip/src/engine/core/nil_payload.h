// Which payloads count as no value: in memo and search attributes such an entry is left out, or removes its key.
#pragma once

#include "temporal/api/common/v1/message.pb.h"

namespace temporalio::timeskip {

inline bool is_nil(const temporal::api::common::v1::Payload& payload) {
  if (payload.data() == "null" || payload.data() == "[]") return true;
  if (!payload.data().empty()) return false;
  const auto encoding = payload.metadata().find("encoding");
  return encoding == payload.metadata().end() || encoding->second == "binary/null";
}

}  // namespace temporalio::timeskip
