// Task and page tokens: small binary records that name an execution by its number in this server. A token of another
// server or of a former incarnation is well formed but stale.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace temporalio::timeskip {

struct Token {
  enum class Kind : std::uint8_t {
    kWorkflowTask = 1,
    kActivityTask = 2,
    kQuery = 3,
    kHistoryPage = 4,
    kHistoryReverse = 5
  };

  Kind kind = Kind::kWorkflowTask;
  std::uint32_t server = 0;     // which server wrote it
  std::uint32_t execution = 0;  // Execution::number
  std::uint32_t attempt = 0;
  std::uint32_t stamp = 0;
  std::int64_t event_id = 0;  // scheduled event, or the next event of a page
  std::uint64_t extra = 0;    // query number; started event of a workflow task

  std::string encode() const;
  static std::optional<Token> decode(std::string_view text, Kind kind);
};

}  // namespace temporalio::timeskip
