// What the host of the server passes with each call and gets back: the status of an answer, and who is waiting for it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "timeskip/src/clock/timer_queue.h"

namespace temporalio::timeskip {

// A gRPC status: code, text, and the serialised google.rpc.Status with error details (may be empty).
struct RpcStatus {
  int code = 0;
  std::string message;
  std::string details;
};

using CallId = std::uint64_t;
using Reply = std::function<void(RpcStatus)>;

struct CallContext {
  Time wall_now;
  std::optional<Time> wall_deadline;  // when the caller gives up
  // Whether the caller is known to have gone, though cancel() has not been called yet; may be empty. Asked on the
  // server's thread, while the call is parked.
  std::function<bool()> is_gone = {};
  // The caller says (header supported-features) that it follows the run that comes after a failed or timed-out one.
  bool follows_next_run_id = false;
  // The caller shows histories to people (header client-name: the official CLI or web UI): events that are not written
  // yet are kept from it.
  bool is_for_display = false;
};

struct ServerOptions {
  Time start_time;            // the virtual clock's first value, and the wall time at construction
  std::uint64_t seed = 0;     // of run ids and other generated ids
  bool starts_locked = true;  // TestService: one client lock is held from the start
};

}  // namespace temporalio::timeskip
