// What a request may hold, whatever carries it: sizes, UTF-8, depth. In process no transport would refuse what a socket
// does, so every connection checks before it sends, and both say the same.
#pragma once

#include <cstddef>
#include <memory>

#include "sdk/src/base/loop.h"
#include "sdk/src/rpc/service.h"

namespace temporalio::rpc {

// The limits of a Temporal service with default settings, in bytes.
inline constexpr std::size_t kMaxRequestBytes = std::size_t{4} << 20;       // of a gRPC message
inline constexpr std::size_t kMaxPayloadBytes = std::size_t{2} << 20;       // of the payloads in one field, or a memo
inline constexpr std::size_t kLargePayloadBytes = std::size_t{512} * 1024;  // from here on a warning is logged

// Replaces what is no UTF-8 in texts for people (failures, reasons, error messages). Returns why `request` cannot be
// sent, with Status::refusal set, or an ok status. Logs payloads that are large.
Status check_request(const char* method, google::protobuf::Message& request);

// Answers requests that check_request() refuses without sending them.
std::shared_ptr<Service> make_checking_service(std::shared_ptr<Service> next, std::shared_ptr<base::Loop> loop);

}  // namespace temporalio::rpc
