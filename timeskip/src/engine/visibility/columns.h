// Numbers for the names of attributes.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

namespace temporalio::timeskip::visibility {

using ColumnId = std::uint32_t;

class Columns {
 public:
  // The same for the same name, for as long as the object lives.
  ColumnId id_of(const std::string& name) {
    return ids_.emplace(name, static_cast<ColumnId>(ids_.size())).first->second;
  }

 private:
  std::unordered_map<std::string, ColumnId> ids_;
};

}  // namespace temporalio::timeskip::visibility
