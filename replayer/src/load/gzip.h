// Reads gzip-compressed histories.
#pragma once

#include <string>
#include <string_view>

namespace temporalio::replayer {

bool is_gzip(std::string_view bytes);

// Appends the uncompressed bytes to `out`. False: `error` says why.
bool gunzip(std::string_view bytes, std::string& out, std::string& error);

}  // namespace temporalio::replayer
