// How a query finds its runs: by the entries of the condition that lets the fewest through, or, where none has an index
// that helps, by going through the list.
#include "timeskip/src/engine/visibility/index.h"

#include <algorithm>
#include <cmath>
#include <queue>

#include "timeskip/src/engine/visibility/filter_match.h"

namespace temporalio::timeskip::visibility {
namespace {

// The text in all mixtures of small and capital letters.
std::vector<std::string> spellings(const std::string& text) {
  std::vector<std::string> all = {lower_case(text)};
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char letter = all.front()[i];
    if (letter < 'a' || letter > 'z') continue;
    for (std::size_t count = all.size(); count > 0; --count) {
      std::string other = all[count - 1];
      other[i] = static_cast<char>(letter - 'a' + 'A');
      all.push_back(std::move(other));
    }
  }
  return all;
}

}  // namespace

bool Index::EntryLess::operator()(const Entry& a, const Entry& b) const {
  const auto order = compare(*a.value, *b.value);
  if (order != 0) return order < 0;
  if (a.record == b.record) return a.value < b.value;  // the same item twice in one list
  return a.record->key < b.record->key;
}

bool Index::EntryLess::operator()(const Entry& a, const Probe& b) const {
  const auto order = compare(*a.value, *b.value);
  if (order != 0) return order < 0;
  return b.is_past || (b.key != nullptr && a.record->key < *b.key);
}

bool Index::EntryLess::operator()(const Probe& a, const Entry& b) const {
  const auto order = compare(*a.value, *b.value);
  if (order != 0) return order < 0;
  return !a.is_past && (a.key == nullptr || *a.key < b.record->key);
}

void Index::insert(const Record& record) {
  rows_.insert(&record);
  for (const Cell& cell : record.cells) by_column_[cell.column].insert({&cell.value, &record});
}

void Index::erase(const Record& record) {
  for (const Cell& cell : record.cells) by_column_[cell.column].erase({&cell.value, &record});
  rows_.erase(&record);
}

void Index::run_changed(Execution& run) {
  std::unique_ptr<Record>& record = records_[&run];
  if (record != nullptr) erase(*record);
  record = std::make_unique<Record>(make_record(run, columns_));
  insert(*record);
}

void Index::run_removed(const Execution& run) {
  const auto found = records_.find(&run);
  if (found == records_.end()) return;
  erase(*found->second);
  records_.erase(found);
}

// The entries with a value that a condition of order takes.
Index::Span Index::span_of_order(const Entries& entries, const Filter& filter) {
  const Value& first = filter.values.front();
  const auto from = entries.lower_bound(Probe{&first});
  const auto past = [&entries](const Value& value) { return entries.lower_bound(Probe{&value, nullptr, true}); };
  if (filter.kind == Filter::Kind::kRange) {
    const bool is_empty = compare(first, filter.values[1]) > 0;
    return {&entries, from, is_empty ? from : past(filter.values[1]), {}};
  }
  switch (filter.order) {
    case Filter::Order::kLess:
      return {&entries, entries.begin(), from, {}};
    case Filter::Order::kLessOrEqual:
      return {&entries, entries.begin(), past(first), {}};
    case Filter::Order::kGreater:
      return {&entries, past(first), entries.end(), {}};
    case Filter::Order::kGreaterOrEqual:
      return {&entries, from, entries.end(), {}};
    default:
      return {&entries, from, past(first), first};
  }
}

// Prefixes compare without regard to case: one span for each way to write the first letters.
Index::Spans Index::spans_of_prefix(const Entries& entries, const std::string& prefix) {
  constexpr std::size_t kLetters = 4;
  Spans spans;
  for (const std::string& spelling : spellings(prefix.substr(0, kLetters))) {
    std::string next = spelling;  // the first text behind all that begin with it
    while (!next.empty() && static_cast<unsigned char>(next.back()) == 0xFF) next.pop_back();
    if (!next.empty()) next.back() = static_cast<char>(next.back() + 1);
    const Value from(spelling);
    const Value to(next);
    const auto end = next.empty() ? entries.end() : entries.lower_bound(Probe{&to});
    spans.push_back({&entries, entries.lower_bound(Probe{&from}), end, {}});
  }
  return spans;
}

std::optional<Index::Spans> Index::plan_column(const Filter& filter) const {
  const auto found = by_column_.find(filter.column.id);
  if (found == by_column_.end()) return Spans();  // no run has the attribute
  const Entries& entries = found->second;
  if (filter.kind == Filter::Kind::kStartsWith) {
    return spans_of_prefix(entries, std::get<std::string>(filter.values.front()));
  }
  if (filter.kind != Filter::Kind::kIn) return Spans{span_of_order(entries, filter)};
  Spans spans;
  Filter one;
  one.kind = Filter::Kind::kCompare;
  for (const Value& value : filter.values) {
    if (filter.column.type == enums::INDEXED_VALUE_TYPE_TEXT) {  // a phrase: what has its first word may match
      const std::vector<std::string> words = words_of(std::get<std::string>(value));
      if (words.empty()) continue;
      one.values = {words.front()};
    } else {
      one.values = {value};
    }
    spans.push_back(span_of_order(entries, one));
  }
  return spans;
}

// Where the runs are that the filter lets through; nothing when no index narrows them down.
std::optional<Index::Spans> Index::plan(const Filter& filter) const {
  switch (filter.kind) {
    case Filter::Kind::kNot:
    case Filter::Kind::kIsNull:
      return std::nullopt;
    case Filter::Kind::kAnd:
    case Filter::Kind::kOr: {
      std::vector<Spans> plans;
      for (const FilterPtr& child : filter.children) {
        if (auto found = plan(*child)) plans.push_back(std::move(*found));
      }
      if (filter.kind == Filter::Kind::kAnd) {
        return plans.empty() ? std::nullopt : std::optional(cheapest(std::move(plans)));
      }
      if (plans.size() != filter.children.size()) return std::nullopt;
      Spans spans;
      for (Spans& plan : plans) std::move(plan.begin(), plan.end(), std::back_inserter(spans));
      return spans;
    }
    default:
      return plan_column(filter);
  }
}

std::size_t Index::size_up_to(const Spans& spans, std::size_t limit) {
  std::size_t size = 0;
  for (const Span& span : spans) {
    for (auto it = span.begin; it != span.end && size < limit; ++it) ++size;
  }
  return size;
}

// Counts all of them in ever longer steps, so that finding the smallest costs no more than a few times its size.
Index::Spans Index::cheapest(std::vector<Spans> plans) const {
  constexpr std::size_t kFirstStep = 16;
  if (plans.size() == 1) return std::move(plans.front());
  for (std::size_t limit = kFirstStep;; limit *= 4) {
    for (Spans& spans : plans) {
      if (size_up_to(spans, limit) < limit || limit > rows_.size()) return std::move(spans);
    }
  }
}

std::vector<const Record*> Index::sorted(const Spans& spans) {
  std::vector<const Record*> records;
  for (const Span& span : spans) {
    for (auto it = span.begin; it != span.end; ++it) records.push_back(it->record);
  }
  std::sort(records.begin(), records.end(), [](const Record* a, const Record* b) { return a->key < b->key; });
  records.erase(std::unique(records.begin(), records.end()), records.end());
  return records;
}

template <class Take>
void Index::for_each(const Filter* filter, Take take) const {
  const auto take_if = [&](const Record& record) {
    if (filter == nullptr || matches(*filter, record)) take(record);
  };
  const std::optional<Spans> spans = filter == nullptr ? std::nullopt : plan(*filter);
  if (!spans.has_value()) {
    for (const Record* record : rows_) take_if(*record);
  } else if (spans->size() == 1) {  // each run once, but for items that a list has twice
    const Record* last = nullptr;
    for (auto it = spans->front().begin; it != spans->front().end; ++it) {
      if (it->record != last) take_if(*it->record);
      last = it->record;
    }
  } else {
    for (const Record* record : sorted(*spans)) take_if(*record);
  }
}

template <class Take>
void Index::scan(const ListKey* after, Take take) const {
  for (auto it = after == nullptr ? rows_.begin() : rows_.upper_bound(*after); it != rows_.end(); ++it) {
    if (!take(**it)) return;
  }
}

// Several spans, each in the order of the list, as one.
template <class Take>
void Index::merge(const Spans& spans, const ListKey* after, Take take) {
  struct Cursor {
    Entries::const_iterator at;
    Entries::const_iterator end;
  };
  const auto is_later = [](const Cursor& a, const Cursor& b) { return b.at->record->key < a.at->record->key; };
  std::priority_queue<Cursor, std::vector<Cursor>, decltype(is_later)> cursors(is_later);
  for (const Span& span : spans) {
    const auto begin = after == nullptr ? span.begin : span.entries->lower_bound(Probe{&*span.value, after});
    if (begin != span.end) cursors.push({begin, span.end});
  }
  const Record* last = nullptr;
  while (!cursors.empty()) {
    Cursor next = cursors.top();
    cursors.pop();
    const Record* record = next.at->record;
    const bool is_new = record != last && (after == nullptr || *after < record->key);
    last = record;
    if (is_new && !take(*record)) return;
    if (++next.at != next.end) cursors.push(next);
  }
}

Index::Page Index::list(Filter* filter, std::size_t page_size, const std::optional<Place>& after) {
  Page page;
  if (filter != nullptr) bind_columns(*filter, columns_);
  const auto take = [&](const Record& record) {
    if (filter != nullptr && !matches(*filter, record)) return true;
    page.runs.push_back(record.run);
    if (page.runs.size() < page_size) return true;
    page.next = Place{record.key.close_nanos, record.key.start_nanos, record.run->run_id};
    return false;
  };
  ListKey key;
  if (after.has_value()) key = {after->close_nanos, after->start_nanos, after->run_id};
  const ListKey* from = after.has_value() ? &key : nullptr;
  const std::optional<Spans> spans = filter == nullptr ? std::nullopt : plan(*filter);
  if (!spans.has_value()) {
    scan(from, take);
    return page;
  }
  if (std::all_of(spans->begin(), spans->end(), [](const Span& span) { return span.value.has_value(); })) {
    merge(*spans, from, take);
    return page;
  }
  // Sorting what a range lets through costs its size; going through the list costs what lies between two hits, for each
  // run of the page. Below this size sorting is cheaper.
  const double worth_sorting = std::sqrt(static_cast<double>(rows_.size()) * static_cast<double>(page_size));
  if (static_cast<double>(size_up_to(*spans, static_cast<std::size_t>(worth_sorting) + 1)) > worth_sorting) {
    scan(from, take);
    return page;
  }
  for (const Record* record : sorted(*spans)) {
    if (from != nullptr && !(*from < record->key)) continue;
    if (!take(*record)) break;
  }
  return page;
}

std::int64_t Index::count(Filter* filter) {
  std::int64_t count = 0;
  if (filter != nullptr) bind_columns(*filter, columns_);
  for_each(filter, [&count](const Record&) { ++count; });
  return count;
}

Index::Groups Index::count_groups(Filter* filter, const Column& column) {
  const auto less = [](const std::optional<Value>& a, const std::optional<Value>& b) {
    if (!a.has_value() || !b.has_value()) return !a.has_value() && b.has_value();
    return compare(*a, *b) < 0;
  };
  std::map<std::optional<Value>, std::int64_t, decltype(less)> counts(less);
  const ColumnId id = columns_.id_of(column.name);
  if (filter != nullptr) bind_columns(*filter, columns_);
  for_each(filter, [&](const Record& record) {
    const auto cells = record.of(id);
    ++counts[cells.empty() ? std::optional<Value>() : cells.front().value];
  });
  return {counts.begin(), counts.end()};
}

}  // namespace temporalio::timeskip::visibility
