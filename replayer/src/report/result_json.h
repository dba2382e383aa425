// Results as JSON: what --output json prints and what the isolated child sends to its parent.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "temporalio/replayer.h"

namespace temporalio::replayer {

nlohmann::json result_to_json(const ReplayResult& result);
// Of what result_to_json() made; throws nlohmann::json::exception for anything else.
ReplayResult result_from_json(const nlohmann::json& json);

}  // namespace temporalio::replayer
