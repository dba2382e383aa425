// Keeps long polls on one task queue open, as many as there are free slots for what they may bring.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <unordered_set>

#include "sdk/src/client/connection.h"

namespace temporalio::worker {

// How many tasks may be in work at a time; shared by the polls that take from it.
struct Slots {
  int limit = 0;
  int used = 0;     // tasks in work
  int waiting = 0;  // polls under way: each may bring a task

  bool has_free() const { return used + waiting < limit; }
};

struct PollerOptions {
  const char* method = nullptr;
  int max_polls = 1;
  Duration interval = Duration::zero();  // between two polls at least, so that the tasks they bring come no faster
  std::shared_ptr<const google::protobuf::Message> request;
  const google::protobuf::Message* response_type = nullptr;  // a default instance
  // A poll has ended well; the response may be empty (no task came in time). Takes a slot if it keeps the task.
  std::function<void(google::protobuf::Message&)> on_response;
  // The service refuses to be polled; the poller has stopped.
  std::function<void(const rpc::Status&)> on_error;
  // After every end of a poll.
  std::function<void()> on_progress;
};

// Used on the loop's thread only.
class Poller : public std::enable_shared_from_this<Poller> {
 public:
  Poller(std::shared_ptr<client::Connection> connection, std::shared_ptr<Slots> slots, PollerOptions options);

  // Opens polls up to the limits. To be called after a slot has become free, too.
  void refill();
  // Opens no more polls. Those under way go on, and what they bring is handed on.
  void stop();
  // Ends the polls under way. The transport drops what the service may have sent already, so first ask the service to
  // end them.
  void cancel_polls();
  bool has_ended() const { return is_stopped_ && calls_.empty(); }

 private:
  struct Poll;

  void open();
  // Whether the interval since the last poll has passed; where not, polls go on when it has.
  bool may_open_now();
  void on_done(const std::shared_ptr<Poll>& poll, const rpc::Status& status);

  const std::shared_ptr<client::Connection> connection_;
  const std::shared_ptr<Slots> slots_;
  const PollerOptions options_;
  std::unordered_set<rpc::CallId> calls_;
  base::MonotonicTime next_open_ = base::MonotonicTime::min();
  bool is_waiting_for_interval_ = false;
  bool is_stopped_ = false;
};

}  // namespace temporalio::worker
