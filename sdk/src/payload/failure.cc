// See failure.h. One function a kind of failure in each direction; the kinds stand in the order of the message's oneof.
#include "sdk/src/payload/failure.h"

#include <cxxabi.h>

#include <cstdlib>
#include <typeinfo>

#include "sdk/src/payload/payload_proto.h"
#include "temporal/api/failure/v1/message.pb.h"

namespace temporalio::payload {
namespace {

namespace api = temporal::api::failure::v1;

// Deeper chains of causes are cut here: they come from outside, and each level is a stack frame. Protobuf readers give
// up at 100 levels, some of which a failure's surroundings take.
constexpr int kDeepestCause = 80;

template <class Enum>
Enum to_enum(int value, int last) {
  return static_cast<Enum>(value >= 0 && value <= last ? value : 0);
}

void set_payloads(const std::vector<Payload>& from, temporal::api::common::v1::Payloads* (*mutable_payloads)(void*),
                  void* info) {
  if (from.empty()) return;
  auto& to = *mutable_payloads(info);
  for (const Payload& payload : from) append_payload(to, Payload(payload));
}

void set_info(const ApplicationError& error, api::Failure& to) {
  auto& info = *to.mutable_application_failure_info();
  info.set_type(error.type());
  info.set_non_retryable(error.non_retryable());
  if (error.next_retry_delay()) to_proto(*error.next_retry_delay(), *info.mutable_next_retry_delay());
  info.set_category(static_cast<temporal::api::enums::v1::ApplicationErrorCategory>(error.category()));
  set_payloads(
      error.details(), [](void* p) { return static_cast<api::ApplicationFailureInfo*>(p)->mutable_details(); }, &info);
}

void set_info(const TimeoutError& error, api::Failure& to) {
  auto& info = *to.mutable_timeout_failure_info();
  info.set_timeout_type(static_cast<temporal::api::enums::v1::TimeoutType>(error.type()));
  set_payloads(
      error.last_heartbeat_details(),
      [](void* p) { return static_cast<api::TimeoutFailureInfo*>(p)->mutable_last_heartbeat_details(); }, &info);
}

void set_info(const CancelledError& error, api::Failure& to) {
  auto& info = *to.mutable_canceled_failure_info();
  set_payloads(
      error.details(), [](void* p) { return static_cast<api::CanceledFailureInfo*>(p)->mutable_details(); }, &info);
}

void set_info(const ActivityErrorInfo& from, api::Failure& to) {
  auto& info = *to.mutable_activity_failure_info();
  info.set_scheduled_event_id(from.scheduled_event_id);
  info.set_started_event_id(from.started_event_id);
  info.set_identity(from.identity);
  info.mutable_activity_type()->set_name(from.activity_type);
  info.set_activity_id(from.activity_id);
  info.set_retry_state(static_cast<temporal::api::enums::v1::RetryState>(from.retry_state));
}

void set_info(const ChildWorkflowErrorInfo& from, api::Failure& to) {
  auto& info = *to.mutable_child_workflow_execution_failure_info();
  info.set_namespace_(from.namespace_);
  info.mutable_workflow_execution()->set_workflow_id(from.workflow_id);
  info.mutable_workflow_execution()->set_run_id(from.run_id);
  info.mutable_workflow_type()->set_name(from.workflow_type);
  info.set_initiated_event_id(from.initiated_event_id);
  info.set_started_event_id(from.started_event_id);
  info.set_retry_state(static_cast<temporal::api::enums::v1::RetryState>(from.retry_state));
}

void set_info(const FailureError& error, api::Failure& to) {
  if (const auto* application = dynamic_cast<const ApplicationError*>(&error)) {
    set_info(*application, to);
  } else if (const auto* timeout = dynamic_cast<const TimeoutError*>(&error)) {
    set_info(*timeout, to);
  } else if (const auto* cancelled = dynamic_cast<const CancelledError*>(&error)) {
    set_info(*cancelled, to);
  } else if (dynamic_cast<const TerminatedError*>(&error) != nullptr) {
    to.mutable_terminated_failure_info();
  } else if (const auto* server = dynamic_cast<const ServerError*>(&error)) {
    to.mutable_server_failure_info()->set_non_retryable(server->non_retryable());
  } else if (const auto* activity = dynamic_cast<const ActivityError*>(&error)) {
    set_info(activity->info(), to);
  } else if (const auto* child = dynamic_cast<const ChildWorkflowError*>(&error)) {
    set_info(child->info(), to);
  } else if (dynamic_cast<const WorkflowAlreadyStartedError*>(&error) != nullptr) {
    to.mutable_application_failure_info()->set_type("WorkflowAlreadyStartedError");
  }
}

void to_proto(const FailureError& error, api::Failure& to, int depth) {
  if (const auto* wire = error.wire(); wire != nullptr && !wire->unknown_failure.empty()) {
    to.ParseFromString(wire->unknown_failure);
    return;
  }
  to.set_message(error.message());
  to.set_source(error.source().empty() ? kFailureSource : error.source());
  to.set_stack_trace(error.stack_trace());
  if (const auto* wire = error.wire(); wire != nullptr && wire->encoded_attributes) {
    payload::to_proto(Payload(*wire->encoded_attributes), *to.mutable_encoded_attributes());
  }
  set_info(error, to);
  if (error.cause() && depth < kDeepestCause) to_proto(*error.cause(), *to.mutable_cause(), depth + 1);
}

// ---- from the message ----

FailurePtr from_proto(const api::Failure& message, int depth);

std::shared_ptr<FailureError> make_error(const api::Failure& message, FailurePtr cause) {
  switch (message.failure_info_case()) {
    case api::Failure::kApplicationFailureInfo: {
      const auto& info = message.application_failure_info();
      ApplicationErrorOptions options;
      options.type = info.type();
      options.non_retryable = info.non_retryable();
      if (info.has_next_retry_delay()) options.next_retry_delay = payload::from_proto(info.next_retry_delay());
      options.category = to_enum<ApplicationErrorCategory>(info.category(), 1);
      return std::make_shared<ApplicationError>(message.message(), options,
                                                detail::Details(payload::from_proto(info.details())), std::move(cause));
    }
    case api::Failure::kTimeoutFailureInfo: {
      const auto& info = message.timeout_failure_info();
      return std::make_shared<TimeoutError>(message.message(), to_enum<TimeoutType>(info.timeout_type(), 4),
                                            payload::from_proto(info.last_heartbeat_details()), std::move(cause));
    }
    case api::Failure::kCanceledFailureInfo:
      return std::make_shared<CancelledError>(
          message.message(), payload::from_proto(message.canceled_failure_info().details()), std::move(cause));
    case api::Failure::kTerminatedFailureInfo:
      return std::make_shared<TerminatedError>(message.message(), std::move(cause));
    case api::Failure::kServerFailureInfo:
      return std::make_shared<ServerError>(message.message(), message.server_failure_info().non_retryable(),
                                           std::move(cause));
    case api::Failure::kActivityFailureInfo: {
      const auto& from = message.activity_failure_info();
      ActivityErrorInfo info;
      info.scheduled_event_id = from.scheduled_event_id();
      info.started_event_id = from.started_event_id();
      info.identity = from.identity();
      info.activity_type = from.activity_type().name();
      info.activity_id = from.activity_id();
      info.retry_state = to_enum<RetryState>(from.retry_state(), 7);
      return std::make_shared<ActivityError>(message.message(), std::move(info), std::move(cause));
    }
    case api::Failure::kChildWorkflowExecutionFailureInfo: {
      const auto& from = message.child_workflow_execution_failure_info();
      ChildWorkflowErrorInfo info;
      info.namespace_ = from.namespace_();
      info.workflow_id = from.workflow_execution().workflow_id();
      info.run_id = from.workflow_execution().run_id();
      info.workflow_type = from.workflow_type().name();
      info.initiated_event_id = from.initiated_event_id();
      info.started_event_id = from.started_event_id();
      info.retry_state = to_enum<RetryState>(from.retry_state(), 7);
      return std::make_shared<ChildWorkflowError>(message.message(), std::move(info), std::move(cause));
    }
    default:
      return std::make_shared<FailureError>(message.message(), std::move(cause));
  }
}

// True for kinds without an exception class, and for members that no class holds.
bool needs_raw_copy(const api::Failure& message) {
  switch (message.failure_info_case()) {
    case api::Failure::kResetWorkflowFailureInfo:
    case api::Failure::kNexusOperationExecutionFailureInfo:
    case api::Failure::kNexusHandlerFailureInfo:
      return true;
    case api::Failure::kCanceledFailureInfo:
      return !message.canceled_failure_info().identity().empty();
    case api::Failure::kTerminatedFailureInfo:
      return !message.terminated_failure_info().identity().empty();
    default:
      return !message.GetReflection()->GetUnknownFields(message).empty();
  }
}

FailurePtr from_proto(const api::Failure& message, int depth) {
  FailurePtr cause;
  if (message.has_cause() && depth < kDeepestCause) cause = from_proto(message.cause(), depth + 1);
  std::shared_ptr<FailureError> error = make_error(message, std::move(cause));
  error->set_stack_trace(message.stack_trace());
  std::shared_ptr<FailureError::Wire> wire;
  if (message.has_encoded_attributes() || needs_raw_copy(message)) {
    wire = std::make_shared<FailureError::Wire>();
    if (message.has_encoded_attributes()) wire->encoded_attributes = view(message.encoded_attributes()).to_payload();
    if (needs_raw_copy(message)) message.SerializeToString(&wire->unknown_failure);
  }
  error->set_wire(message.source(), std::move(wire));
  return error;
}

// ---- from exceptions that are not ours ----

std::string demangled(const std::type_info& type) {
  int status = 0;
  char* text = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
  std::string name = status == 0 && text != nullptr ? text : type.name();
  std::free(text);  // NOLINT(cppcoreguidelines-no-malloc): __cxa_demangle allocates with malloc
  return name;
}

std::string unqualified_name(const std::type_info& type) { return std::string(detail::unqualified(demangled(type))); }

FailurePtr to_failure(const std::exception_ptr& error, int depth);

FailurePtr nested_failure(const std::exception& error, int depth) {
  const auto* nested = dynamic_cast<const std::nested_exception*>(&error);
  if (nested == nullptr || !nested->nested_ptr() || depth >= kDeepestCause) return nullptr;
  return to_failure(nested->nested_ptr(), depth + 1);
}

// The class name behind std::throw_with_nested's wrapper.
std::string type_of(const std::exception& error) {
  const std::string name = demangled(typeid(error));
  constexpr std::string_view kWrapper = "std::_Nested_exception<";
  if (name.starts_with(kWrapper) && name.ends_with('>')) {
    return std::string(detail::unqualified(name.substr(kWrapper.size(), name.size() - kWrapper.size() - 1)));
  }
  return std::string(detail::unqualified(name));
}

FailurePtr to_failure(const std::exception_ptr& error, int depth) {
  try {
    std::rethrow_exception(error);
  } catch (const FailureError& failure) {
    FailurePtr nested = failure.cause() ? nullptr : nested_failure(failure, depth);
    std::shared_ptr<FailureError> copy = std::const_pointer_cast<FailureError>(failure.copy());
    if (nested) copy->set_cause(std::move(nested));
    return copy;
  } catch (const std::exception& exception) {
    ApplicationErrorOptions options;
    const std::string type = type_of(exception);
    options.type = type;
    FailurePtr cause = nested_failure(exception, depth);
    if (const auto* temporal = dynamic_cast<const TemporalError*>(&exception); temporal != nullptr && !cause) {
      cause = temporal->cause();
    }
    return std::make_shared<ApplicationError>(exception.what(), options, detail::Details(), std::move(cause));
  } catch (...) {
    ApplicationErrorOptions options;
    const std::type_info* thrown = abi::__cxa_current_exception_type();
    const std::string type = thrown != nullptr ? unqualified_name(*thrown) : std::string();
    options.type = type;
    return std::make_shared<ApplicationError>("an exception that is no std::exception", options, detail::Details());
  }
}

}  // namespace

void to_proto(const FailureError& error, api::Failure& to) { to_proto(error, to, 0); }

void to_proto(const std::exception_ptr& error, api::Failure& to) { to_proto(*to_failure(error), to); }

FailurePtr to_failure(const std::exception_ptr& error) { return to_failure(error, 0); }

FailurePtr from_proto(const api::Failure& message) { return from_proto(message, 0); }

std::exception_ptr to_exception(const FailurePtr& failure) {
  try {
    failure->raise();
  } catch (...) {
    return std::current_exception();
  }
  __builtin_unreachable();
}

std::exception_ptr to_exception(const api::Failure& message) { return to_exception(from_proto(message)); }

}  // namespace temporalio::payload
