// See payload_proto.h. Times out of the range of 64-bit nanoseconds are held at its ends: a history may carry any.
#include "sdk/src/payload/payload_proto.h"

#include <limits>

namespace temporalio::payload {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

// Seconds and nanoseconds as one count of nanoseconds, held at the ends of the range.
std::int64_t to_nanos(std::int64_t seconds, std::int32_t nanos) {
  std::int64_t total = 0;
  if (__builtin_mul_overflow(seconds, kNanosPerSecond, &total) ||
      __builtin_add_overflow(total, static_cast<std::int64_t>(nanos), &total)) {
    return seconds < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
  }
  return total;
}

void for_each_metadata(const void* owner, void* context, PayloadView::Visit visit) {
  const auto& message = *static_cast<const temporal::api::common::v1::Payload*>(owner);
  for (const auto& [key, value] : message.metadata()) {
    if (key != "encoding") visit(context, key, value);
  }
}

}  // namespace

void to_proto(Payload&& from, temporal::api::common::v1::Payload& to) {
  auto& metadata = *to.mutable_metadata();
  metadata["encoding"] = std::move(from.encoding);
  for (auto& [key, value] : from.metadata) metadata[key] = std::move(value);
  to.set_data(std::move(from.data));
}

void append_payload(temporal::api::common::v1::Payloads& to, Payload&& from) {
  to_proto(std::move(from), *to.add_payloads());
}

void append_payloads(temporal::api::common::v1::Payloads& to, std::vector<Payload>&& from) {
  for (Payload& payload : from) append_payload(to, std::move(payload));
}

PayloadView view(const temporal::api::common::v1::Payload& message) {
  const auto encoding = message.metadata().find("encoding");
  return PayloadView(encoding == message.metadata().end() ? std::string_view() : std::string_view(encoding->second),
                     message.data(), &message, for_each_metadata);
}

PayloadListView view(const temporal::api::common::v1::Payloads& message) {
  return PayloadListView(&message, static_cast<std::size_t>(message.payloads_size()),
                         [](const void* owner, std::size_t index) {
                           const auto& payloads = *static_cast<const temporal::api::common::v1::Payloads*>(owner);
                           return view(payloads.payloads(static_cast<int>(index)));
                         });
}

std::vector<Payload> from_proto(const temporal::api::common::v1::Payloads& message) {
  return view(message).to_payloads();
}

void to_proto(Duration from, google::protobuf::Duration& to) {
  to.set_seconds(from.count() / kNanosPerSecond);
  to.set_nanos(static_cast<std::int32_t>(from.count() % kNanosPerSecond));
}

Duration from_proto(const google::protobuf::Duration& message) {
  return Duration(to_nanos(message.seconds(), message.nanos()));
}

void to_proto(SystemTime from, google::protobuf::Timestamp& to) {
  const std::int64_t count = from.time_since_epoch().count();
  std::int64_t seconds = count / kNanosPerSecond;
  std::int64_t nanos = count % kNanosPerSecond;
  if (nanos < 0) {  // a timestamp counts nanoseconds forward, also before 1970
    --seconds;
    nanos += kNanosPerSecond;
  }
  to.set_seconds(seconds);
  to.set_nanos(static_cast<std::int32_t>(nanos));
}

SystemTime from_proto(const google::protobuf::Timestamp& message) {
  return SystemTime(Duration(to_nanos(message.seconds(), message.nanos())));
}

void to_proto(const RetryPolicy& from, temporal::api::common::v1::RetryPolicy& to) {
  to_proto(from.initial_interval, *to.mutable_initial_interval());
  to.set_backoff_coefficient(from.backoff_coefficient);
  if (from.maximum_interval) to_proto(*from.maximum_interval, *to.mutable_maximum_interval());
  to.set_maximum_attempts(from.maximum_attempts);
  for (std::size_t i = 0; i < from.non_retryable_error_types.size(); ++i) {
    to.add_non_retryable_error_types(std::string(from.non_retryable_error_types[i]));
  }
}

}  // namespace temporalio::payload
