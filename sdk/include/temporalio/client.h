// The client: starts workflows and gives handles to them.
//
//   auto client = client::Client::connect("localhost:7233");
//   auto handle = client.start_workflow<&OneClickBuy::run>(purchase, {.id = "p1", .task_queue = "orders"});
//   PurchaseStatus status = handle.result();
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "temporalio/async_activity_handle.h"
#include "temporalio/detail/call_arguments.h"
#include "temporalio/id_policy.h"
#include "temporalio/option_text.h"
#include "temporalio/retry_policy.h"
#include "temporalio/visibility.h"
#include "temporalio/workflow_handle.h"

namespace temporalio::client {

using temporalio::WorkflowIDReusePolicy;

// What happens when the id is that of a running workflow.
enum class WorkflowIDConflictPolicy {
  unspecified = 0,  // as fail
  fail = 1,         // WorkflowAlreadyStartedError
  use_existing = 2,
  terminate_existing = 3,
};

// `id` and `task_queue` are required: without, the call throws std::invalid_argument.
struct StartWorkflowOptions {
  OptionString id = {};
  OptionString task_queue = {};
  std::optional<Duration> execution_timeout = std::nullopt;  // of the whole chain of runs
  std::optional<Duration> run_timeout = std::nullopt;        // of one run
  std::optional<Duration> task_timeout = std::nullopt;       // of one workflow task; unset: the service's 10 s
  WorkflowIDReusePolicy id_reuse_policy = WorkflowIDReusePolicy::allow_duplicate;
  WorkflowIDConflictPolicy id_conflict_policy = WorkflowIDConflictPolicy::unspecified;
  std::optional<RetryPolicy> retry_policy = std::nullopt;  // unset: a failed run is not tried again
  OptionString cron_schedule = {};
  std::optional<Duration> start_delay = std::nullopt;
  // Set: the workflow gets this signal before it starts, or, when it runs already, just gets it.
  OptionString start_signal = {};
  std::vector<Payload> start_signal_args = {};
  Duration rpc_timeout = Duration::zero();  // of one try of the call; zero: 30 s
};

// TLS of a connection; certificates and keys as PEM text.
struct TLSConfig {
  OptionString server_root_ca_cert = {};  // whom to trust; empty: the roots that this system trusts
  OptionString domain = {};               // the name the server's certificate must have; empty: the target's host
  OptionString client_cert = {};          // for mutual TLS, with its key
  OptionString client_private_key = {};
};

struct ConnectOptions {
  OptionString namespace_ = "default";
  OptionString identity = {};  // shown in histories; empty: process id and host name
  // Sent with every call: keys in lower case, values in printable ASCII (any bytes where the key ends in "-bin").
  std::vector<std::pair<OptionString, OptionString>> rpc_metadata = {};
  Duration connect_timeout = std::chrono::seconds(10);  // how long connect() tries
  // Unset: no TLS, unless there is an api_key. `.tls = client::TLSConfig()` is TLS as the system trusts it.
  std::optional<TLSConfig> tls = std::nullopt;
  // Sent as "authorization: Bearer ...", unless rpc_metadata has that key. Printable ASCII.
  OptionString api_key = {};
};

// Cheap to copy: copies share one connection. May be used by many threads; blocking calls from workflow code or an
// asynchronous activity throw std::logic_error.
class Client {
 public:
  // Connects to a Temporal service, "host:port". Throws std::invalid_argument where `target` is no address, the
  // metadata cannot be sent or what TLS needs does not look like PEM, RPCError where nothing that can be
  // trusted answers in time.
  static Client connect(std::string_view target, const ConnectOptions& options = {});

  // For test environments: a client of what `connection` reaches.
  explicit Client(std::shared_ptr<Connection> connection);

  // Starts a workflow: the arguments of its run, then the options. Throws WorkflowAlreadyStartedError, RPCError.
#define TEMPORALIO_DETAIL_RUNG(Types, Names, Parameters, Arguments)                                    \
  template <auto kRun TEMPORALIO_DETAIL_UNWRAP Types>                                                  \
  auto start_workflow(TEMPORALIO_DETAIL_UNWRAP Parameters const StartWorkflowOptions& options) const { \
    return start<kRun>(options TEMPORALIO_DETAIL_UNWRAP Arguments);                                    \
  }
  TEMPORALIO_DETAIL_LADDER(TEMPORALIO_DETAIL_RUNG)
#undef TEMPORALIO_DETAIL_RUNG
  template <auto kRun, class... U>
    requires(!temporalio::detail::kEndsWith<StartWorkflowOptions, U...>)
  auto start_workflow(U&&...) const {
    return refuse_without_options<kRun, U...>();
  }

  // Starts a workflow by the name of its type, with arguments of any encodable types, for a result of type R:
  // client.start_workflow<int>("Count", 3, {.id = "c1", .task_queue = "q"}).
#define TEMPORALIO_DETAIL_RUNG(Types, Names, Parameters, Arguments)                                                 \
  template <class R = RawValue TEMPORALIO_DETAIL_UNWRAP Types>                                                      \
  WorkflowHandle<R> start_workflow(std::string_view workflow_type,                                                  \
                                   TEMPORALIO_DETAIL_UNWRAP Parameters const StartWorkflowOptions& options) const { \
    return start_by_name<R>(options, workflow_type TEMPORALIO_DETAIL_UNWRAP Arguments);                             \
  }
  TEMPORALIO_DETAIL_LADDER(TEMPORALIO_DETAIL_RUNG)
#undef TEMPORALIO_DETAIL_RUNG
  // The same with encoded arguments.
  UntypedWorkflowHandle start_payloads(std::string_view workflow_type, std::vector<Payload> arguments,
                                       const StartWorkflowOptions& options) const;

  // Starts a workflow and waits for its result; throws as start_workflow and WorkflowHandle::result do.
#define TEMPORALIO_DETAIL_RUNG(Types, Names, Parameters, Arguments)                                      \
  template <auto kRun TEMPORALIO_DETAIL_UNWRAP Types>                                                    \
  auto execute_workflow(TEMPORALIO_DETAIL_UNWRAP Parameters const StartWorkflowOptions& options) const { \
    return start<kRun>(options TEMPORALIO_DETAIL_UNWRAP Arguments).result();                             \
  }
  TEMPORALIO_DETAIL_LADDER(TEMPORALIO_DETAIL_RUNG)
#undef TEMPORALIO_DETAIL_RUNG
  template <auto kRun, class... U>
    requires(!temporalio::detail::kEndsWith<StartWorkflowOptions, U...>)
  auto execute_workflow(U&&...) const {
    return refuse_without_options<kRun, U...>().result();
  }

  // A handle to a workflow that was started elsewhere; nothing is checked. `run_id` empty: the newest run.
  template <class R = RawValue>
  WorkflowHandle<R> get_workflow_handle(std::string_view id, std::string_view run_id = {}) const {
    return WorkflowHandle<R>(connection_, std::string(id), std::string(run_id), std::string());
  }
  template <auto kRun>
  auto get_workflow_handle(std::string_view id, std::string_view run_id = {}) const {
    using Traits = FunctionTraits<decltype(kRun)>;
    return WorkflowHandle<typename Traits::Value, typename Traits::Class>(connection_, std::string(id),
                                                                          std::string(run_id), std::string());
  }

  // The workflow executions that a query finds, and how many there are: see visibility.h. An empty query finds all.
  // Throw RPCError, with INVALID_ARGUMENT where the service does not take the query; a list does so when it is walked
  // through.
  WorkflowExecutions list_workflows(std::string_view query = {}, const ListWorkflowsOptions& options = {}) const;
  WorkflowExecutionCount count_workflows(std::string_view query = {}, Duration rpc_timeout = Duration::zero()) const;

  // A handle to an activity that completes asynchronously (activity::raise_complete_async), by
  // {.task_token = ...} or {.workflow_id = ..., .run_id = ..., .activity_id = ...}; nothing is checked with the
  // service. Throws std::invalid_argument where it is neither.
  AsyncActivityHandle get_async_activity_handle(const AsyncActivityID& id) const {
    return AsyncActivityHandle(connection_, id);
  }

  const std::string& namespace_() const;
  const std::string& identity() const;
  // For workers and test environments.
  const std::shared_ptr<Connection>& connection() const { return connection_; }

 private:
  template <auto kRun, class... U>
  auto start(const StartWorkflowOptions& options, U&&... args) const {
    using Traits = FunctionTraits<decltype(kRun)>;
    return WorkflowHandle<typename Traits::Value, typename Traits::Class>(start_payloads(
        workflow::type_name<kRun>(), detail::encode_arguments_of<kRun>(std::forward<U>(args)...), options));
  }
  template <auto kRun, class... U>
  auto refuse_without_options() const {
    static_assert(
        temporalio::detail::kNever<U...>,
        "temporalio: the options are missing: they come last, as {.id = \"...\", .task_queue = \"...\"}, after "
        "at most eight arguments");
    using Traits = FunctionTraits<decltype(kRun)>;
    return WorkflowHandle<typename Traits::Value, typename Traits::Class>(connection_, std::string(), std::string(),
                                                                          std::string());
  }
  template <class R, class... U>
  WorkflowHandle<R> start_by_name(const StartWorkflowOptions& options, std::string_view workflow_type,
                                  const U&... args) const {
    return WorkflowHandle<R>(start_payloads(workflow_type, to_payloads(args...), options));
  }

  std::shared_ptr<Connection> connection_;
};

}  // namespace temporalio::client
