// Text in an HTML page, and what every page has around it.
#pragma once

#include <string>
#include <string_view>

namespace temporalio::replayer {

// Escaped for elements and for attributes in double quotes, of XML, too; control characters become question marks.
std::string html_text(std::string_view text);

// A whole page that refers to no other file and runs no script.
std::string html_page(const std::string& title, const std::string& body);

}  // namespace temporalio::replayer
