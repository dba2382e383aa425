// Priorities of tasks: what a child workflow or an activity leaves open is its workflow's.
#pragma once

#include <string>

#include "timeskip/src/engine/core/api.h"

namespace temporalio::timeskip {

// The text of what is wrong; empty when all is well.
std::string priority_fault(const commonpb::Priority& priority);
void inherit_priority(const commonpb::Priority& inherited, commonpb::Priority& priority);

}  // namespace temporalio::timeskip
