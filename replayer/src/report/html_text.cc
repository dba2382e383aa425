#include "replayer/src/report/html_text.h"

namespace temporalio::replayer {
namespace {

constexpr const char* kStyle = R"(
:root{color-scheme:light dark;--line:#d4d4d8;--soft:#f4f4f5;--text:#18181b;--page:#fff;--bad:#b91c1c;--good:#15803d}
@media(prefers-color-scheme:dark){:root{--line:#3f3f46;--soft:#27272a;--text:#e4e4e7;--page:#18181b;--bad:#f87171;--good:#4ade80}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--text);background:var(--page);max-width:1200px;margin:2em auto;padding:0 1em}
h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em;border-top:1px solid var(--line);padding-top:1em;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3em .7em;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}th{white-space:nowrap;width:1%}
tr.fault{background:color-mix(in srgb,var(--bad) 15%,transparent)}td.number{text-align:right;white-space:nowrap}
pre{background:var(--soft);padding:.8em;overflow-x:auto;border-radius:6px;font-size:13px}pre .fault{background:color-mix(in srgb,var(--bad) 25%,transparent);display:inline-block;min-width:100%}
.timeline{overflow-x:auto;background:var(--soft);border-radius:6px;padding:.5em}svg text{font:12px system-ui,sans-serif;fill:currentColor}svg text.axis{font-size:10px;opacity:.7}
.bad{color:var(--bad);font-weight:600}.good{color:var(--good);font-weight:600}.note{opacity:.75}
)";

}  // namespace

std::string html_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? '?' : c;
    }
  }
  return out;
}

std::string html_page(const std::string& title, const std::string& body) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>" +
         html_text(title) + "</title>\n<style>" + kStyle + "</style>\n</head>\n<body>\n" + body + "</body>\n</html>\n";
}

}  // namespace temporalio::replayer
