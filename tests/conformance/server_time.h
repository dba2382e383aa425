// How time passes on the server a scenario talks to: by waiting, or, where the server offers TestService, by letting it
// skip while nothing else is asked of it. The only place of this driver that waits.
#pragma once

#include <chrono>
#include <functional>
#include <future>

#include "tests/conformance/caller.h"

namespace conformance {

class ServerTime {
 public:
  // `always_skips`: the scenario lets time skip from its start on; otherwise only inside the calls below.
  ServerTime(const Caller& caller, bool always_skips);

  bool has_test_service() const { return has_test_service_; }

  // Lets `duration` pass. Throws std::runtime_error if the server refuses.
  void pass(std::chrono::milliseconds duration);

  // Waits for `answer`; if it does not come at once, time may skip until it does.
  void until_ready(std::future<CallResult>& answer);

  // Long enough for a call made in the background to have reached the server.
  void settle();

  // How long a poll that is expected to find nothing shall ask.
  std::chrono::milliseconds short_poll() const;

 private:
  void test_call(const char* method);

  const Caller& caller_;
  bool always_skips_;
  bool has_test_service_;
};

}  // namespace conformance
