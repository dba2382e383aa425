// Namespaces, and what the server says about itself.
#include <algorithm>
#include <memory>
#include <vector>

#include "temporal/api/enums/v1/namespace.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/engine/rpc/lookup.h"
#include "timeskip/src/engine/rpc/method.h"

namespace temporalio::timeskip {
namespace {

namespace svc = ::temporal::api::workflowservice::v1;

// The server whose behaviour this one follows.
constexpr const char kServerVersion[] = "1.32.0";

void describe(const Namespace& entry, svc::DescribeNamespaceResponse& response) {
  auto& info = *response.mutable_namespace_info();
  info.set_name(entry.name);
  info.set_id(entry.id);
  info.set_state(enums::NAMESPACE_STATE_REGISTERED);
  info.set_description(entry.description);
  info.set_owner_email(entry.owner_email);
  auto& capabilities = *info.mutable_capabilities();
  capabilities.set_eager_workflow_start(true);
  capabilities.set_worker_poll_complete_on_shutdown(true);
  auto& limits = *info.mutable_limits();
  limits.set_blob_size_limit_error(static_cast<std::int64_t>(kMaxBlobBytes));
  limits.set_memo_size_limit_error(static_cast<std::int64_t>(kMaxBlobBytes));
  limits.set_workflow_task_completion_size_limit_error(kMaxTaskCompletionBytes);
  auto& config = *response.mutable_config();
  set_duration(config.mutable_workflow_execution_retention_ttl(), entry.retention);
  config.mutable_bad_binaries();
  config.set_history_archival_state(enums::ARCHIVAL_STATE_DISABLED);
  config.set_visibility_archival_state(enums::ARCHIVAL_STATE_DISABLED);
  auto& replication = *response.mutable_replication_config();
  replication.set_active_cluster_name("active");
  replication.set_state(enums::REPLICATION_STATE_NORMAL);
  replication.add_clusters()->set_cluster_name("active");
}

Answer describe_namespace(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::DescribeNamespaceRequest>();
  if (request.namespace_().empty() && request.id().empty()) {
    return errors::invalid_argument("Namespace not set on request.");
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
  const auto& retention = request.workflow_execution_retention_period();
  if (!duration_fault(retention).empty() || to_duration(retention) < kMinRetention) {
    return errors::invalid_argument("A minimum retention period of one hour is needed.");
  }
  if (engine.find_namespace(request.namespace_()) != nullptr) {
    return errors::namespace_already_exists(request.namespace_());
  }
  auto entry = std::make_unique<Namespace>();
  entry->name = request.namespace_();
  entry->id = engine.ids.uuid();
  entry->description = request.description();
  entry->owner_email = request.owner_email();
  entry->retention = to_duration(retention);
  engine.namespaces.emplace(entry->name, std::move(entry));
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
  capabilities.set_build_id_based_versioning(true);  // SDKs tell their build only to servers that say so
  return errors::ok();
}

Answer get_cluster_info(Engine& engine, Call& call) {
  auto& response = call.response_as<svc::GetClusterInfoResponse>();
  response.set_server_version(kServerVersion);
  response.set_cluster_id("temporal-test-server-" + std::to_string(engine.server_id));
  response.set_cluster_name("active");
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
      TIMESKIP_WORKFLOW_METHOD(ListNamespaces, list_namespaces),
      TIMESKIP_WORKFLOW_METHOD(GetSystemInfo, get_system_info),
      TIMESKIP_WORKFLOW_METHOD(GetClusterInfo, get_cluster_info),
  };
  return kMethods;
}

}  // namespace temporalio::timeskip
