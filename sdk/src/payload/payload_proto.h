// Payloads as messages of the Temporal API, and the small messages that go with them everywhere: durations, times,
// retry policies.
#pragma once

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <vector>

#include "temporal/api/common/v1/message.pb.h"
#include "temporalio/duration.h"
#include "temporalio/payload.h"
#include "temporalio/retry_policy.h"

namespace temporalio::payload {

// Moves the strings of `from` into the message.
void to_proto(Payload&& from, temporal::api::common::v1::Payload& to);
void append_payload(temporal::api::common::v1::Payloads& to, Payload&& from);
void append_payloads(temporal::api::common::v1::Payloads& to, std::vector<Payload>&& from);

// Views of a message; valid as long as it is and does not change.
PayloadView view(const temporal::api::common::v1::Payload& message);
PayloadListView view(const temporal::api::common::v1::Payloads& message);
// Copies.
std::vector<Payload> from_proto(const temporal::api::common::v1::Payloads& message);

void to_proto(Duration from, google::protobuf::Duration& to);
Duration from_proto(const google::protobuf::Duration& message);
void to_proto(SystemTime from, google::protobuf::Timestamp& to);
SystemTime from_proto(const google::protobuf::Timestamp& message);

void to_proto(const RetryPolicy& from, temporal::api::common::v1::RetryPolicy& to);

}  // namespace temporalio::payload
