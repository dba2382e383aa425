// The Temporal service as one sans-IO object: requests in, responses and the next timer out. It owns all state, no
// thread and no clock; whoever hosts it (the gRPC service, or the in-process environment) calls it from one thread at a
// time and tells it what the wall clock says.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "timeskip/src/engine/core/call_context.h"

namespace google::protobuf {
class Message;
}

namespace temporalio::timeskip {

class Server {
 public:
  using CallId = timeskip::CallId;
  using Reply = timeskip::Reply;

  explicit Server(ServerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Empty instances for `method` (full path, "/package.Service/Name"); null when the method is not known at all.
  static const google::protobuf::Message* request_prototype(std::string_view method);
  static const google::protobuf::Message* response_prototype(std::string_view method);

  // Handles one call. `request` may be moved from; both messages stay valid until `reply` has run. `reply` runs exactly
  // once, during this call or a later call()/cancel()/tick(); it must not call back into the server.
  CallId call(std::string_view method, google::protobuf::Message& request, google::protobuf::Message& response,
              const CallContext& context, Reply reply);

  // The caller has gone: a parked call is answered CANCELLED and forgotten; nothing it would have taken is lost.
  void cancel(CallId call);

  // Fires what is due, and jumps virtual time while nothing holds it. The host calls this when no request waits.
  // Returns the wall time at which it wants to be called again at the latest; nothing: not before the next call.
  // Bounded: after at most `max_steps` fired timers it returns a time that is due at once.
  std::optional<Time> tick(Time wall_now, int max_steps = 64);

  // Who holds virtual time and why, for how long, and the next timer: for people whose test hangs. Without `wall_now`
  // as of the last call().
  std::string describe_time(std::optional<Time> wall_now = std::nullopt) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace temporalio::timeskip
