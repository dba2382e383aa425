// Results as a JUnit report, the form that CI systems read: one test suite, one case a history.
#pragma once

#include <string>
#include <vector>

#include "temporalio/replayer.h"

namespace temporalio::replayer {

std::string to_junit(const std::vector<ReplayResult>& results);

}  // namespace temporalio::replayer
