// The runs of one namespace, in the order in which they are listed, and by each value of each attribute: a query with a
// condition on an attribute costs what its result costs.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "timeskip/src/engine/core/run_observer.h"
#include "timeskip/src/engine/visibility/query_filter.h"
#include "timeskip/src/engine/visibility/record.h"

namespace temporalio::timeskip::visibility {

class Index final : public RunObserver {
 public:
  void run_changed(Execution& run) override;
  void run_removed(const Execution& run) override;

  // Where a page ends: the list key of its last run, whether or not that run is still there.
  struct Place {
    std::int64_t close_nanos = 0;
    std::int64_t start_nanos = 0;
    std::string run_id;
  };
  struct Page {
    std::vector<Execution*> runs;
    std::optional<Place> next;  // nothing when the page is not full
  };
  Page list(Filter* filter, std::size_t page_size, const std::optional<Place>& after);

  std::int64_t count(Filter* filter);
  // By the value of `column`, in ascending order; first those without one.
  using Groups = std::vector<std::pair<std::optional<Value>, std::int64_t>>;
  Groups count_groups(Filter* filter, const Column& column);

 private:
  struct Entry {
    const Value* value = nullptr;
    const Record* record = nullptr;
  };
  struct Probe {  // where in a column's entries something would stand
    const Value* value = nullptr;
    const ListKey* key = nullptr;  // null: before all runs with that value
    bool is_past = false;          // behind all runs with that value
  };
  struct EntryLess {
    using is_transparent = void;
    bool operator()(const Entry& a, const Entry& b) const;
    bool operator()(const Entry& a, const Probe& b) const;
    bool operator()(const Probe& a, const Entry& b) const;
  };
  using Entries = std::set<Entry, EntryLess>;
  struct RecordLess {
    using is_transparent = void;
    bool operator()(const Record* a, const Record* b) const { return a->key < b->key; }
    bool operator()(const Record* a, const ListKey& b) const { return a->key < b; }
    bool operator()(const ListKey& a, const Record* b) const { return a < b->key; }
  };
  // Entries of one column among which are all runs that a condition lets through.
  struct Span {
    const Entries* entries = nullptr;
    Entries::const_iterator begin;
    Entries::const_iterator end;
    std::optional<Value> value;  // that all of them have, so that they are in the order of the list; nothing: several
  };
  using Spans = std::vector<Span>;

  void insert(const Record& record);
  void erase(const Record& record);
  std::optional<Spans> plan(const Filter& filter) const;
  std::optional<Spans> plan_column(const Filter& filter) const;
  static Span span_of_order(const Entries& entries, const Filter& filter);
  static Spans spans_of_prefix(const Entries& entries, const std::string& prefix);
  Spans cheapest(std::vector<Spans> plans) const;
  static std::size_t size_up_to(const Spans& spans, std::size_t limit);
  // All records of the spans once, in the order of the list.
  static std::vector<const Record*> sorted(const Spans& spans);
  // Calls `take` with the records that the filter lets through, in no particular order.
  template <class Take>
  void for_each(const Filter* filter, Take take) const;
  // What follows `after` in the list, until `take` has had enough and returns false.
  template <class Take>
  void scan(const ListKey* after, Take take) const;
  template <class Take>
  static void merge(const Spans& spans, const ListKey* after, Take take);

  Columns columns_;
  std::unordered_map<const Execution*, std::unique_ptr<Record>> records_;
  std::set<const Record*, RecordLess> rows_;
  std::unordered_map<ColumnId, Entries> by_column_;
};

}  // namespace temporalio::timeskip::visibility
