// A service for tests: each call is given to a handler by its method; answers come through the loop, as real ones do.
#pragma once

#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdk/src/base/loop.h"
#include "sdk/src/rpc/service.h"

namespace temporalio::rpc {

class FakeService final : public Service {
 public:
  // Gets the request and fills the response.
  using Handler = std::function<Status(google::protobuf::Message& request, google::protobuf::Message& response)>;

  explicit FakeService(std::shared_ptr<base::Loop> loop) : loop_(std::move(loop)) {}

  // `method`: the last part of the path. Calls without a handler wait until they are cancelled.
  template <class Request, class Response>
  void on(std::string method, std::function<Status(Request&, Response&)> handler) {
    handlers_[std::move(method)] = [handler = std::move(handler)](auto& request, auto& response) {
      return handler(dynamic_cast<Request&>(request), dynamic_cast<Response&>(response));
    };
  }
  void on_any(std::string method, Handler handler) { handlers_[std::move(method)] = std::move(handler); }

  CallId start(const char* method, google::protobuf::Message& request, google::protobuf::Message& response,
               CallOptions options, std::function<void(Status)> done) override {
    EXPECT_TRUE(loop_->is_inside()) << "a call was started off the loop";
    const std::string_view path = method;
    const std::string name(path.substr(path.rfind('/') + 1));
    calls.push_back(name);
    last_options = std::move(options);
    const CallId id = ++last_id_;
    const auto handler = handlers_.find(name);
    if (handler == handlers_.end()) {
      waiting_[id] = std::move(done);
    } else {
      loop_->post([status = handler->second(request, response), done = std::move(done)] { done(status); });
    }
    return id;
  }

  void cancel(CallId call) override {
    auto node = waiting_.extract(call);
    if (!node.empty()) loop_->post([done = std::move(node.mapped())] { done({1, "cancelled", ""}); });
  }

  int count(std::string_view method) const { return static_cast<int>(std::count(calls.begin(), calls.end(), method)); }
  std::size_t waiting_count() const { return waiting_.size(); }

  std::vector<std::string> calls;
  CallOptions last_options;

 private:
  const std::shared_ptr<base::Loop> loop_;
  std::map<std::string, Handler> handlers_;
  std::map<CallId, std::function<void(Status)>> waiting_;
  CallId last_id_ = 0;
};

}  // namespace temporalio::rpc
