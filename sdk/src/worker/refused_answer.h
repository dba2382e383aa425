// What becomes of a task whose answer does not reach the service: what is logged, and whether the task is reported as
// failed instead.
#pragma once

#include <optional>
#include <string>

#include "sdk/src/rpc/service.h"
#include "temporal/api/enums/v1/failed_cause.pb.h"
#include "temporal/api/failure/v1/message.pb.h"
#include "temporalio/log.h"

namespace temporalio::worker {

// How an answer was refused.
//
//   kind         status                                              the task then
//   gone         NOT_FOUND                                           is not this worker's any more: nothing to do
//   overtaken    INVALID_ARGUMENT, "UnhandledCommand"                the service makes another, with the new events
//   unfit        not sent for its form; other INVALID_ARGUMENT       fails, with the text of the refusal
//   too_large    payloads or message above the limits                fails, with a cause that says so
//   forbidden    PERMISSION_DENIED, UNAUTHENTICATED                  times out; the service gives it out again
//   undelivered  anything else, after the client's retries           times out; the service gives it out again
struct RefusedAnswer {
  enum class Kind { gone, overtaken, unfit, too_large, forbidden, undelivered };
  Kind kind = Kind::undelivered;
  LogLevel level = LogLevel::warning;
  std::string text;  // what to log, and what the failure says: "the completion of ... was refused: ..."
  temporal::api::enums::v1::WorkflowTaskFailedCause cause =
      temporal::api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_UNSPECIFIED;

  // The service would take a report that the task has failed.
  bool is_to_be_failed() const { return kind == Kind::unfit || kind == Kind::too_large; }
};

// `answer`: "the completion of a task of workflow W (id ...)".
RefusedAnswer judge_refusal(const std::string& answer, const rpc::Status& status);

// The failure for a task whose answer was refused; its type names the reason.
temporal::api::failure::v1::Failure failure_of(const RefusedAnswer& refused);

// What is left of a failure that was itself refused: its message, cut, and why the rest is missing.
temporal::api::failure::v1::Failure reduced(const temporal::api::failure::v1::Failure& failure,
                                            const RefusedAnswer& refused);

}  // namespace temporalio::worker
