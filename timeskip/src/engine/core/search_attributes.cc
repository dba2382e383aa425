// Names and types of search attributes.
#include "timeskip/src/engine/core/search_attributes.h"

#include <unordered_set>

#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/limits.h"
#include "timeskip/src/engine/core/search_attribute_value.h"

namespace temporalio::timeskip {
namespace {

std::string column_name(enums::IndexedValueType type, std::size_t number) {
  return type_name(type) + std::string(number < 10 ? "0" : "") + std::to_string(number);
}

}  // namespace

const char* type_name(enums::IndexedValueType type) {
  switch (type) {
    case enums::INDEXED_VALUE_TYPE_TEXT:
      return "Text";
    case enums::INDEXED_VALUE_TYPE_KEYWORD:
      return "Keyword";
    case enums::INDEXED_VALUE_TYPE_INT:
      return "Int";
    case enums::INDEXED_VALUE_TYPE_DOUBLE:
      return "Double";
    case enums::INDEXED_VALUE_TYPE_BOOL:
      return "Bool";
    case enums::INDEXED_VALUE_TYPE_DATETIME:
      return "Datetime";
    case enums::INDEXED_VALUE_TYPE_KEYWORD_LIST:
      return "KeywordList";
    default:
      return "Unspecified";
  }
}

const SearchAttributeTypes& predefined_search_attributes() {
  static const auto* const kAttributes =
      new SearchAttributeTypes{{"TemporalChangeVersion", enums::INDEXED_VALUE_TYPE_KEYWORD_LIST},
                               {"BinaryChecksums", enums::INDEXED_VALUE_TYPE_KEYWORD_LIST},
                               {"BuildIds", enums::INDEXED_VALUE_TYPE_KEYWORD_LIST},
                               {"BatcherNamespace", enums::INDEXED_VALUE_TYPE_KEYWORD},
                               {"BatcherUser", enums::INDEXED_VALUE_TYPE_KEYWORD},
                               {"TemporalScheduledStartTime", enums::INDEXED_VALUE_TYPE_DATETIME},
                               {"TemporalScheduledById", enums::INDEXED_VALUE_TYPE_KEYWORD},
                               {"TemporalSchedulePaused", enums::INDEXED_VALUE_TYPE_BOOL},
                               {"TemporalNamespaceDivision", enums::INDEXED_VALUE_TYPE_KEYWORD},
                               {"TemporalPauseInfo", enums::INDEXED_VALUE_TYPE_KEYWORD_LIST},
                               {"TemporalReportedProblems", enums::INDEXED_VALUE_TYPE_KEYWORD_LIST}};
  return *kAttributes;
}

const SearchAttributeTypes& server_search_attributes() {
  static const auto* const kAttributes =
      new SearchAttributeTypes{{"TemporalWorkerDeploymentVersion", enums::INDEXED_VALUE_TYPE_KEYWORD},
                               {"TemporalWorkflowVersioningBehavior", enums::INDEXED_VALUE_TYPE_KEYWORD},
                               {"TemporalWorkerDeployment", enums::INDEXED_VALUE_TYPE_KEYWORD},
                               {"TemporalUsedWorkerDeploymentVersions", enums::INDEXED_VALUE_TYPE_KEYWORD_LIST},
                               {"TemporalExternalPayloadCount", enums::INDEXED_VALUE_TYPE_INT},
                               {"TemporalExternalPayloadSizeBytes", enums::INDEXED_VALUE_TYPE_INT}};
  return *kAttributes;
}

const SearchAttributeTypes& system_search_attributes() {
  static const auto* const kAttributes = new SearchAttributeTypes{
      {"WorkflowId", enums::INDEXED_VALUE_TYPE_KEYWORD},       {"RunId", enums::INDEXED_VALUE_TYPE_KEYWORD},
      {"WorkflowType", enums::INDEXED_VALUE_TYPE_KEYWORD},     {"StartTime", enums::INDEXED_VALUE_TYPE_DATETIME},
      {"ExecutionTime", enums::INDEXED_VALUE_TYPE_DATETIME},   {"CloseTime", enums::INDEXED_VALUE_TYPE_DATETIME},
      {"ExecutionStatus", enums::INDEXED_VALUE_TYPE_KEYWORD},  {"TaskQueue", enums::INDEXED_VALUE_TYPE_KEYWORD},
      {"HistoryLength", enums::INDEXED_VALUE_TYPE_INT},        {"HistorySizeBytes", enums::INDEXED_VALUE_TYPE_INT},
      {"ExecutionDuration", enums::INDEXED_VALUE_TYPE_INT},    {"StateTransitionCount", enums::INDEXED_VALUE_TYPE_INT},
      {"ParentWorkflowId", enums::INDEXED_VALUE_TYPE_KEYWORD}, {"ParentRunId", enums::INDEXED_VALUE_TYPE_KEYWORD},
      {"RootWorkflowId", enums::INDEXED_VALUE_TYPE_KEYWORD},   {"RootRunId", enums::INDEXED_VALUE_TYPE_KEYWORD}};
  return *kAttributes;
}

bool is_reserved_search_attribute(const std::string& name) {
  static const auto* const kFields =
      new std::unordered_set<std::string>{"NamespaceId", "MemoEncoding", "Memo", "VisibilityTaskKey"};
  return name.starts_with("Temporal") || predefined_search_attributes().contains(name) ||
         system_search_attributes().contains(name) || kFields->contains(name);
}

enums::IndexedValueType search_attribute_type(const Namespace& owner, const std::string& name) {
  for (const auto* known : {&owner.search_attributes, &predefined_search_attributes(), &server_search_attributes()}) {
    if (const auto found = known->find(name); found != known->end()) return found->second;
  }
  return enums::INDEXED_VALUE_TYPE_UNSPECIFIED;
}

std::string prepare_search_attributes(const Namespace& owner, commonpb::SearchAttributes& attributes) {
  // The real server looks at the names of all before it looks at the value of one.
  for (const auto& [name, payload] : attributes.indexed_fields()) {
    const bool is_known = system_search_attributes().contains(name) ||
                          search_attribute_type(owner, name) != enums::INDEXED_VALUE_TYPE_UNSPECIFIED;
    if (!is_known) return "Namespace " + owner.name + " has no mapping defined for search attribute " + name;
  }
  if (attributes.indexed_fields().size() > kMaxSearchAttributeKeys) {
    return "number of search attributes " + std::to_string(attributes.indexed_fields().size()) + " exceeds limit " +
           std::to_string(kMaxSearchAttributeKeys);
  }
  for (auto& [name, payload] : *attributes.mutable_indexed_fields()) {
    if (system_search_attributes().contains(name) || server_search_attributes().contains(name)) {
      return name + " attribute can't be set in SearchAttributes";
    }
    const auto type = search_attribute_type(owner, name);
    if (!is_search_attribute_value(payload, type)) {
      return "invalid value for search attribute " + name + " of type " + type_name(type) + ": " + shown_value(payload);
    }
    (*payload.mutable_metadata())["type"] = type_name(type);
  }
  return {};
}

std::size_t column_count(enums::IndexedValueType type) {
  if (type == enums::INDEXED_VALUE_TYPE_UNSPECIFIED) return 0;
  return type == enums::INDEXED_VALUE_TYPE_KEYWORD ? 10 : 3;
}

enums::IndexedValueType column_type(const std::string& column) {
  for (int number = enums::IndexedValueType_MIN; number <= enums::IndexedValueType_MAX; ++number) {
    const auto type = static_cast<enums::IndexedValueType>(number);
    for (std::size_t i = 1; i <= column_count(type); ++i) {
      if (column == column_name(type, i)) return type;
    }
  }
  return enums::INDEXED_VALUE_TYPE_UNSPECIFIED;
}

bool add_search_attribute(Namespace& owner, const std::string& name, enums::IndexedValueType type) {
  if (owner.search_attributes.contains(name)) return true;
  for (std::size_t i = 1; i <= column_count(type); ++i) {
    if (!owner.search_attribute_columns.emplace(column_name(type, i), name).second) continue;
    owner.search_attributes.emplace(name, type);
    return true;
  }
  return false;
}

void remove_search_attribute(Namespace& owner, const std::string& name) {
  owner.search_attributes.erase(name);
  std::erase_if(owner.search_attribute_columns, [&name](const auto& entry) { return entry.second == name; });
}

std::string search_attributes_size_fault(const commonpb::SearchAttributes& attributes) {
  for (const auto& [name, payload] : attributes.indexed_fields()) {
    if (payload.data().size() > kMaxSearchAttributeValueBytes) {
      return "search attribute " + name + " value size " + std::to_string(payload.data().size()) +
             " exceeds size limit " + std::to_string(kMaxSearchAttributeValueBytes);
    }
  }
  if (attributes.ByteSizeLong() > kMaxSearchAttributesBytes) {
    return "total size of search attributes " + std::to_string(attributes.ByteSizeLong()) + " exceeds size limit " +
           std::to_string(kMaxSearchAttributesBytes);
  }
  return {};
}

}  // namespace temporalio::timeskip
