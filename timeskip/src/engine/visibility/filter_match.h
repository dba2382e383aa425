// Whether a run is what a query asks for.
#pragma once

#include "timeskip/src/engine/visibility/query_filter.h"
#include "timeskip/src/engine/visibility/record.h"

namespace temporalio::timeskip::visibility {

// Notes the columns' numbers, which matches() needs.
void bind_columns(Filter& filter, Columns& columns);

// As in SQL, a comparison with what a run does not have is neither true nor false, and nor is its negation.
bool matches(const Filter& filter, const Record& record);

}  // namespace temporalio::timeskip::visibility
