// Text as the service takes it: UTF-8 as RFC 3629 has it (no surrogates, no overlong forms).
#pragma once

#include <string>
#include <string_view>

namespace temporalio::base {

bool is_utf8(std::string_view text);

// `text` with each byte that belongs to no character replaced by U+FFFD.
std::string replace_invalid_utf8(std::string_view text);

// `text` in printable ASCII, other bytes as \xNN, cut after `most` bytes of the input: for messages.
std::string escaped(std::string_view text, std::size_t most = 60);

}  // namespace temporalio::base
