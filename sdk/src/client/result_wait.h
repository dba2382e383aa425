// Calls a test environment's hooks around a wait for a workflow, whatever comes of it.
#pragma once

#include "sdk/src/client/connection.h"

namespace temporalio::client {

class ResultWait {
 public:
  explicit ResultWait(const ConnectionOptions& options) : options_(options) {
    if (options_.before_result_wait) options_.before_result_wait();
  }
  ~ResultWait() {
    if (options_.after_result_wait) options_.after_result_wait();
  }
  ResultWait(const ResultWait&) = delete;
  ResultWait& operator=(const ResultWait&) = delete;

 private:
  const ConnectionOptions& options_;
};

}  // namespace temporalio::client
