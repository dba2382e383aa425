// How far a JSON document reaches, by its brackets alone.
#pragma once

#include <cstddef>
#include <string_view>

namespace temporalio::replayer {

// The size of the object or array that `text` begins with (after spaces), these spaces included; all of `text` where it
// does not end in it. Other documents are taken to reach to the end of the text.
inline std::size_t json_extent(std::string_view text) {
  std::size_t depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    switch (text[at]) {
      case '{':
      case '[':
        ++depth;
        break;
      case '}':
      case ']':
        if (depth <= 1) return at + 1;
        --depth;
        break;
      case '"':
        while (true) {
          at = text.find_first_of("\"\\", at + 1);
          if (at == std::string_view::npos) return text.size();
          if (text[at] == '"') break;
          ++at;
        }
        break;
      default:
        break;
    }
  }
  return text.size();
}

}  // namespace temporalio::replayer
