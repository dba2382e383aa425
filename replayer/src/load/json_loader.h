// The JSON side of the loader: finds the events in whatever surrounds them and hands each to the EventEncoder.
#pragma once

#include <string>
#include <string_view>

#include "replayer/src/load/loader.h"

namespace temporalio::replayer {

// How many readable bytes must follow the text given to load_json().
extern const std::size_t kJsonPadding;

// Appends the histories in `text`; throws LoadError. Does not check that they are in order.
void load_json(std::string_view text, const std::string& name, Histories& into);

}  // namespace temporalio::replayer
