// Namespaces, and what the server says about itself.
#include <algorithm>
#include <memory>
#include <vector>

#include "temporal/api/enums/v1/namespace.pb.h"
#include "temporal/api/operatorservice/v1/request_response.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/engine/core/search_attributes.h"
#include "timeskip/src/engine/rpc/lookup.h"
#include "timeskip/src/engine/rpc/method.h"
#include "timeskip/src/engine/run/lifecycle.h"

namespace temporalio::timeskip {
namespace {

namespace svc = ::temporal::api::workflowservice::v1;
namespace operatorsvc = ::temporal::api::operatorservice::v1;

// The server whose behaviour this one follows.
constexpr const char kServerVersion[] = "1.32.0";
const std::string kClusterName = "active";

template <class Response>
void describe(const Namespace& entry, Response& response) {
  auto& info = *response.mutable_namespace_info();
  info.set_name(entry.name);
  info.set_id(entry.id);
  info.set_state(entry.is_deprecated ? enums::NAMESPACE_STATE_DEPRECATED : enums::NAMESPACE_STATE_REGISTERED);
  info.set_description(entry.description);
  info.set_owner_email(entry.owner_email);
  info.mutable_data()->insert(entry.data.begin(), entry.data.end());
  auto& capabilities = *info.mutable_capabilities();
  capabilities.set_eager_workflow_start(true);
  capabilities.set_sync_update(true);
  capabilities.set_async_update(true);
  capabilities.set_worker_poll_complete_on_shutdown(true);
  auto& limits = *info.mutable_limits();
  limits.set_blob_size_limit_error(static_cast<std::int64_t>(kMaxBlobBytes));
  limits.set_memo_size_limit_error(static_cast<std::int64_t>(kMaxBlobBytes));
  limits.set_workflow_task_completion_size_limit_error(kMaxTaskCompletionBytes);
  auto& config = *response.mutable_config();
  set_duration(config.mutable_workflow_execution_retention_ttl(), entry.retention);
  config.mutable_bad_binaries();
  config.mutable_custom_search_attribute_aliases()->insert(entry.search_attribute_columns.begin(),
                                                           entry.search_attribute_columns.end());
  config.set_history_archival_state(enums::ARCHIVAL_STATE_DISABLED);
  config.set_visibility_archival_state(enums::ARCHIVAL_STATE_DISABLED);
  auto& replication = *response.mutable_replication_config();
  replication.set_active_cluster_name(kClusterName);
  replication.set_state(enums::REPLICATION_STATE_NORMAL);
  replication.add_clusters()->set_cluster_name(kClusterName);
}

std::string retention_fault(const google::protobuf::Duration& retention) {
  const bool is_good = duration_fault(retention).empty() && to_duration(retention) >= kMinRetention;
  return is_good ? std::string() : "A valid retention period is not set on request.";
}

// There is one cluster.
template <class Clusters>
std::string cluster_fault(const std::string& active, const Clusters& clusters) {
  if (!active.empty() && active != kClusterName) return "Invalid cluster name: " + active;
  for (const auto& cluster : clusters) {
    if (cluster.cluster_name() != kClusterName) return "Invalid cluster name: " + cluster.cluster_name();
  }
  return clusters.size() > 1 ? "Invalid local namespace clusters" : std::string();
}

// Columns of search attributes that get a name or, with an empty one, lose it.
std::string column_fault(const Namespace& entry, const google::protobuf::Map<std::string, std::string>& columns) {
  for (const auto& [column, alias] : columns) {
    if (!alias.empty() && entry.search_attribute_columns.contains(column)) {
      return "Custom search attribute field name already allocated.";
    }
  }
  return {};
}

std::string update_fault(const Namespace& entry, const svc::UpdateNamespaceRequest& request) {
  const auto state = request.update_info().state();
  const bool is_undone = entry.is_deprecated && state == enums::NAMESPACE_STATE_REGISTERED;
  if (is_undone || state == enums::NAMESPACE_STATE_DELETED) return "Invalid namespace state update.";
  if (request.config().has_workflow_execution_retention_ttl()) {
    std::string fault = retention_fault(request.config().workflow_execution_retention_ttl());
    if (!fault.empty()) return fault;
  }
  if (std::string fault = column_fault(entry, request.config().custom_search_attribute_aliases()); !fault.empty()) {
    return fault;
  }
  if (!request.delete_bad_binary().empty()) {
    return "Bad binary checksum " + request.delete_bad_binary() + " doesn't exists.";
  }
  const auto& replication = request.replication_config();
  if (std::string fault = cluster_fault(replication.active_cluster_name(), replication.clusters()); !fault.empty()) {
    return fault;
  }
  if (!request.promote_namespace()) return {};
  return "global namespace is not enabled on this cluster, cannot update global namespace or promote local "
         "namespace: " +
         entry.name;
}

void update_columns(Namespace& entry, const google::protobuf::Map<std::string, std::string>& columns) {
  for (const auto& [column, alias] : columns) {
    if (const auto found = entry.search_attribute_columns.find(column); found != entry.search_attribute_columns.end()) {
      remove_search_attribute(entry, std::string(found->second));
    }
    const auto type = column_type(column);
    if (alias.empty() || type == enums::INDEXED_VALUE_TYPE_UNSPECIFIED) continue;
    entry.search_attribute_columns.emplace(column, alias);
    entry.search_attributes.emplace(alias, type);
  }
  if (!columns.empty()) entry.visibility.reset();  // made again with the new types
}

Answer describe_namespace(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::DescribeNamespaceRequest>();
  if (request.namespace_().empty() && request.id().empty()) {
    return errors::invalid_argument("Namespace not set on request.");
  }
  if (!request.namespace_().empty() && !request.id().empty()) {
    return errors::invalid_argument("GetNamespace operation failed.  Both ID and Name specified in request.");
  }
  const Namespace* found = nullptr;
  if (!request.id().empty()) {
    for (const auto& [name, entry] : engine.namespaces) {
      if (entry->id == request.id()) found = entry.get();
    }
  } else {
    found = engine.find_namespace(request.namespace_());
  }
  if (found == nullptr) return errors::namespace_not_found(request.id().empty() ? request.namespace_() : request.id());
  describe(*found, call.response_as<svc::DescribeNamespaceResponse>());
  return errors::ok();
}

Answer register_namespace(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::RegisterNamespaceRequest>();
  if (std::string fault = id_fault("Namespace", request.namespace_()); !fault.empty()) {
    return errors::invalid_argument(fault);
  }
  if (request.is_global_namespace()) {
    return errors::invalid_argument("Cannot register global namespace when not enabled");
  }
  const auto& retention = request.workflow_execution_retention_period();
  if (std::string fault = retention_fault(retention); !fault.empty()) return errors::invalid_argument(fault);
  if (engine.find_namespace(request.namespace_()) != nullptr) {
    return errors::namespace_already_exists(request.namespace_());
  }
  if (std::string fault = cluster_fault(request.active_cluster_name(), request.clusters()); !fault.empty()) {
    return errors::invalid_argument(fault);
  }
  auto entry = std::make_unique<Namespace>();
  entry->name = request.namespace_();
  entry->id = engine.ids.uuid();
  entry->description = request.description();
  entry->owner_email = request.owner_email();
  entry->data.insert(request.data().begin(), request.data().end());
  entry->retention = to_duration(retention);
  engine.namespaces.emplace(entry->name, std::move(entry));
  return errors::ok();
}

Answer update_namespace(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::UpdateNamespaceRequest>();
  const Found<Namespace> found = require_namespace(engine, request.namespace_());
  if (found.value == nullptr) return found.error;
  Namespace& entry = *found.value;
  if (std::string fault = update_fault(entry, request); !fault.empty()) return errors::invalid_argument(fault);
  const auto& info = request.update_info();
  if (!info.description().empty()) entry.description = info.description();
  if (!info.owner_email().empty()) entry.owner_email = info.owner_email();
  for (const auto& [key, value] : info.data()) entry.data[key] = value;
  if (info.state() == enums::NAMESPACE_STATE_DEPRECATED) entry.is_deprecated = true;
  if (request.config().has_workflow_execution_retention_ttl()) {
    entry.retention = to_duration(request.config().workflow_execution_retention_ttl());
  }
  update_columns(entry, request.config().custom_search_attribute_aliases());
  describe(entry, call.response_as<svc::UpdateNamespaceResponse>());
  return errors::ok();
}

Answer deprecate_namespace(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::DeprecateNamespaceRequest>();
  const Found<Namespace> found = require_namespace(engine, request.namespace_());
  if (found.value == nullptr) return found.error;
  found.value->is_deprecated = true;
  return errors::ok();
}

// Nothing of the namespace is left: its polls end, its runs are terminated and forgotten.
void remove_namespace(Engine& engine, Namespace& entry) {
  for (TaskQueues* queues : {&entry.workflow_queues, &entry.activity_queues}) {
    for (auto& [name, queue] : *queues) {
      while (!queue->pollers.empty()) engine.answer(*queue->pollers.front(), errors::namespace_not_found(entry.name));
      std::erase(engine.queues_to_match, queue.get());
    }
  }
  const std::uint32_t end = engine.runs->first + static_cast<std::uint32_t>(engine.runs->all.size());
  for (std::uint32_t number = engine.runs->first; number < end; ++number) {
    Execution* run = find_run(engine, number);
    if (run != nullptr && run->owner == &entry) remove_run(engine, *run);
  }
  engine.namespaces.erase(entry.name);
}

Answer delete_namespace(Engine& engine, Call& call) {
  const auto& request = call.request_as<operatorsvc::DeleteNamespaceRequest>();
  auto& response = call.response_as<operatorsvc::DeleteNamespaceResponse>();
  std::string name = request.namespace_();
  for (const auto& [known, entry] : engine.namespaces) {
    if (name.empty() && !request.namespace_id().empty() && entry->id == request.namespace_id()) name = known;
  }
  if (name == "temporal-system") return errors::failed_precondition("unable to delete system namespace");
  const Found<Namespace> found = require_namespace(engine, name);
  if (found.value == nullptr) return found.error;
  // The name is free at once.
  auto node = engine.namespaces.extract(name);
  Namespace& entry = *node.mapped();
  entry.name += "-deleted-" + entry.id.substr(0, 5);
  node.key() = entry.name;
  engine.namespaces.insert(std::move(node));
  response.set_deleted_namespace(entry.name);
  for (const auto& [id, run] : entry.current) {
    if (run->is_running()) terminate_run(engine, *run, "Delete namespace", nullptr, kServerIdentity);
  }
  engine.after_commit([&engine, &entry] { remove_namespace(engine, entry); });
  return errors::ok();
}

Answer list_namespaces(Engine& engine, Call& call) {
  auto& response = call.response_as<svc::ListNamespacesResponse>();
  std::vector<const Namespace*> sorted;
  sorted.reserve(engine.namespaces.size());
  for (const auto& [name, entry] : engine.namespaces) sorted.push_back(entry.get());
  std::sort(sorted.begin(), sorted.end(), [](const Namespace* a, const Namespace* b) { return a->name < b->name; });
  for (const Namespace* entry : sorted) describe(*entry, *response.add_namespaces());
  return errors::ok();
}

Answer get_system_info(Engine&, Call& call) {
  auto& response = call.response_as<svc::GetSystemInfoResponse>();
  response.set_server_version(kServerVersion);
  auto& capabilities = *response.mutable_capabilities();
  capabilities.set_signal_and_query_header(true);
  capabilities.set_internal_error_differentiation(true);
  capabilities.set_activity_failure_include_heartbeat(true);
  capabilities.set_encoded_failure_attributes(true);
  capabilities.set_upsert_memo(true);
  capabilities.set_eager_workflow_start(true);
  capabilities.set_sdk_metadata(true);
  capabilities.set_count_group_by_execution_status(true);
  capabilities.set_build_id_based_versioning(true);  // SDKs tell their build only to servers that say so
  return errors::ok();
}

Answer get_cluster_info(Engine& engine, Call& call) {
  auto& response = call.response_as<svc::GetClusterInfoResponse>();
  response.set_server_version(kServerVersion);
  response.set_cluster_id("temporal-test-server-" + std::to_string(engine.server_id));
  response.set_cluster_name(kClusterName);
  response.set_history_shard_count(1);
  response.set_persistence_store("memory");
  response.set_visibility_store("memory");
  return errors::ok();
}

}  // namespace

std::span<const Method> namespace_methods() {
  static const Method kMethods[] = {
      TIMESKIP_WORKFLOW_METHOD(DescribeNamespace, describe_namespace),
      TIMESKIP_WORKFLOW_METHOD(RegisterNamespace, register_namespace),
      TIMESKIP_WORKFLOW_METHOD(UpdateNamespace, update_namespace),
      TIMESKIP_WORKFLOW_METHOD(DeprecateNamespace, deprecate_namespace),
      TIMESKIP_OPERATOR_METHOD(DeleteNamespace, delete_namespace),
      TIMESKIP_WORKFLOW_METHOD(ListNamespaces, list_namespaces),
      TIMESKIP_WORKFLOW_METHOD(GetSystemInfo, get_system_info),
      TIMESKIP_WORKFLOW_METHOD(GetClusterInfo, get_cluster_info),
  };
  return kMethods;
}

}  // namespace temporalio::timeskip
