// Names and types of search attributes.
#include "timeskip/src/engine/core/search_attributes.h"

#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/limits.h"
#include "timeskip/src/engine/core/search_attribute_value.h"

namespace temporalio::timeskip {
namespace {

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

}  // namespace

CustomSearchAttributes preset_search_attributes() {
  return {{"CustomKeywordField", enums::INDEXED_VALUE_TYPE_KEYWORD},
          {"CustomTextField", enums::INDEXED_VALUE_TYPE_TEXT},
          {"CustomStringField", enums::INDEXED_VALUE_TYPE_TEXT},
          {"CustomIntField", enums::INDEXED_VALUE_TYPE_INT},
          {"CustomDatetimeField", enums::INDEXED_VALUE_TYPE_DATETIME},
          {"CustomDoubleField", enums::INDEXED_VALUE_TYPE_DOUBLE},
          {"CustomBoolField", enums::INDEXED_VALUE_TYPE_BOOL}};
}

const CustomSearchAttributes& predefined_search_attributes() {
  static const auto* const kAttributes =
      new CustomSearchAttributes{{"TemporalChangeVersion", enums::INDEXED_VALUE_TYPE_KEYWORD_LIST},
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

const CustomSearchAttributes& system_search_attributes() {
  static const auto* const kAttributes = new CustomSearchAttributes{
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

std::string prepare_search_attributes(const Namespace& owner, commonpb::SearchAttributes& attributes) {
  if (attributes.indexed_fields().size() > kMaxSearchAttributeKeys) {
    return "number of search attributes " + std::to_string(attributes.indexed_fields().size()) + " exceeds limit " +
           std::to_string(kMaxSearchAttributeKeys);
  }
  for (auto& [name, payload] : *attributes.mutable_indexed_fields()) {
    auto type = enums::INDEXED_VALUE_TYPE_UNSPECIFIED;
    const auto predefined = predefined_search_attributes().find(name);
    if (predefined != predefined_search_attributes().end()) {
      type = predefined->second;
    } else if (const auto custom = owner.search_attributes.find(name); custom != owner.search_attributes.end()) {
      type = custom->second;
    } else if (system_search_attributes().count(name) != 0) {
      return "search attribute " + name + " is set by the server and not by clients";
    } else {
      return "search attribute " + name + " is not defined in namespace " + owner.name;
    }
    if (!is_search_attribute_value(payload, type)) {
      return "invalid value for search attribute " + name + " of type " + type_name(type);
    }
    (*payload.mutable_metadata())["type"] = type_name(type);
  }
  return {};
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
