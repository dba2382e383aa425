// The in-process server seen as the SDK's rpc::Service: messages are handed over as they are, no byte is serialised,
// and client, worker and server take turns on one loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "sdk/src/base/loop.h"
#include "sdk/src/rpc/service.h"
#include "timeskip/src/engine/server.h"

namespace temporalio::testing {

class LocalService final : public rpc::Service, public std::enable_shared_from_this<LocalService> {
 public:
  // The virtual clock starts at the loop's system time, with one client lock held.
  LocalService(std::shared_ptr<base::Loop> loop, std::uint64_t seed);
  ~LocalService() override;

  // rpc::Service, on the loop. `done` is posted, so these may be called from any callback: the server is never entered
  // twice.
  rpc::CallId start(const char* method, google::protobuf::Message& request, google::protobuf::Message& response,
                    rpc::CallOptions options, std::function<void(rpc::Status)> done) override;
  void cancel(rpc::CallId call) override;

  // Who holds virtual time, in words. On the loop.
  std::string describe_time_now() const;
  // The same from any thread, and at once: while code does not yield it says which, and where it is.
  std::string describe_time();

 private:
  struct Call;

  void give_up(rpc::CallId id, bool is_deadline);
  void finish(const std::shared_ptr<Call>& call, timeskip::RpcStatus status);

  const std::shared_ptr<base::Loop> loop_;
  timeskip::Server server_;
  rpc::CallId next_id_ = 1;
  std::unordered_map<rpc::CallId, std::shared_ptr<Call>> parked_;  // started, not yet answered
  base::Loop::HookId hook_ = 0;
};

}  // namespace temporalio::testing
