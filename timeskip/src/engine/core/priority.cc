#include "timeskip/src/engine/core/priority.h"

#include "timeskip/src/engine/core/limits.h"

namespace temporalio::timeskip {

std::string priority_fault(const commonpb::Priority& priority) {
  if (priority.priority_key() < 0) return "priority key can't be negative";
  if (priority.fairness_key().size() > kMaxFairnessKeyBytes) return "fairness key length exceeds limit";
  if (priority.fairness_weight() < 0) return "must be greater than zero";
  return {};
}

void inherit_priority(const commonpb::Priority& inherited, commonpb::Priority& priority) {
  if (priority.priority_key() == 0) priority.set_priority_key(inherited.priority_key());
  if (priority.fairness_key().empty()) priority.set_fairness_key(inherited.fairness_key());
  if (priority.fairness_weight() == 0) priority.set_fairness_weight(inherited.fairness_weight());
}

}  // namespace temporalio::timeskip
