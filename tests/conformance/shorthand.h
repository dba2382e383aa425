// The shorthand of scenario scripts, expanded to protobuf text format: durations (30d), payloads[...], id[w1],
// commands (START_TIMER { ... }) and references to earlier responses ($task.started_event_id).
#pragma once

#include <functional>
#include <string>

namespace conformance {

struct Shorthand {
  // Text-format literal for `name.path.to.field` of a kept response.
  std::function<std::string(const std::string& reference)> resolve;
  std::string unique;  // appended to workflow ids and task queues, so that scenarios share a server
};

// Throws std::runtime_error on unbalanced brackets and unknown references.
std::string expand(const std::string& body, const Shorthand& shorthand);

// Text-format literal (with quotes) of arbitrary bytes.
std::string quoted(const std::string& bytes);

}  // namespace conformance
