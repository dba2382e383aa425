// The rules that many requests and commands share: ids, payloads, links. Each returns the text of what is
// wrong; empty when all is well.
#pragma once

#include <string>

#include "timeskip/src/engine/core/api.h"

namespace temporalio::timeskip {

std::string id_fault(const char* field, const std::string& value);
std::string task_queue_fault(const std::string& name);
std::string blob_fault(const commonpb::Payloads& payloads);
std::string memo_fault(const commonpb::Memo& memo);
std::string links_fault(const google::protobuf::RepeatedPtrField<commonpb::Link>& links);

}  // namespace temporalio::timeskip
