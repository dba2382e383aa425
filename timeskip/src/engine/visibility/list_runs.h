// Where the runs of a namespace are found by their attributes.
#pragma once

#include "timeskip/src/engine/visibility/index.h"

namespace temporalio::timeskip {

class Engine;
struct Namespace;

namespace visibility {

// Made from all runs when it is asked for the first time.
Index& runs_index(Engine& engine, Namespace& owner);

}  // namespace visibility
}  // namespace temporalio::timeskip
