// The activities a worker knows, by name.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "temporalio/activity.h"

namespace temporalio::activity {

// Any thread may add and look up.
class Registry {
 public:
  // Throws std::invalid_argument where the name is empty or taken, or a method has no instance.
  void add(Registration registration);
  std::optional<Registration> find(std::string_view name) const;
  bool is_empty() const;
  // "A, B, C", sorted: for messages.
  std::string names() const;

 private:
  mutable std::mutex mutex_;  // guards: registrations_
  std::map<std::string, Registration, std::less<>> registrations_;
};

}  // namespace temporalio::activity
