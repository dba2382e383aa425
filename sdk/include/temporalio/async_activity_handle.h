// A handle to an activity that completes asynchronously: whoever has it ends the activity from outside of its worker.
#pragma once

#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "temporalio/activity_info.h"
#include "temporalio/errors.h"
#include "temporalio/payload.h"

namespace temporalio::client {

class Connection;

// Which activity: its task token alone (activity::Info::task_token), or the ids of the workflow and of the activity.
// Views are read by the call.
struct AsyncActivityID {
  std::string_view task_token = {};
  std::string_view workflow_id = {};
  std::string_view run_id = {};  // empty: the newest run
  std::string_view activity_id = {};
};
static_assert(std::is_aggregate_v<AsyncActivityID> && std::is_trivially_destructible_v<AsyncActivityID>);

// Thrown by AsyncActivityHandle::heartbeat: the activity is to stop. Its end may be told by report_cancellation().
class AsyncActivityCancelledError : public TemporalError {
 public:
  explicit AsyncActivityCancelledError(activity::CancellationDetails details)
      : TemporalError("the activity is cancelled"), details_(details) {}

  const activity::CancellationDetails& details() const noexcept { return details_; }

 private:
  activity::CancellationDetails details_;
};

// Cheap to copy. Its calls may be made by any thread, not from workflow code or an asynchronous activity (there they
// throw std::logic_error). Each throws RPCError; with the status not_found when the activity is not running.
class AsyncActivityHandle {
 public:
  AsyncActivityHandle(std::shared_ptr<Connection> connection, const AsyncActivityID& id);

  // Tells the service that the activity is alive, and records `details`. Sent at once, without throttling. Throws
  // AsyncActivityCancelledError when the activity is cancelled, paused or reset.
  template <class... Details>
  void heartbeat(const Details&... details) const {
    heartbeat_payloads(to_payloads(details...));
  }

  // Completes the activity, with a result.
  void complete() const { complete_payloads(to_payloads(nullptr)); }
  template <class T>
  void complete(const T& result) const {
    complete_payloads(to_payloads(result));
  }

  // Fails this attempt of the activity, as throwing `error` from it does; it may be tried again.
  // `last_heartbeat_details`: what the next attempt is to find, see to_payloads.
  void fail(const std::exception_ptr& error,
            std::vector<Payload> last_heartbeat_details = std::vector<Payload>()) const;
  template <class E>
    requires std::is_base_of_v<std::exception, E>
  void fail(const E& error, std::vector<Payload> last_heartbeat_details = std::vector<Payload>()) const {
    fail(std::make_exception_ptr(error), std::move(last_heartbeat_details));
  }

  // Ends the activity as cancelled; the service refuses it unless the cancellation was requested.
  template <class... Details>
  void report_cancellation(const Details&... details) const {
    report_cancellation_payloads(to_payloads(details...));
  }

  void heartbeat_payloads(std::vector<Payload> details) const;
  void complete_payloads(std::vector<Payload> result) const;
  void report_cancellation_payloads(std::vector<Payload> details) const;

 private:
  // Sets who is meant and who asks.
  template <class Request>
  void address_by_token(Request& request) const;
  template <class Request>
  void address_by_id(Request& request) const;

  std::shared_ptr<Connection> connection_;
  std::string task_token_;
  std::string workflow_id_;
  std::string run_id_;
  std::string activity_id_;
};

}  // namespace temporalio::client
