// Text of limited size.
#pragma once

#include <cstddef>
#include <string>

namespace temporalio::timeskip {

// Cuts `text` to at most `most` bytes, not inside a character of UTF-8.
void cut_utf8(std::string& text, std::size_t most);

}  // namespace temporalio::timeskip
