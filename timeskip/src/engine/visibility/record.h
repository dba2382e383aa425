// What visibility knows of one run: its attributes with their values, and its place in a list of runs.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "timeskip/src/engine/run/execution.h"
#include "timeskip/src/engine/visibility/columns.h"
#include "timeskip/src/engine/visibility/value.h"

namespace temporalio::timeskip::visibility {

// Runs are listed open ones first, then from the one that closed last; among equals from the one that started last.
struct ListKey {
  std::int64_t close_nanos = 0;  // the greatest number while the run is open
  std::int64_t start_nanos = 0;
  std::string_view run_id;

  bool operator<(const ListKey& other) const;
  bool operator==(const ListKey& other) const = default;
};

struct Cell {
  ColumnId column = 0;
  Value value;
};

struct Record {
  Execution* run = nullptr;
  ListKey key;
  // By column. An attribute that is a list has one for each item, a text one for each word in their order; what a run
  // does not have has none.
  std::vector<Cell> cells;

  std::span<const Cell> of(ColumnId column) const;
};

// As the run is now.
Record make_record(Execution& run, Columns& columns);

}  // namespace temporalio::timeskip::visibility
