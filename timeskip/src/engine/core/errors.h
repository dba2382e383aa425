// The gRPC statuses that the engine answers with, and their error-detail messages. RpcStatus::details holds the
// serialised google.rpc.Status, which the service sends as the grpc-status-details-bin trailer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "timeskip/src/engine/core/api.h"
#include "timeskip/src/engine/core/call_context.h"

namespace temporalio::timeskip::errors {

inline constexpr int kOk = 0;
inline constexpr int kCancelled = 1;
inline constexpr int kInvalidArgument = 3;
inline constexpr int kDeadlineExceeded = 4;
inline constexpr int kNotFound = 5;
inline constexpr int kAlreadyExists = 6;
inline constexpr int kPermissionDenied = 7;
inline constexpr int kResourceExhausted = 8;
inline constexpr int kFailedPrecondition = 9;
inline constexpr int kAborted = 10;
inline constexpr int kUnimplemented = 12;

// Cuts the text of a status to what the real server sends, and what every client takes in its trailers.
void cut_text(std::string& text);

inline RpcStatus ok() { return {}; }
inline RpcStatus cancelled() { return {kCancelled, "The caller has gone.", {}}; }
inline RpcStatus failed_precondition(std::string message) { return {kFailedPrecondition, std::move(message), {}}; }
inline RpcStatus unimplemented(std::string message) { return {kUnimplemented, std::move(message), {}}; }
inline RpcStatus deadline_exceeded(std::string message) { return {kDeadlineExceeded, std::move(message), {}}; }
inline RpcStatus invalid_argument(std::string message) { return {kInvalidArgument, std::move(message), {}}; }

// The real server attaches NotFoundFailure to whatever it cannot find.
RpcStatus not_found(std::string message);
// What is asked of a run that has closed.
RpcStatus already_completed();
RpcStatus namespace_not_found(std::string_view name);
RpcStatus namespace_already_exists(std::string_view name);
RpcStatus already_started(std::string message, const std::string& start_request_id, const std::string& run_id,
                          const std::string& first_run_id);
RpcStatus query_failed(std::string message, const failurepb::Failure* failure);
RpcStatus workflow_not_ready(std::string message);
RpcStatus busy_workflow(std::string message);
RpcStatus concurrent_limit(std::string message);
// `reason` is for people; the permission itself is a matter of what this server offers.
RpcStatus permission_denied(std::string message, std::string reason);
// Of a request of several operations, each with its own status; the message is that of the failing one.
RpcStatus multi_operation_failed(const RpcStatus& failed, const std::vector<RpcStatus>& statuses);
RpcStatus multi_operation_aborted();

}  // namespace temporalio::timeskip::errors
