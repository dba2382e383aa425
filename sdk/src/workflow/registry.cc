#include "sdk/src/workflow/registry.h"

#include <algorithm>
#include <stdexcept>

namespace temporalio::workflow {

void Registry::add(const Definition& definition) {
  const auto at = std::lower_bound(definitions_.begin(), definitions_.end(), definition.name,
                                   [](const Definition* a, const std::string& name) { return a->name < name; });
  if (at != definitions_.end() && (*at)->name == definition.name) {
    if (*at == &definition) return;
    throw std::invalid_argument("workflow type \"" + definition.name + "\" is registered twice");
  }
  definitions_.insert(at, &definition);
}

const Definition* Registry::find(std::string_view type) const {
  const auto at = std::lower_bound(definitions_.begin(), definitions_.end(), type,
                                   [](const Definition* a, std::string_view name) { return a->name < name; });
  return at != definitions_.end() && (*at)->name == type ? *at : nullptr;
}

std::string Registry::names() const {
  std::string text;
  for (const Definition* definition : definitions_) {
    if (!text.empty()) text += ", ";
    text += definition->name;
  }
  return text;
}

}  // namespace temporalio::workflow
