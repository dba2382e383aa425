// The service that an integration test runs against: the in-process time-skipping environment, or, where the variable
// TEMPORALIO_TEST_ADDRESS names one, any Temporal service (then in real time, with ids that nobody has used before).
#pragma once

#include <cstdlib>
#include <optional>
#include <random>
#include <string>

#include "temporalio/client.h"
#include "temporalio/testing.h"

namespace temporalio::tests {

class ServiceUnderTest {
 public:
  ServiceUnderTest() {
    if (const char* address = std::getenv("TEMPORALIO_TEST_ADDRESS"); address != nullptr && *address != '\0') {
      client_.emplace(client::Client::connect(address));
      suffix_ = "-" + std::to_string(std::random_device()());
    } else {
      environment_.emplace(testing::WorkflowEnvironment::start_time_skipping());
      client_.emplace(environment_->client());
    }
  }

  const client::Client& client() const { return *client_; }
  bool skips_time() const { return environment_.has_value(); }
  // `name` made unique on a server that has served before.
  std::string unique(const char* name) const { return name + suffix_; }

 private:
  std::optional<testing::WorkflowEnvironment> environment_;
  std::optional<client::Client> client_;
  std::string suffix_;
};

}  // namespace temporalio::tests
