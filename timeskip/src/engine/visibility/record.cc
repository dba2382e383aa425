// From a run to the values that queries compare.
#include "timeskip/src/engine/visibility/record.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/search_attribute_value.h"
#include "timeskip/src/engine/run/lifecycle.h"
#include "timeskip/src/engine/visibility/query_filter.h"

namespace temporalio::timeskip::visibility {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kNanosPerMicro = 1000;

std::int64_t nanos(Time time) { return time.time_since_epoch().count(); }

// Collects the cells of one record.
class Writer {
 public:
  Writer(Record& record, Columns& columns) : record_(record), columns_(columns) {}

  void add(const std::string& column, Value value) {
    record_.cells.push_back({columns_.id_of(column), std::move(value)});
  }
  void add_text(const std::string& column, const std::string& text) {
    if (!text.empty()) add(column, text);
  }
  void add_time(const std::string& column, Time time) { add(column, nanos(time) / kNanosPerMicro); }

 private:
  Record& record_;
  Columns& columns_;
};

void write_item(Writer& writer, const std::string& name, enums::IndexedValueType type, const Json& item) {
  if (item.is_boolean()) return writer.add(name, std::int64_t{item.get<bool>() ? 1 : 0});
  if (item.is_number_integer()) return writer.add(name, item.get<std::int64_t>());
  if (item.is_number()) return writer.add(name, item.get<double>());
  if (!item.is_string()) return;
  const auto& text = item.get_ref<const std::string&>();
  if (type == enums::INDEXED_VALUE_TYPE_DATETIME) {
    if (const auto micros = parse_datetime_micros(text)) writer.add(name, *micros);
  } else if (type == enums::INDEXED_VALUE_TYPE_TEXT) {
    for (std::string& word : words_of(text)) writer.add(name, std::move(word));
  } else if (type == enums::INDEXED_VALUE_TYPE_KEYWORD_LIST) {
    writer.add(name, lower_case(text));
  } else {
    writer.add(name, text);
  }
}

void write_search_attributes(Writer& writer, const Execution& run) {
  for (const auto& [name, payload] : run.search_attributes.indexed_fields()) {
    const auto type = search_attribute_type(*run.owner, name);
    if (type == enums::INDEXED_VALUE_TYPE_UNSPECIFIED) continue;  // removed from the namespace since
    const Json value = Json::parse(payload.data(), nullptr, /*allow_exceptions=*/false);
    if (!value.is_array()) {
      write_item(writer, name, type, value);
    } else {
      for (const Json& item : value) write_item(writer, name, type, item);
    }
  }
}

void write_relatives(Writer& writer, const Execution& run) {
  const auto& started = run.history.event(1).workflow_execution_started_event_attributes();
  writer.add_text("ParentWorkflowId", started.parent_workflow_execution().workflow_id());
  writer.add_text("ParentRunId", started.parent_workflow_execution().run_id());
  const commonpb::WorkflowExecution root = root_of(run);
  writer.add_text("RootWorkflowId", root.workflow_id());
  writer.add_text("RootRunId", root.run_id());
}

}  // namespace

bool ListKey::operator<(const ListKey& other) const {
  if (close_nanos != other.close_nanos) return close_nanos > other.close_nanos;
  if (start_nanos != other.start_nanos) return start_nanos > other.start_nanos;
  return run_id < other.run_id;
}

std::span<const Cell> Record::of(ColumnId column) const {
  const auto found = std::equal_range(cells.begin(), cells.end(), Cell{column, {}},
                                      [](const Cell& a, const Cell& b) { return a.column < b.column; });
  return {found.first, found.second};
}

Record make_record(Execution& run, Columns& columns) {
  Record record;
  record.run = &run;
  record.key = {std::numeric_limits<std::int64_t>::max(), nanos(run.start_time), run.run_id};
  Writer writer(record, columns);
  writer.add("WorkflowId", run.workflow_id);
  writer.add("RunId", run.run_id);
  writer.add("WorkflowType", run.workflow_type);
  writer.add("TaskQueue", run.task_queue);
  writer.add("ExecutionStatus", std::int64_t{run.status});
  writer.add_time("StartTime", run.start_time);
  writer.add_time("ExecutionTime", run.execution_time);
  if (run.close_time.has_value()) {
    record.key.close_nanos = nanos(*run.close_time);
    writer.add_time("CloseTime", *run.close_time);
    writer.add("ExecutionDuration", (*run.close_time - run.execution_time).count());
    writer.add("HistoryLength", run.history.last_event_id());
    writer.add("HistorySizeBytes", run.history.size_in_bytes());
    writer.add("StateTransitionCount", run.transactions());
  }
  write_relatives(writer, run);
  write_search_attributes(writer, run);
  std::stable_sort(record.cells.begin(), record.cells.end(),
                   [](const Cell& a, const Cell& b) { return a.column < b.column; });
  record.cells.shrink_to_fit();
  return record;
}

}  // namespace temporalio::timeskip::visibility
