// GetWorkflowExecutionHistory and its reverse. A waiting reader is a parked call with a cursor; nothing is copied
// before there is something to answer, and then only what is new.
#include "timeskip/src/engine/rpc/history.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "timeskip/src/engine/rpc/lookup.h"
#include "timeskip/src/engine/rpc/method.h"
#include "timeskip/src/engine/run/workflow_task.h"

namespace temporalio::timeskip {
namespace {

namespace svc = ::temporal::api::workflowservice::v1;

constexpr Duration kNewsWait = std::chrono::seconds(20);

std::int64_t page_size(std::int32_t asked) {
  return asked <= 0 ? kMaxHistoryPageSize : std::min<std::int64_t>(asked, kMaxHistoryPageSize);
}

// Appends the events from `first` on, at most `limit` batches of them; returns the first one left out.
std::int64_t copy_batches(const Execution& execution, std::int64_t first, std::int64_t limit, historypb::History* out) {
  const auto& starts = execution.history.batch_starts();
  const auto next_batch = std::upper_bound(starts.begin(), starts.end(), first);
  const bool is_rest = starts.end() - next_batch < limit;
  const std::int64_t end = is_rest ? execution.history.next_event_id() : *(next_batch + (limit - 1));
  for (std::int64_t id = first; id < end; ++id) *out->add_events() = execution.history.event(id);
  return std::max(end, first);
}

std::string page_token(const Engine& engine, const Execution& execution, Token::Kind kind, std::int64_t next) {
  Token token;
  token.kind = kind;
  token.server = engine.server_id;
  token.execution = execution.number;
  token.event_id = next;
  return token.encode();
}

// The run and the place in it that a request names.
struct Cursor {
  Execution* execution = nullptr;
  std::int64_t event_id = 1;
  RpcStatus error;
};

template <class Request>
Cursor find_cursor(Engine& engine, const Request& request, Token::Kind kind) {
  Cursor cursor;
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) {
    cursor.error = owner.error;
    return cursor;
  }
  if (request.next_page_token().empty()) {
    const Found<Execution> found = require_execution(engine, *owner.value, request.execution());
    cursor.execution = found.value;
    cursor.error = found.error;
    if (found.value != nullptr && kind == Token::Kind::kHistoryReverse) {
      cursor.event_id = found.value->history.last_event_id();
    }
    return cursor;
  }
  const auto token = Token::decode(request.next_page_token(), kind);
  if (!token.has_value() || token->server != engine.server_id || token->event_id < 1) {
    cursor.error = errors::invalid_argument("Invalid NextPageToken.");
    return cursor;
  }
  Execution* execution = find_run(engine, token->execution);
  if (execution == nullptr) {  // deleted since
    cursor.error = execution_not_found(request.execution().workflow_id(), request.execution().run_id());
    return cursor;
  }
  const std::string& run_id = request.execution().run_id();
  if (execution->owner != owner.value || execution->workflow_id != request.execution().workflow_id()) {
    cursor.error = execution_not_found(request.execution().workflow_id(), execution->run_id);
    return cursor;
  }
  if (!run_id.empty() && run_id != execution->run_id) {
    cursor.error = errors::invalid_argument("RunId in the request does not match the NextPageToken.");
    return cursor;
  }
  cursor.execution = execution;
  cursor.event_id = token->event_id;
  return cursor;
}

bool wants_close_event(const svc::GetWorkflowExecutionHistoryRequest& request) {
  return request.history_event_filter_type() == enums::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT;
}

// Clients that wait for a close event follow continue-as-new only, unless they say that they know better: to them a
// run with a successor looks as if it had continued as new.
void disguise_as_continued(historypb::HistoryEvent& event) {
  historypb::WorkflowExecutionContinuedAsNewEventAttributes continued;
  if (event.event_type() == enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED) {
    auto& failed = *event.mutable_workflow_execution_failed_event_attributes();
    if (failed.new_execution_run_id().empty()) return;
    continued.set_new_execution_run_id(failed.new_execution_run_id());
    if (failed.has_failure()) *continued.mutable_failure() = std::move(*failed.mutable_failure());
  } else if (event.event_type() == enums::EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT) {
    const auto& timed_out = event.workflow_execution_timed_out_event_attributes();
    if (timed_out.new_execution_run_id().empty()) return;
    continued.set_new_execution_run_id(timed_out.new_execution_run_id());
    auto& failure = *continued.mutable_failure();
    failure.set_message("workflow timeout");
    failure.set_source("Server");
    failure.mutable_timeout_failure_info()->set_timeout_type(enums::TIMEOUT_TYPE_START_TO_CLOSE);
  } else {
    return;
  }
  event.set_event_type(enums::EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW);
  *event.mutable_workflow_execution_continued_as_new_event_attributes() = std::move(continued);
}

void fill_page(const Engine& engine, const Execution& execution, std::int64_t from, Call& call) {
  const auto& request = call.request_as<svc::GetWorkflowExecutionHistoryRequest>();
  auto& response = call.response_as<svc::GetWorkflowExecutionHistoryResponse>();
  const std::int64_t last = execution.history.last_event_id();
  auto* history = response.mutable_history();
  if (wants_close_event(request)) {
    if (!execution.is_running()) {
      auto& event = *history->add_events();
      event = execution.history.event(last);
      if (!call.context.follows_next_run_id) disguise_as_continued(event);
    } else if (request.wait_new_event()) {
      response.set_next_page_token(page_token(engine, execution, Token::Kind::kHistoryPage, from));
    }
    return;
  }
  const std::int64_t next = copy_batches(execution, from, page_size(request.maximum_page_size()), history);
  if (next > last) {
    const bool is_full = execution.history.batch_count(from) == page_size(request.maximum_page_size());
    // The page after the last full one is empty but for them; a reader that waits for news has had them already.
    const bool is_new_to_reader = from <= last || !request.wait_new_event();
    if (is_new_to_reader && !is_full && !call.context.is_for_display) append_transient_events(execution, {}, history);
    if (!is_full && (!execution.is_running() || !request.wait_new_event())) return;
  }
  response.set_next_page_token(page_token(engine, execution, Token::Kind::kHistoryPage, next));
}

bool has_news(const Execution& execution, std::int64_t from, bool close_only) {
  return !execution.is_running() || (!close_only && execution.history.last_event_id() >= from);
}

// Parks the call until the run has written event `from` or later (or its close event), or until it has waited long.
void park(Engine& engine, Execution& execution, std::int64_t from, Call& call) {
  const auto& request = call.request_as<svc::GetWorkflowExecutionHistoryRequest>();
  const auto answer = [&engine, &execution, &call, from] {
    fill_page(engine, execution, from, call);
    engine.answer(call, {});
  };
  const auto place =
      execution.history_waiters.insert(execution.history_waiters.end(), {from, wants_close_event(request), answer});
  call.unpark = [&execution, place] { execution.history_waiters.erase(place); };
  engine.limit_wait(call, kNewsWait, answer);
}

}  // namespace

void fill_task_history(const Engine& engine, const Execution& execution, std::int64_t first, historypb::History* out,
                       std::string* next_page_token) {
  const std::int64_t last = execution.history.last_event_id();
  const std::int64_t next = copy_batches(execution, first, kMaxHistoryPageSize, out);
  if (next <= last) {
    *next_page_token = page_token(engine, execution, Token::Kind::kHistoryPage, next);
  } else {
    append_transient_events(execution, execution.task.started_identity, out);
  }
}

namespace {

Answer get_workflow_execution_history(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::GetWorkflowExecutionHistoryRequest>();
  const Cursor cursor = find_cursor(engine, request, Token::Kind::kHistoryPage);
  if (cursor.execution == nullptr) return cursor.error;
  Execution& execution = *cursor.execution;
  if (!request.wait_new_event() || has_news(execution, cursor.event_id, wants_close_event(request))) {
    fill_page(engine, execution, cursor.event_id, call);
    return errors::ok();
  }
  park(engine, execution, cursor.event_id, call);
  return kParked;
}

Answer get_workflow_execution_history_reverse(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::GetWorkflowExecutionHistoryReverseRequest>();
  auto& response = call.response_as<svc::GetWorkflowExecutionHistoryReverseResponse>();
  const Cursor cursor = find_cursor(engine, request, Token::Kind::kHistoryReverse);
  if (cursor.execution == nullptr) return cursor.error;
  const Execution& execution = *cursor.execution;
  auto* history = response.mutable_history();
  std::int64_t id = std::min(cursor.event_id, execution.history.last_event_id());
  const auto& starts = execution.history.batch_starts();
  const auto after = std::upper_bound(starts.begin(), starts.end(), id);
  const std::int64_t batches = std::min<std::int64_t>(after - starts.begin(), page_size(request.maximum_page_size()));
  const std::int64_t end = batches == 0 ? id + 1 : *(after - batches);
  while (id >= end) *history->add_events() = execution.history.event(id--);
  if (id > 0) response.set_next_page_token(page_token(engine, execution, Token::Kind::kHistoryReverse, id));
  return errors::ok();
}

}  // namespace

std::span<const Method> history_methods() {
  static const Method kMethods[] = {
      TIMESKIP_WORKFLOW_METHOD(GetWorkflowExecutionHistory, get_workflow_execution_history),
      TIMESKIP_WORKFLOW_METHOD(GetWorkflowExecutionHistoryReverse, get_workflow_execution_history_reverse),
  };
  return kMethods;
}

}  // namespace temporalio::timeskip
