// Generated ids: version 4 UUIDs from a seeded sequence, so that a seed reproduces a run.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace temporalio::timeskip {

class IdGenerator {
 public:
  explicit IdGenerator(std::uint64_t seed) : state_(seed) {}
  std::string uuid();
  std::uint64_t next();

 private:
  std::uint64_t state_;
};

bool is_uuid(std::string_view text);

}  // namespace temporalio::timeskip
