// One call of a client or worker until the server has answered it: parked polls, waits, sleeps and queries included.
#pragma once

#include <cstdint>
#include <functional>

#include "timeskip/src/clock/timer_queue.h"
#include "timeskip/src/engine/core/call_context.h"

namespace google::protobuf {
class Message;
}

namespace temporalio::timeskip {

struct Call {
  std::uint64_t id = 0;
  google::protobuf::Message* request = nullptr;
  google::protobuf::Message* response = nullptr;
  CallContext context;
  Reply reply;
  Timer wall_timer;     // when a poll or wait ends empty-handed
  Timer virtual_timer;  // when a sleep ends
  // Takes the call out of wherever it is parked; runs once, when it is answered or when its caller has gone.
  std::function<void()> unpark;

  template <class T>
  T& request_as() {
    return static_cast<T&>(*request);
  }
  template <class T>
  T& response_as() {
    return static_cast<T&>(*response);
  }
};

}  // namespace temporalio::timeskip
