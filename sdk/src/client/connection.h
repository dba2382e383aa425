// What a Client, its handles and its workers share: a service to call, the loop that everything runs on, and who calls.
// Client::connect makes one over gRPC; the in-process environment makes its own and gives it to Client(connection).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "sdk/src/base/loop.h"
#include "sdk/src/client/work_observer.h"
#include "sdk/src/rpc/service.h"

namespace temporalio::activity {
class Registry;
}

namespace temporalio::client {

struct ConnectionOptions {
  // Its start() and cancel() are called on the loop's thread only (inside a callback).
  std::shared_ptr<rpc::Service> service;
  std::shared_ptr<base::Loop> loop;
  std::string namespace_ = "default";
  std::string identity = {};  // empty: process id and host name
  // Called around every wait for a workflow's result, on the waiting thread, outside the loop; they may make blocking
  // calls; the second must not throw. A time-skipping environment unlocks time before and locks it after, whatever came
  // of the wait.
  std::function<void()> before_result_wait = {};
  std::function<void()> after_result_wait = {};
  // In process: workers serve from the moment something is registered, poll with one call a queue, and close without
  // telling the service.
  bool is_in_process = false;
  // In test environments: ends calls that would wait for ever.
  std::shared_ptr<WorkObserver> observer = nullptr;
  // What workers run in place of their own activities of the same names. Null: nothing; only tests have them.
  std::shared_ptr<activity::Registry> activity_mocks = {};
  std::uint64_t seed = 0;  // of request ids and queue names; 0: a random one
};

// All functions may be called from any thread but, where they wait, not from the loop's (workflow code, asynchronous
// activities): there they throw std::logic_error.
class Connection {
 public:
  explicit Connection(ConnectionOptions options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Makes one call and waits for its answer; `what` is named in the exceptions ("start_workflow"). `method`: see
  // rpc::Service. call() throws RPCError, try_call() returns the status.
  void call(const char* what, const char* method, google::protobuf::Message& request,
            google::protobuf::Message& response, rpc::CallOptions options = {});
  rpc::Status try_call(const char* what, const char* method, google::protobuf::Message& request,
                       google::protobuf::Message& response, rpc::CallOptions options = {});

  // The same for calls that last until a workflow (or, `workflow_id` empty, the clock) has got somewhere: the observer
  // may end them, with FAILED_PRECONDITION and its reason.
  rpc::Status try_wait(const char* what, const std::string& workflow_id, const char* method,
                       google::protobuf::Message& request, google::protobuf::Message& response,
                       rpc::CallOptions options);

  // Throws std::logic_error when a wait here would be for ever.
  void check_may_wait(const char* what) const;

  // Refuses, without sending it, what a service would refuse for its form or size.
  rpc::Service& service() { return *checking_; }
  base::Loop& loop() { return *options_.loop; }
  const std::shared_ptr<base::Loop>& shared_loop() { return options_.loop; }
  const ConnectionOptions& options() const { return options_; }
  const std::string& namespace_() const { return options_.namespace_; }
  const std::string& identity() const { return options_.identity; }

  // A new random id, in the form of a UUID.
  std::string new_id();

 private:
  struct Ids;

  ConnectionOptions options_;
  std::shared_ptr<rpc::Service> checking_;  // in front of options_.service
  std::unique_ptr<Ids> ids_;
};

}  // namespace temporalio::client
