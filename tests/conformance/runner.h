// Runs one scenario against a server and writes its transcript.
#pragma once

#include <string>
#include <vector>

#include "tests/conformance/scenario.h"

namespace conformance {

struct Transcript {
  std::string text;
  std::vector<std::string> failures;  // steps that did not go as the script expects
};

// Throws std::runtime_error when the script itself is wrong (unknown field, unknown reference, ...).
Transcript run_scenario(const Scenario& scenario, const std::string& address);

}  // namespace conformance
