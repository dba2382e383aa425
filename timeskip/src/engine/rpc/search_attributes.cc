// OperatorService: search attributes of a namespace.
#include <map>
#include <string>

#include "temporal/api/operatorservice/v1/request_response.pb.h"

#include "timeskip/src/engine/core/search_attributes.h"
#include "timeskip/src/engine/rpc/lookup.h"
#include "timeskip/src/engine/rpc/method.h"

namespace temporalio::timeskip {
namespace {

namespace svc = ::temporal::api::operatorservice::v1;

// In the order of names, so that which one does not fit does not depend on chance.
using Sorted = std::map<std::string, enums::IndexedValueType>;

std::string too_many(const Namespace& owner, const Sorted& added) {
  std::map<enums::IndexedValueType, std::size_t> used;
  for (const auto& [name, type] : owner.search_attributes) ++used[type];
  for (const auto& [name, type] : added) {
    if (owner.search_attributes.contains(name)) continue;
    if (used[type] >= column_count(type)) {
      return "Unable to create search attributes: cannot have more than " + std::to_string(column_count(type)) +
             " search attribute of type " + type_name(type) + ".";
    }
    ++used[type];
  }
  return {};
}

Answer add_search_attributes(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::AddSearchAttributesRequest>();
  if (request.search_attributes().empty()) return errors::invalid_argument("SearchAttributes are not set on request.");
  Sorted added;
  for (const auto& [name, type] : request.search_attributes()) {
    if (is_reserved_search_attribute(name)) {
      return errors::invalid_argument("Search attribute " + name + " is reserved by system.");
    }
    if (!enums::IndexedValueType_IsValid(type)) {
      return errors::invalid_argument("Unknown search attribute type: " + std::to_string(static_cast<int>(type)) + ".");
    }
    added.emplace(name, static_cast<enums::IndexedValueType>(type));
  }
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  if (std::string fault = too_many(*owner.value, added); !fault.empty()) return errors::invalid_argument(fault);
  for (const auto& [name, type] : added) add_search_attribute(*owner.value, name, type);
  owner.value->visibility.reset();  // made again with the new types
  return errors::ok();
}

Answer remove_search_attributes(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::RemoveSearchAttributesRequest>();
  if (request.search_attributes().empty()) return errors::invalid_argument("SearchAttributes are not set on request.");
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  for (const std::string& name : request.search_attributes()) {
    const bool is_built_in = predefined_search_attributes().contains(name) ||
                             server_search_attributes().contains(name) || system_search_attributes().contains(name);
    if (is_built_in) return errors::invalid_argument("Unable to remove non-custom search attributes: " + name + ".");
  }
  for (const std::string& name : request.search_attributes()) remove_search_attribute(*owner.value, name);
  owner.value->visibility.reset();
  return errors::ok();
}

Answer list_search_attributes(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::ListSearchAttributesRequest>();
  auto& response = call.response_as<svc::ListSearchAttributesResponse>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  for (const auto& [name, type] : owner.value->search_attributes) (*response.mutable_custom_attributes())[name] = type;
  for (const auto* known :
       {&predefined_search_attributes(), &server_search_attributes(), &system_search_attributes()}) {
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
