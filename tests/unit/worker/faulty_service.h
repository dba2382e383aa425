// Puts faults between a worker and the service it reaches: calls that are lost on the way there, and answers that are
// lost on the way back.
#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sdk/src/base/loop.h"
#include "sdk/src/rpc/service.h"

namespace temporalio::rpc {

enum class Fault {
  none,
  call_lost,    // the service never sees the call: UNAVAILABLE
  answer_lost,  // the service does as asked, the caller gets UNAVAILABLE
};

// Answers may come after it has been destroyed: the polls of a worker that has gone.
class FaultyService final : public Service, public std::enable_shared_from_this<FaultyService> {
 public:
  // Decides what happens to a call of `method` (the last part of its path); `request` may be changed.
  using Decide = std::function<Fault(std::string_view method, google::protobuf::Message& request)>;
  // Sees every answer that reaches the caller, and may change it.
  using Inspect =
      std::function<void(std::string_view method, const Status& status, google::protobuf::Message& response)>;

  // An answer in the service's place; nothing: the service is asked.
  using Refuse =
      std::function<std::optional<Status>(std::string_view method, const google::protobuf::Message& request)>;

  FaultyService(std::shared_ptr<Service> next, std::shared_ptr<base::Loop> loop)
      : next_(std::move(next)), loop_(std::move(loop)) {}

  CallId start(const char* method, google::protobuf::Message& request, google::protobuf::Message& response,
               CallOptions options, std::function<void(Status)> done) override {
    const std::string_view path = method;
    const std::string name(path.substr(path.rfind('/') + 1));
    ++counts[name];
    if (refuse) {
      if (std::optional<Status> status = refuse(name, request)) {
        loop_->post([done = std::move(done), status = std::move(*status)] { done(status); });
        return 0;
      }
    }
    const Fault fault = decide ? decide(name, request) : Fault::none;
    if (fault == Fault::call_lost) {
      loop_->post([done = std::move(done)] { done({14, "lost on the way there", ""}); });
      return 0;
    }
    return next_->start(method, request, response, std::move(options),
                        [weak = weak_from_this(), name, fault, &response, done = std::move(done)](Status status) {
                          if (fault == Fault::answer_lost && status.is_ok()) status = {14, "lost on the way back", ""};
                          const auto self = weak.lock();
                          if (self != nullptr && self->inspect) self->inspect(name, status, response);
                          done(std::move(status));
                        });
  }

  void cancel(CallId call) override { next_->cancel(call); }

  Decide decide;
  Refuse refuse;
  Inspect inspect;
  std::map<std::string, int> counts;  // calls by method

 private:
  const std::shared_ptr<Service> next_;
  const std::shared_ptr<base::Loop> loop_;
};

}  // namespace temporalio::rpc
