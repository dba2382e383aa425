#include "sdk/src/workflow/sdk_flags.h"

#include "temporal/api/history/v1/message.pb.h"
#include "temporal/api/sdk/v1/task_complete_metadata.pb.h"

namespace temporalio::workflow {

using machines::Step;

machines::Step SdkFlags::read(const machines::HistoryEvent& completed) {
  const auto& attributes = completed.workflow_task_completed_event_attributes();
  const auto& metadata = attributes.sdk_metadata();
  if (!metadata.sdk_name().empty()) sdk_name_ = metadata.sdk_name();
  is_own_ = sdk_name_ == kSdkName;
  is_python_ = sdk_name_ == "temporal-python";
  if (!attributes.has_sdk_metadata()) return Step::accept();
  const auto refuse = [&](const char* kind, std::uint32_t flag) {
    return Step::bad_history(machines::event_name(completed) + " was recorded with " + kind + " flag " +
                             std::to_string(flag) +
                             ", which this version of the SDK does not know; replay it with a newer one");
  };
  for (const std::uint32_t flag : metadata.core_used_flags()) {
    if (flag == 0 || flag > kLastCoreFlag) return refuse("core", flag);
    core_ |= bit(flag);
  }
  if (!is_own_) {  // the numbers mean something else in every SDK
    for (const std::uint32_t flag : metadata.lang_used_flags()) {
      if (flag < 64) foreign_ |= bit(flag);
    }
    return Step::accept();
  }
  needs_name_ = false;
  for (const std::uint32_t flag : metadata.lang_used_flags()) {
    if (flag == 0 || flag > kLastLangFlag) return refuse("language", flag);
    lang_ |= bit(flag);
  }
  return Step::accept();
}

bool SdkFlags::use(std::uint32_t flag, bool is_replaying, std::uint64_t& known, std::vector<std::uint32_t>& news) {
  if ((known & bit(flag)) != 0) return true;
  if (is_replaying) return false;
  known |= bit(flag);
  news.push_back(flag);
  return true;
}

void SdkFlags::tell(temporal::api::sdk::v1::WorkflowTaskCompletedMetadata& metadata) {
  for (const std::uint32_t flag : new_core_) metadata.add_core_used_flags(flag);
  for (const std::uint32_t flag : new_lang_) metadata.add_lang_used_flags(flag);
  new_core_.clear();
  new_lang_.clear();
  if (needs_name_) {
    metadata.set_sdk_name(kSdkName);
    metadata.set_sdk_version(TEMPORALIO_VERSION);
  }
  needs_name_ = false;
}

}  // namespace temporalio::workflow
