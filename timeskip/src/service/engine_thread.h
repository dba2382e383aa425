// The one thread that owns a Server when calls come over a transport. Transport threads only hand calls over: nothing
// of the server is touched, and nothing waits, on their side.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <vector>

#include "timeskip/src/engine/server.h"

namespace temporalio::timeskip {

// One call on its way through the engine. The transport makes it, keeps it alive until answer() has run, and never
// looks at the private part, which belongs to the engine's thread.
class EngineCall {
 public:
  virtual ~EngineCall() = default;

  virtual std::string_view method() const = 0;
  virtual google::protobuf::Message& request() = 0;
  virtual google::protobuf::Message& response() = 0;
  virtual std::optional<Time> wall_deadline() const = 0;
  // Whether the caller has gone, as far as the transport knows; asked while the call is not answered.
  virtual bool is_gone() const { return false; }
  // See CallContext.
  virtual bool follows_next_run_id() const { return false; }
  virtual bool is_for_display() const { return false; }

  // Runs exactly once for each submitted call, on the engine's thread.
  virtual void answer(RpcStatus status) = 0;

 private:
  friend class EngineThread;
  enum class Stage { submitted, in_server, answered };
  Stage stage_ = Stage::submitted;
  bool is_cancelled_ = false;
  Server::CallId id_ = 0;
};

class EngineThread {
 public:
  explicit EngineThread(ServerOptions options);
  // Ends what is still parked (see drain), then the thread.
  ~EngineThread();
  EngineThread(const EngineThread&) = delete;
  EngineThread& operator=(const EngineThread&) = delete;

  void submit(std::shared_ptr<EngineCall> call);
  // The caller has gone. Harmless before submit() and after the answer.
  void cancel(std::shared_ptr<EngineCall> call);
  // From now on every call, parked or new, is answered UNAVAILABLE at once.
  void drain();
  // Who holds time, and which calls are parked: for a person whose test hangs. Blocks the caller.
  std::string describe();

 private:
  enum class Ask { submit, cancel, drain, describe, stop };
  struct Entry {
    Ask ask;
    std::shared_ptr<EngineCall> call;
    std::function<void(std::string)> described;
  };

  void post(Entry entry);
  void run();
  // False: stop.
  bool handle(Entry& entry, Time now);
  void start(const std::shared_ptr<EngineCall>& call, Time now);
  void end_parked();
  std::string describe_now() const;
  void answer(const std::shared_ptr<EngineCall>& call, RpcStatus status);

  // Of the engine's thread alone.
  Server server_;
  std::unordered_set<std::shared_ptr<EngineCall>> parked_;
  bool is_draining_ = false;

  std::mutex mutex_;  // guards: inbox_
  std::condition_variable wake_;
  std::vector<Entry> inbox_;

  std::thread thread_;
};

}  // namespace temporalio::timeskip
