// The workflow types that a worker or replayer knows, by name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "temporalio/definition.h"

namespace temporalio::workflow {

// Filled before use, then shared read-only by all threads.
class Registry {
 public:
  // Throws std::invalid_argument where another class has the same type name; the same class again changes nothing.
  void add(const Definition& definition);
  // Null where the type is not known.
  const Definition* find(std::string_view type) const;
  bool is_empty() const { return definitions_.empty(); }
  // "A, B, C", sorted: for messages.
  std::string names() const;
  // Sorted by name.
  const std::vector<const Definition*>& definitions() const { return definitions_; }

 private:
  std::vector<const Definition*> definitions_;  // sorted by name
};

}  // namespace temporalio::workflow
