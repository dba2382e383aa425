// OperatorService, as far as tests need it: search attributes of a namespace.
#include "temporal/api/operatorservice/v1/request_response.pb.h"

#include "timeskip/src/engine/core/search_attributes.h"
#include "timeskip/src/engine/rpc/lookup.h"
#include "timeskip/src/engine/rpc/method.h"

namespace temporalio::timeskip {
namespace {

namespace svc = ::temporal::api::operatorservice::v1;

bool is_reserved(const std::string& name) {
  return name.rfind("Temporal", 0) == 0 || predefined_search_attributes().count(name) != 0 ||
         system_search_attributes().count(name) != 0;
}

Answer add_search_attributes(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::AddSearchAttributesRequest>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  if (request.search_attributes().empty()) return errors::invalid_argument("SearchAttributes are not set on request.");
  for (const auto& [name, type] : request.search_attributes()) {
    if (is_reserved(name)) return errors::invalid_argument("Search attribute " + name + " is reserved by system.");
    if (!enums::IndexedValueType_IsValid(type) || type == enums::INDEXED_VALUE_TYPE_UNSPECIFIED) {
      return errors::invalid_argument("Unknown search attribute type of " + name + ".");
    }
  }
  for (const auto& [name, type] : request.search_attributes()) {
    owner.value->search_attributes.emplace(name, static_cast<enums::IndexedValueType>(type));
  }
  return errors::ok();
}

Answer remove_search_attributes(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::RemoveSearchAttributesRequest>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  if (request.search_attributes().empty()) return errors::invalid_argument("SearchAttributes are not set on request.");
  for (const std::string& name : request.search_attributes()) {
    if (is_reserved(name))
      return errors::invalid_argument("Unable to remove non-custom search attribute " + name + ".");
  }
  for (const std::string& name : request.search_attributes()) owner.value->search_attributes.erase(name);
  return errors::ok();
}

Answer list_search_attributes(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::ListSearchAttributesRequest>();
  auto& response = call.response_as<svc::ListSearchAttributesResponse>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  for (const auto& [name, type] : owner.value->search_attributes) (*response.mutable_custom_attributes())[name] = type;
  for (const auto* known : {&predefined_search_attributes(), &system_search_attributes()}) {
    for (const auto& [name, type] : *known) (*response.mutable_system_attributes())[name] = type;
  }
  return errors::ok();
}

}  // namespace

std::span<const Method> search_attribute_methods() {
  static const Method kMethods[] = {
      TIMESKIP_OPERATOR_METHOD(AddSearchAttributes, add_search_attributes),
      TIMESKIP_OPERATOR_METHOD(RemoveSearchAttributes, remove_search_attributes),
      TIMESKIP_OPERATOR_METHOD(ListSearchAttributes, list_search_attributes),
  };
  return kMethods;
}

}  // namespace temporalio::timeskip
