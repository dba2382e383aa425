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
  // Throws std::invalid_argument where the name is empty or taken, a method has no instance, or there are two dynamic
  // ones.
  void add(Registration registration);
  // In the place of one of the same name, if there is one.
  void replace(Registration registration);
  // Of that name; else the dynamic one.
  std::optional<Registration> find(std::string_view name) const;
  bool is_empty() const;
  // How many can run at a time, where all run in process pools.
  std::optional<int> process_capacity() const;
  // "A, B, C", sorted: for messages.
  std::string names() const;

 private:
  void add_dynamic(Registration registration);

  mutable std::mutex mutex_;  // guards: all below
  std::map<std::string, Registration, std::less<>> registrations_;
  std::optional<Registration> dynamic_;
};

}  // namespace temporalio::activity
