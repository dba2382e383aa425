// When the clients of one environment let the service's clock skip. The service counts locks; this keeps what it has
// asked for equal to what the waits in progress want, so that two waits at a time, or a scope that ends while another
// thread waits, never lock or unlock once too often.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "sdk/src/client/connection.h"
#include "temporalio/duration.h"

namespace temporalio::testing::detail {

// From any thread but the loop's; every function may wait for the service.
class TimeGate {
 public:
  // The connection, which must not own the gate, calls enter() and leave() around its waits for results.
  void attach(std::weak_ptr<client::Connection> connection) { connection_ = std::move(connection); }

  void enter();           // throws RPCError; then the wait has not been entered
  void leave() noexcept;  // a service that has gone meanwhile is reported by the next call to it

  void disable();
  void enable() noexcept;

  bool is_disabled() const { return disabled_ > 0; }

  // Moves the service's clock by `duration`. Throws RPCError.
  void sleep(Duration duration);

 private:
  std::shared_ptr<client::Connection> connection() const;
  bool wants_unlocked() const { return waiters_ > 0 && disabled_ == 0; }
  // Makes the service's lock what is wanted. Requires mutex_.
  void settle();

  std::weak_ptr<client::Connection> connection_;
  std::mutex mutex_;               // guards: what follows; held while the service is asked
  int waiters_ = 0;                // waits for a result
  std::atomic<int> disabled_ = 0;  // scopes of auto_time_skipping_disabled()
  bool is_unlocked_ = false;       // what the service was last told
};

}  // namespace temporalio::testing::detail
