// The SDK flags of a run: which behaviours the recording SDK had, as its workflow tasks say, and which this one begins
// to use. A flag is written in the task that uses it first; on replay only what was recorded is used.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sdk/src/machines/machine.h"

namespace temporal::api::sdk::v1 {
class WorkflowTaskCompletedMetadata;
}

namespace temporalio::workflow {

// Core's flags, whose meaning this SDK shares.
inline constexpr std::uint32_t kCoreIdAndTypeChecks = 1;
inline constexpr std::uint32_t kCoreUpsertSearchAttributeOnPatch = 2;
inline constexpr std::uint32_t kCoreMoveTerminalCommands = 3;
// Since Core's release in the Python SDK 1.35: says nothing of what this SDK supports. Read, but not written.
inline constexpr std::uint32_t kCoreNexusOperationChecks = 4;
inline constexpr std::uint32_t kLastCoreFlag = kCoreNexusOperationChecks;
// Our own. All jobs of an activation are applied before code runs; one FIFO; the first true condition goes on.
inline constexpr std::uint32_t kLangSingleBatch = 1;
inline constexpr std::uint32_t kLastLangFlag = kLangSingleBatch;
inline constexpr const char* kSdkName = "temporal-cpp";

// Of the Python SDK: all jobs of an activation are applied before code runs, signals and updates not before the others.
inline constexpr std::uint32_t kPythonSingleBatch = 2;

class SdkFlags {
 public:
  // Reads what a WorkflowTaskCompleted says; refuses flags that this release does not know.
  machines::Step read(const machines::HistoryEvent& completed);

  // Whether the history has recorded it.
  bool has_core(std::uint32_t flag) const { return (core_ & bit(flag)) != 0; }
  // Whether the run behaves as the flag says; outside replay it does from now on.
  bool use_core(std::uint32_t flag, bool is_replaying) { return use(flag, is_replaying, core_, new_core_); }
  bool use_lang(std::uint32_t flag, bool is_replaying) { return use(flag, is_replaying, lang_, new_lang_); }
  // Whether this SDK recorded the history; true for a new run.
  bool is_own() const { return is_own_; }
  // Whether the Python SDK recorded it, and with this flag of its own.
  bool is_python() const { return is_python_; }
  bool has_python(std::uint32_t flag) const { return is_python_ && (foreign_ & bit(flag)) != 0; }
  // Of the SDK that recorded the last task that said so; empty: unknown, or a new run.
  const std::string& sdk_name() const { return sdk_name_; }

  // Whether there is something to tell in the task's completion, and what; told once.
  bool has_news() const { return needs_name_ || !new_core_.empty() || !new_lang_.empty(); }
  void tell(temporal::api::sdk::v1::WorkflowTaskCompletedMetadata& metadata);

 private:
  static std::uint64_t bit(std::uint32_t flag) { return std::uint64_t{1} << flag; }
  static bool use(std::uint32_t flag, bool is_replaying, std::uint64_t& known, std::vector<std::uint32_t>& news);

  std::uint64_t core_ = 0;
  std::uint64_t lang_ = 0;
  std::string sdk_name_;
  std::vector<std::uint32_t> new_core_;
  std::vector<std::uint32_t> new_lang_;
  bool needs_name_ = true;
  bool is_own_ = true;
  bool is_python_ = false;
  std::uint64_t foreign_ = 0;  // language flags of another SDK; those that do not fit mean nothing here
};

}  // namespace temporalio::workflow
