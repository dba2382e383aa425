// What a server accepts at most: the defaults of the real server, in one place.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "timeskip/src/clock/timer_queue.h"

namespace temporalio::timeskip {

// ---- Fields of requests and commands ----------------------------------------------------------------------------

inline constexpr std::size_t kMaxIdLength = 1000;
// Of the payloads in one field; a memo may be as large.
inline constexpr std::size_t kMaxBlobBytes = std::size_t{2} << 20;
inline constexpr std::size_t kMaxFairnessKeyBytes = 64;
inline constexpr int kMaxLinks = 10;
inline constexpr std::size_t kMaxLinkBytes = 4000;
inline constexpr std::size_t kMaxSummaryBytes = 400;
inline constexpr std::size_t kMaxDetailsBytes = 20000;
inline constexpr int kMaxSearchAttributeKeys = 100;
inline constexpr std::size_t kMaxSearchAttributeValueBytes = std::size_t{2} << 10;
inline constexpr std::size_t kMaxSearchAttributesBytes = std::size_t{40} << 10;

// ---- A run ------------------------------------------------------------------------------------------------------

inline constexpr std::int64_t kMaxHistoryBytes = std::int64_t{50} << 20;
inline constexpr std::int64_t kMaxHistoryEvents = 51'200;
inline constexpr std::int64_t kMaxPendingActivities = 2000;
inline constexpr std::int64_t kMaxPendingChildren = 2000;
inline constexpr std::int64_t kMaxPendingSignals = 2000;         // to external workflows
inline constexpr std::int64_t kMaxPendingCancelRequests = 2000;  // of external workflows
inline constexpr std::size_t kMaxSignals = 10000;
inline constexpr std::size_t kMaxBufferedEvents = 100;
inline constexpr std::size_t kMaxBufferedBytes = std::size_t{2} << 20;
inline constexpr std::size_t kMaxBufferedQueries = 1;
inline constexpr std::size_t kMaxInFlightUpdates = 10;
inline constexpr std::size_t kMaxInFlightUpdateBytes = std::size_t{20} << 20;
inline constexpr std::size_t kMaxUpdates = 2000;  // completed ones included
// From this attempt on a workflow task counts as failing: queries and updates are refused.
inline constexpr std::int32_t kFailingTaskAttempts = 3;
inline constexpr std::size_t kMaxBuilds = 20;  // that a run remembers; the real server's limit of reset points

// Of a failure that is kept while the activity is retried.
inline constexpr std::size_t kMaxKeptFailureBytes = std::size_t{4} << 10;
// Of a failure that is kept as the cause of the one that replaces it.
inline constexpr std::size_t kMaxReplacedFailureBytes = std::size_t{512} << 10;

// ---- Workflow tasks and pages of history ------------------------------------------------------------------------

// How long a workflow task may run when the starter does not say, and at most.
inline constexpr Duration kDefaultTaskTimeout = std::chrono::seconds(10);
inline constexpr Duration kMaxTaskTimeout = std::chrono::seconds(120);
// How long a worker may keep a workflow task alive by heartbeats without any command.
inline constexpr Duration kMaxHeartbeatChain = std::chrono::minutes(30);
inline constexpr std::int64_t kMaxTaskCompletionBytes = std::int64_t{40} << 20;
inline constexpr std::int64_t kMaxHistoryPageSize = 256;
// From here on a worker is told to continue as new.
inline constexpr std::int64_t kSuggestContinueAsNewBytes = std::int64_t{4} << 20;
inline constexpr std::int64_t kSuggestContinueAsNewEvents = 4096;

// Who the server is in what it writes on its own.
inline constexpr const char kServerIdentity[] = "history-service";

// ---- Namespaces -------------------------------------------------------------------------------------------------

inline constexpr Duration kMinRetention = std::chrono::hours(1);

}  // namespace temporalio::timeskip
