#include "sdk/src/activity/registry.h"

#include <set>
#include <stdexcept>

#include "sdk/src/activity/process_pool.h"

namespace temporalio::activity {

void Registry::add(Registration registration) {
  if (registration.definition->is_dynamic) return add_dynamic(std::move(registration));
  if (registration.name.empty()) throw std::invalid_argument("an activity needs a name");
  if (registration.definition->is_method && registration.instance == nullptr) {
    throw std::invalid_argument("activity \"" + registration.name + "\" is a method and was given no object");
  }
  if (registration.pool != nullptr && find_process_entry(registration.process_key) == nullptr) {
    throw std::invalid_argument(
        "activity \"" + registration.name +
        "\" cannot run in a process pool: another function in an unnamed namespace has its name");
  }
  const std::lock_guard lock(mutex_);
  const auto [position, is_new] = registrations_.try_emplace(registration.name);
  if (!is_new) throw std::invalid_argument("activity \"" + registration.name + "\" is registered already");
  position->second = std::move(registration);
}

void Registry::replace(Registration registration) {
  const std::lock_guard lock(mutex_);
  const std::string name = registration.name;
  registrations_.insert_or_assign(name, std::move(registration));
}

void Registry::add_dynamic(Registration registration) {
  if (registration.definition->is_method && registration.instance == nullptr) {
    throw std::invalid_argument("the dynamic activity is a method and was given no object");
  }
  const std::lock_guard lock(mutex_);
  if (dynamic_) throw std::invalid_argument("a dynamic activity is registered already");
  dynamic_ = std::move(registration);
}

std::optional<Registration> Registry::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = registrations_.find(name);
  if (found == registrations_.end()) return dynamic_;
  return found->second;
}

std::optional<int> Registry::process_capacity() const {
  const std::lock_guard lock(mutex_);
  if (dynamic_ || registrations_.empty()) return std::nullopt;
  std::set<const ProcessPoolExecutor*> pools;
  for (const auto& [name, registration] : registrations_) pools.insert(registration.pool.get());
  if (pools.contains(nullptr)) return std::nullopt;
  int capacity = 0;
  for (const ProcessPoolExecutor* pool : pools) capacity += pool->impl()->max_workers();
  return capacity;
}

bool Registry::is_empty() const {
  const std::lock_guard lock(mutex_);
  return registrations_.empty() && !dynamic_;
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
