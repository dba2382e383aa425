// The client: starts workflows and gives handles to them.
//
//   auto client = client::Client::connect("localhost:7233");
//   auto handle = client.start_workflow<&OneClickBuy::run>(purchase, {.id = "p1", .task_queue = "orders"});
//   PurchaseStatus status = handle.result();
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "temporalio/id_policy.h"
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

// Views are read during the call. `id` and `task_queue` are required: without, the call throws std::invalid_argument.
struct StartWorkflowOptions {
  std::string_view id = {};
  std::string_view task_queue = {};
  std::optional<Duration> execution_timeout = std::nullopt;  // of the whole chain of runs
  std::optional<Duration> run_timeout = std::nullopt;        // of one run
  std::optional<Duration> task_timeout = std::nullopt;       // of one workflow task; unset: the service's 10 s
  WorkflowIDReusePolicy id_reuse_policy = WorkflowIDReusePolicy::allow_duplicate;
  WorkflowIDConflictPolicy id_conflict_policy = WorkflowIDConflictPolicy::unspecified;
  std::optional<RetryPolicy> retry_policy = std::nullopt;  // unset: a failed run is not tried again
  std::string_view cron_schedule = {};
  std::optional<Duration> start_delay = std::nullopt;
  // Set: the workflow gets this signal before it starts, or, when it runs already, just gets it.
  std::string_view start_signal = {};
  std::span<const Payload> start_signal_args = {};
  Duration rpc_timeout = Duration::zero();  // of one try of the call; zero: 30 s
};
static_assert(std::is_aggregate_v<StartWorkflowOptions> && std::is_trivially_destructible_v<StartWorkflowOptions>);

// TLS of a connection; certificates and keys as PEM text. Views are read during the call.
struct TLSConfig {
  std::string_view server_root_ca_cert = {};  // whom to trust; empty: the roots that this system trusts
  std::string_view domain = {};               // the name the server's certificate must have; empty: the target's host
  std::string_view client_cert = {};          // for mutual TLS, with its key
  std::string_view client_private_key = {};
};
static_assert(std::is_aggregate_v<TLSConfig> && std::is_trivially_destructible_v<TLSConfig>);

// Views are read during the call.
struct ConnectOptions {
  std::string_view namespace_ = "default";
  std::string_view identity = {};  // shown in histories; empty: process id and host name
  // Sent with every call: keys in lower case, values in printable ASCII (any bytes where the key ends in "-bin").
  std::span<const std::pair<std::string_view, std::string_view>> rpc_metadata = {};
  Duration connect_timeout = std::chrono::seconds(10);  // how long connect() tries
  // Unset: no TLS, unless there is an api_key. `.tls = client::TLSConfig()` is TLS as the system trusts it.
  std::optional<TLSConfig> tls = std::nullopt;
  // Sent as "authorization: Bearer ...", unless rpc_metadata has that key. Printable ASCII.
  std::string_view api_key = {};
};
static_assert(std::is_trivially_destructible_v<ConnectOptions>);

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
  template <auto kRun>
  auto start_workflow(const StartWorkflowOptions& options) const {
    return start<kRun>(options);
  }
  template <auto kRun, class A>
  auto start_workflow(A&& a, const StartWorkflowOptions& options) const {
    return start<kRun>(options, std::forward<A>(a));
  }
  template <auto kRun, class A, class B>
  auto start_workflow(A&& a, B&& b, const StartWorkflowOptions& options) const {
    return start<kRun>(options, std::forward<A>(a), std::forward<B>(b));
  }
  template <auto kRun, class A, class B, class C>
  auto start_workflow(A&& a, B&& b, C&& c, const StartWorkflowOptions& options) const {
    return start<kRun>(options, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c));
  }
  template <auto kRun, class A, class B, class C, class D>
  auto start_workflow(A&& a, B&& b, C&& c, D&& d, const StartWorkflowOptions& options) const {
    return start<kRun>(options, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c), std::forward<D>(d));
  }
  template <auto kRun, class A, class B, class C, class D, class E>
  auto start_workflow(A&& a, B&& b, C&& c, D&& d, E&& e, const StartWorkflowOptions& options) const {
    return start<kRun>(options, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c), std::forward<D>(d),
                       std::forward<E>(e));
  }

  // Starts a workflow by the name of its type, with arguments of any encodable types, for a result of type R:
  // client.start_workflow<int>("Count", 3, {.id = "c1", .task_queue = "q"}).
  template <class R = RawValue>
  WorkflowHandle<R> start_workflow(std::string_view workflow_type, const StartWorkflowOptions& options) const {
    return WorkflowHandle<R>(start_payloads(workflow_type, {}, options));
  }
  template <class R = RawValue, class A>
  WorkflowHandle<R> start_workflow(std::string_view workflow_type, const A& a,
                                   const StartWorkflowOptions& options) const {
    return WorkflowHandle<R>(start_payloads(workflow_type, to_payloads(a), options));
  }
  template <class R = RawValue, class A, class B>
  WorkflowHandle<R> start_workflow(std::string_view workflow_type, const A& a, const B& b,
                                   const StartWorkflowOptions& options) const {
    return WorkflowHandle<R>(start_payloads(workflow_type, to_payloads(a, b), options));
  }
  // The same with encoded arguments.
  UntypedWorkflowHandle start_payloads(std::string_view workflow_type, std::vector<Payload> arguments,
                                       const StartWorkflowOptions& options) const;

  // Starts a workflow and waits for its result; throws as start_workflow and WorkflowHandle::result do.
  template <auto kRun>
  auto execute_workflow(const StartWorkflowOptions& options) const {
    return start<kRun>(options).result();
  }
  template <auto kRun, class A>
  auto execute_workflow(A&& a, const StartWorkflowOptions& options) const {
    return start<kRun>(options, std::forward<A>(a)).result();
  }
  template <auto kRun, class A, class B>
  auto execute_workflow(A&& a, B&& b, const StartWorkflowOptions& options) const {
    return start<kRun>(options, std::forward<A>(a), std::forward<B>(b)).result();
  }
  template <auto kRun, class A, class B, class C>
  auto execute_workflow(A&& a, B&& b, C&& c, const StartWorkflowOptions& options) const {
    return start<kRun>(options, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c)).result();
  }
  template <auto kRun, class A, class B, class C, class D>
  auto execute_workflow(A&& a, B&& b, C&& c, D&& d, const StartWorkflowOptions& options) const {
    return start<kRun>(options, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c), std::forward<D>(d))
        .result();
  }
  template <auto kRun, class A, class B, class C, class D, class E>
  auto execute_workflow(A&& a, B&& b, C&& c, D&& d, E&& e, const StartWorkflowOptions& options) const {
    return start<kRun>(options, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c), std::forward<D>(d),
                       std::forward<E>(e))
        .result();
  }

  // A handle to a workflow that was started elsewhere; nothing is checked. `run_id` empty: the newest run.
  template <class R = RawValue>
  WorkflowHandle<R> get_workflow_handle(std::string_view id, std::string_view run_id = {}) const {
    return WorkflowHandle<R>(connection_, std::string(id), std::string(run_id), std::string());
  }
  template <auto kRun>
  auto get_workflow_handle(std::string_view id, std::string_view run_id = {}) const {
    return get_workflow_handle<typename FunctionTraits<decltype(kRun)>::Value>(id, run_id);
  }

  // The workflow executions that a query finds, and how many there are: see visibility.h. An empty query finds all.
  // Throw RPCError, with INVALID_ARGUMENT where the service does not take the query; a list does so when it is walked
  // through.
  WorkflowExecutions list_workflows(std::string_view query = {}, const ListWorkflowsOptions& options = {}) const;
  WorkflowExecutionCount count_workflows(std::string_view query = {}, Duration rpc_timeout = Duration::zero()) const;

  const std::string& namespace_() const;
  const std::string& identity() const;
  // For workers and test environments.
  const std::shared_ptr<Connection>& connection() const { return connection_; }

 private:
  template <auto kRun, class... U>
  auto start(const StartWorkflowOptions& options, U&&... args) const {
    using Value = typename FunctionTraits<decltype(kRun)>::Value;
    return WorkflowHandle<Value>(start_payloads(workflow::type_name<kRun>(),
                                                detail::encode_arguments_of<kRun>(std::forward<U>(args)...), options));
  }

  std::shared_ptr<Connection> connection_;
};

}  // namespace temporalio::client
