// The table of all methods that the server answers.
#pragma once

#include <string_view>
#include <vector>

#include "timeskip/src/engine/rpc/method.h"

namespace temporalio::timeskip {

// `path` is "/package.Service/Name"; null when the server does not answer this method.
const Method* find_method(std::string_view path);
std::vector<const Method*> all_methods();

// Why a method is not answered, in one sentence: not implemented here, or not a method of the service at all.
std::string unanswered_method_text(std::string_view path);

}  // namespace temporalio::timeskip
