// Lists and counts of workflow executions:
//
//   for (const client::WorkflowExecution& run : client.list_workflows("WorkflowType = 'OneClickBuy'")) ...
//   for (const WorkflowHistory& history : client.list_workflows("ExecutionStatus = 'Failed'").map_histories()) ...
//   client.count_workflows("GROUP BY ExecutionStatus").groups
//
// The query language is the service's (Temporal's documentation: List Filter). A query that it does not take is an
// RPCError whose text says what is wrong, and where.
#pragma once

#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "temporalio/duration.h"
#include "temporalio/payload.h"
#include "temporalio/workflow_handle.h"
#include "temporalio/workflow_history.h"

namespace temporalio::client {

class Connection;

struct ListWorkflowsOptions {
  int page_size = 1000;                              // executions fetched with one call; the service's limit is 1000
  std::optional<std::int64_t> limit = std::nullopt;  // of executions in all
  Duration rpc_timeout = Duration::zero();           // of one try of one call; zero: 30 s
};

// What a list shows of one run. A service may show a change a moment later than the run's own description does.
struct WorkflowExecution {
  std::string id;
  std::string run_id;
  std::string workflow_type;
  std::string task_queue;
  WorkflowExecutionStatus status = WorkflowExecutionStatus::unspecified;
  SystemTime start_time{};
  std::optional<SystemTime> execution_time;  // when the first workflow task may start
  std::optional<SystemTime> close_time;
  std::int64_t history_length = 0;  // 0 while the run is open
  std::string parent_id;            // empty: no parent
  std::string parent_run_id;
  std::string root_id;  // of the workflow that began the family of children; itself where there is none
  std::string root_run_id;
  std::map<std::string, Payload> memo;
  std::map<std::string, Payload> search_attributes;
};

struct WorkflowExecutionCount {
  struct Group {
    std::int64_t count = 0;
    std::vector<Payload> values;  // of the attributes that the query groups by
  };
  std::int64_t count = 0;
  std::vector<Group> groups;  // empty without GROUP BY
};

namespace detail {

// Fetches page by page; copies share what has been fetched.
class WorkflowPages {
 public:
  WorkflowPages(std::shared_ptr<Connection> connection, std::string query, const ListWorkflowsOptions& options);
  // The next run, or null at the end. Throws RPCError; std::logic_error where the caller must not wait.
  const WorkflowExecution* next();
  WorkflowHistory fetch_history(const WorkflowExecution& run) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace detail

// The histories of the runs of a list, fetched one after the other as the range is walked through, once.
class WorkflowHistories {
 public:
  explicit WorkflowHistories(detail::WorkflowPages pages) : pages_(std::move(pages)) {}

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = WorkflowHistory;
    using difference_type = std::ptrdiff_t;
    using pointer = const WorkflowHistory*;
    using reference = const WorkflowHistory&;

    explicit Iterator(detail::WorkflowPages* pages) : pages_(pages) { ++*this; }
    reference operator*() const { return *history_; }
    pointer operator->() const { return &*history_; }
    Iterator& operator++();
    bool operator==(std::default_sentinel_t) const { return !history_.has_value(); }

   private:
    detail::WorkflowPages* pages_;
    std::optional<WorkflowHistory> history_;
  };

  Iterator begin() { return Iterator(&pages_); }
  std::default_sentinel_t end() const { return {}; }

 private:
  detail::WorkflowPages pages_;
};

// The runs that a query finds, in the service's order: open ones first, then those that closed last. They are fetched
// as the range is walked through, once; runs that do not change meanwhile are neither missed nor shown twice. Walking
// throws as calls of the client do. Used by one thread at a time.
class WorkflowExecutions {
 public:
  explicit WorkflowExecutions(detail::WorkflowPages pages) : pages_(std::move(pages)) {}

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = WorkflowExecution;
    using difference_type = std::ptrdiff_t;
    using pointer = const WorkflowExecution*;
    using reference = const WorkflowExecution&;

    explicit Iterator(detail::WorkflowPages* pages) : pages_(pages), run_(pages->next()) {}
    reference operator*() const { return *run_; }
    pointer operator->() const { return run_; }
    Iterator& operator++() {
      run_ = pages_->next();
      return *this;
    }
    bool operator==(std::default_sentinel_t) const { return run_ == nullptr; }

   private:
    detail::WorkflowPages* pages_;
    const WorkflowExecution* run_;
  };

  Iterator begin() { return Iterator(&pages_); }
  std::default_sentinel_t end() const { return {}; }

  // The history of each run, for a replayer. Takes the place of walking through the runs themselves.
  WorkflowHistories map_histories() { return WorkflowHistories(pages_); }

 private:
  detail::WorkflowPages pages_;
};

}  // namespace temporalio::client
