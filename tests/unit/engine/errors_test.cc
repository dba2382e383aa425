// Texts and details of errors: what fits into the trailers that a client takes.
#include "timeskip/src/engine/core/errors.h"

#include <google/rpc/status.pb.h>
#include <gtest/gtest.h>

#include <string>

#include "temporal/api/errordetails/v1/message.pb.h"
#include "tests/unit/engine/harness.h"
#include "timeskip/src/engine/core/failures.h"

namespace temporalio::timeskip::test {
namespace {

namespace details = ::temporal::api::errordetails::v1;

// How much of the 8 KiB of a client's header list a status takes: percent-encoded text, details in base64.
std::size_t trailer_bytes(const RpcStatus& status) {
  std::size_t bytes = status.details.size() * 4 / 3 + 4;
  for (const char c : status.message) bytes += c >= 0x20 && c <= 0x7E && c != '%' ? 1 : 3;
  return bytes;
}

TEST(EngineErrors, ALongTextIsCutBetweenCharacters) {
  std::string text(3999, 'x');
  text +=
      "\xC3\xA4"
      "more";
  errors::cut_text(text);
  EXPECT_EQ(text, std::string(3999, 'x'));
  std::string other;
  for (int i = 0; i < 2000; ++i) other += "\xC3\xA4";
  errors::cut_text(other);
  EXPECT_EQ(other.size() % 2, 0u);
  EXPECT_LE(trailer_bytes({1, other, {}}), 7700u);
}

TEST(EngineErrors, NoStatusIsLargerThanWhatClientsTake) {
  failurepb::Failure failure;
  failure.set_message(std::string(9000, 'm'));
  failure.set_stack_trace(std::string(9000, 's'));
  failure.mutable_cause()->set_message(std::string(9000, 'c'));
  failure.mutable_cause()->set_stack_trace(std::string(9000, 't'));
  for (const std::string& text : {std::string("short"), std::string(20000, 'x'), std::string(20000, '\n')}) {
    EXPECT_LE(trailer_bytes(errors::query_failed(text, &failure)), 7700u);
    EXPECT_LE(trailer_bytes(errors::query_failed(text, nullptr)), 7700u);
    EXPECT_LE(trailer_bytes(errors::not_found(text)), 7700u);
    EXPECT_LE(trailer_bytes(errors::namespace_not_found(text)), 7700u);
  }
}

TEST(EngineErrors, AFailedQueryKeepsAsMuchOfItsFailureAsFits) {
  failurepb::Failure failure;
  failure.set_message("what happened");
  failure.set_stack_trace(std::string(9000, 's'));
  failure.mutable_application_failure_info()->set_type("ValueError");
  const RpcStatus status = errors::query_failed(failure.message(), &failure);
  google::rpc::Status parsed;
  ASSERT_TRUE(parsed.ParseFromString(status.details));
  details::QueryFailedFailure detail;
  ASSERT_TRUE(parsed.details(0).UnpackTo(&detail));
  EXPECT_EQ(detail.failure().message(), "what happened");
  EXPECT_EQ(detail.failure().application_failure_info().type(), "ValueError");
  EXPECT_GT(detail.failure().stack_trace().size(), 5000u);
  const RpcStatus same = errors::query_failed("short", &detail.failure());
  EXPECT_LE(trailer_bytes(same), 7700u);
}

TEST(EngineErrors, AnAnswersTextIsCut) {
  Harness h;
  const auto sent = h.start_with("w", [](auto& request) {
    (*request.mutable_search_attributes()->mutable_indexed_fields())[std::string(30000, 'N')].set_data("1");
  });
  EXPECT_EQ(sent->code(), errors::kInvalidArgument);
  EXPECT_EQ(sent->status.message.size(), 4000u);
}

TEST(EngineErrors, AShrunkFailureLosesTracesThenPayloadsThenMessages) {
  failurepb::Failure failure;
  failure.set_message(std::string(100, 'm'));
  failure.set_stack_trace(std::string(1000, 's'));
  failure.mutable_application_failure_info()->set_type("T");
  failure.mutable_application_failure_info()->mutable_details()->add_payloads()->set_data(std::string(1000, 'd'));
  failure.mutable_cause()->set_message(std::string(100, 'c'));
  const auto shrunk = [&](std::size_t most) {
    failurepb::Failure copy = failure;
    shrink_failure(copy, most);
    EXPECT_LE(copy.ByteSizeLong(), most);
    return copy;
  };
  EXPECT_EQ(shrunk(failure.ByteSizeLong()).SerializeAsString(), failure.SerializeAsString());
  const auto slightly = shrunk(2000);
  EXPECT_LT(slightly.stack_trace().size(), 1000u);
  EXPECT_TRUE(slightly.application_failure_info().has_details());
  const auto much = shrunk(500);
  EXPECT_FALSE(much.application_failure_info().has_details());
  EXPECT_EQ(much.cause().message().size(), 100u);
  const auto most = shrunk(150);
  EXPECT_EQ(most.message().size(), 100u);
  EXPECT_LT(most.cause().message().size(), 100u);
  EXPECT_EQ(most.application_failure_info().type(), "T");
  EXPECT_EQ(shrunk(20).application_failure_info().type(), "T");
}

}  // namespace
}  // namespace temporalio::timeskip::test
