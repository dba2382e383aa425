#include "sdk/src/activity/registry.h"

#include <stdexcept>

namespace temporalio::activity {

void Registry::add(Registration registration) {
  if (registration.name.empty()) throw std::invalid_argument("an activity needs a name");
  if (registration.definition->is_method && registration.instance == nullptr) {
    throw std::invalid_argument("activity \"" + registration.name + "\" is a method and was given no object");
  }
  const std::lock_guard lock(mutex_);
  const auto [position, is_new] = registrations_.try_emplace(registration.name);
  if (!is_new) throw std::invalid_argument("activity \"" + registration.name + "\" is registered already");
  position->second = std::move(registration);
}

std::optional<Registration> Registry::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = registrations_.find(name);
  if (found == registrations_.end()) return std::nullopt;
  return found->second;
}

bool Registry::is_empty() const {
  const std::lock_guard lock(mutex_);
  return registrations_.empty();
}

std::string Registry::names() const {
  const std::lock_guard lock(mutex_);
  std::string text;
  for (const auto& [name, registration] : registrations_) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

}  // namespace temporalio::activity
