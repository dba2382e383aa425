// Shared checks of fields.
#include "timeskip/src/engine/core/validation.h"

#include "timeskip/src/engine/core/limits.h"

namespace temporalio::timeskip {

std::string id_fault(const char* field, const std::string& value) {
  if (value.empty()) return std::string(field) + " is not set on request.";
  if (value.size() > kMaxIdLength) return std::string(field) + " length exceeds limit.";
  return {};
}

std::string task_queue_fault(const std::string& name) {
  if (name.empty()) return "missing task queue name";
  if (name.size() > kMaxIdLength) return "taskQueue length exceeds limit";
  if (name.rfind("/_sys/", 0) == 0) return "task queue name cannot start with reserved prefix /_sys/";
  return {};
}

std::string blob_fault(const commonpb::Payloads& payloads) {
  return payloads.ByteSizeLong() > kMaxBlobBytes ? "Blob data size exceeds limit." : std::string();
}

std::string memo_fault(const commonpb::Memo& memo) {
  return memo.ByteSizeLong() > kMaxBlobBytes ? "Memo size exceeds limit." : std::string();
}

std::string links_fault(const google::protobuf::RepeatedPtrField<commonpb::Link>& links) {
  if (links.size() > kMaxLinks) return "cannot attach more than " + std::to_string(kMaxLinks) + " links per request";
  for (const auto& link : links) {
    if (link.ByteSizeLong() > kMaxLinkBytes) {
      return "link exceeds the size limit of " + std::to_string(kMaxLinkBytes) + " bytes";
    }
  }
  return {};
}

}  // namespace temporalio::timeskip
