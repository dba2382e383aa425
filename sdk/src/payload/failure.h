// Exceptions as temporal.api.failure.v1.Failure and back. Nothing is lost on the way in and out again: a failure that
// workflow code catches and lets go is recorded as it came.
#pragma once

#include <exception>

#include "temporalio/errors.h"

namespace temporal::api::failure::v1 {
class Failure;
}

namespace temporalio::payload {

// The failure source of what is thrown in this process.
inline constexpr const char* kFailureSource = "CppSDK";

void to_proto(const FailureError& error, temporal::api::failure::v1::Failure& to);
// Any exception: what is no FailureError becomes an ApplicationError whose type is the unqualified class name.
// std::nested_exception is followed as the cause.
void to_proto(const std::exception_ptr& error, temporal::api::failure::v1::Failure& to);

// The same, without the detour over a message.
FailurePtr to_failure(const std::exception_ptr& error);

FailurePtr from_proto(const temporal::api::failure::v1::Failure& message);
// An exception of the most derived type of from_proto's result.
std::exception_ptr to_exception(const FailurePtr& failure);
std::exception_ptr to_exception(const temporal::api::failure::v1::Failure& message);

}  // namespace temporalio::payload
