// testing::WorkflowEnvironment: puts a loop, a server and a client together in process, or a client to a server behind
// a socket; from there on the two are the same.
#include <google/protobuf/empty.pb.h>

#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "sdk/src/activity/registry.h"
#include "sdk/src/base/loop.h"
#include "sdk/src/client/connection.h"
#include "temporal/api/testservice/v1/request_response.pb.h"
#include "temporalio/testing.h"
#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/testing/hang_guard.h"
#include "timeskip/src/testing/local_service.h"
#include "timeskip/src/testing/server_process.h"
#include "timeskip/src/testing/time_gate.h"

namespace temporalio::testing {
namespace {

constexpr const char* kGetCurrentTime = "/temporal.api.testservice.v1.TestService/GetCurrentTime";

// A client whose waits for results pass `gate`.
client::Client gated_client(client::ConnectionOptions options, const std::shared_ptr<detail::TimeGate>& gate,
                            const std::shared_ptr<HangGuard>& guard) {
  options.observer = guard;
  options.before_result_wait = [gate] { gate->enter(); };
  options.after_result_wait = [gate] { gate->leave(); };
  options.activity_mocks = std::make_shared<activity::Registry>();
  auto connection = std::make_shared<client::Connection>(std::move(options));
  gate->attach(connection);
  return client::Client(std::move(connection));
}

constexpr const char* kAskServer =
    "The server is another process: send SIGUSR1 to temporal-test-server, and it prints who holds time.\n";

HangGuardOptions guard_options(const TimeSkippingOptions& options, const std::shared_ptr<detail::TimeGate>& gate) {
  HangGuardOptions guard;
  guard.fail_fast = options.fail_fast;
  guard.hang_timeout = options.hang_timeout;
  guard.is_skipping_disabled = [weak = std::weak_ptr(gate)] {
    const auto alive = weak.lock();
    return alive != nullptr && alive->is_disabled();
  };
  guard.describe_time = [] { return std::string(kAskServer); };
  return guard;
}
struct Mocks {
  std::mutex mutex;  // guards: all
  std::vector<std::shared_ptr<detail::MockCalls>> all;
};

}  // namespace

struct WorkflowEnvironment::State {
  client::Client client;
  std::shared_ptr<detail::TimeGate> gate;      // null: no time skipping
  std::shared_ptr<LocalService> in_process;    // null: behind a socket
  std::unique_ptr<ServerProcess> process;      // null: not launched here
  std::shared_ptr<HangGuard> guard = nullptr;  // null: a client of any service
  std::unique_ptr<Mocks> mocks = std::make_unique<Mocks>();
};

// NOLINTNEXTLINE(performance-unnecessary-value-param): options come last, in braces
WorkflowEnvironment WorkflowEnvironment::start_time_skipping(TimeSkippingOptions options) {
  if (!options.test_server_existing_path.empty()) {
    auto process =
        std::make_unique<ServerProcess>(std::string(options.test_server_existing_path), options.test_server_extra_args);
    WorkflowEnvironment environment = connect_time_skipping(process->target(), options);
    environment.state_->process = std::move(process);
    return environment;
  }
  auto loop = std::make_shared<base::Loop>();
  auto service = std::make_shared<LocalService>(loop, options.seed);
  auto gate = std::make_shared<detail::TimeGate>();
  client::ConnectionOptions connection;
  connection.service = service;
  connection.loop = std::move(loop);
  connection.namespace_ = std::string(options.namespace_);
  connection.identity = std::string(options.identity);
  connection.is_in_process = true;
  connection.seed = options.seed;
  HangGuardOptions watched = guard_options(options, gate);
  watched.is_in_process = true;
  watched.describe_time = [weak = std::weak_ptr(service)] {
    const auto alive = weak.lock();
    return alive ? alive->describe_time_now() : std::string();
  };
  auto guard = std::make_shared<HangGuard>(connection.loop, std::move(watched));
  auto client = gated_client(std::move(connection), gate, guard);
  return WorkflowEnvironment(std::make_unique<State>(
      State{std::move(client), std::move(gate), std::move(service), nullptr, std::move(guard)}));
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): options come last, in braces
WorkflowEnvironment WorkflowEnvironment::connect_time_skipping(std::string_view target, TimeSkippingOptions options) {
  const auto plain = client::Client::connect(target, {.namespace_ = options.namespace_, .identity = options.identity});
  auto gate = std::make_shared<detail::TimeGate>();
  // The same service and loop, in a connection that knows the gate.
  auto guard = std::make_shared<HangGuard>(plain.connection()->shared_loop(), guard_options(options, gate));
  auto client = gated_client(plain.connection()->options(), gate, guard);
  return WorkflowEnvironment(
      std::make_unique<State>(State{std::move(client), std::move(gate), nullptr, nullptr, std::move(guard)}));
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): a client is a handle, given by value everywhere
WorkflowEnvironment WorkflowEnvironment::from_client(client::Client client) {
  // The same service and loop, in a connection that knows the mocks.
  client::ConnectionOptions options = client.connection()->options();
  options.activity_mocks = std::make_shared<activity::Registry>();
  client::Client with_mocks(std::make_shared<client::Connection>(std::move(options)));
  return WorkflowEnvironment(std::make_unique<State>(State{std::move(with_mocks), nullptr, nullptr, nullptr}));
}

void WorkflowEnvironment::add_mock(const activity::Definition& definition, std::shared_ptr<detail::MockCalls> mock,
                                   void* instance) {
  activity::Registration registration;
  registration.name = std::string(definition.name);
  registration.definition = &definition;
  registration.instance = std::shared_ptr<void>(mock, instance);
  client().connection()->options().activity_mocks->replace(std::move(registration));
  const std::lock_guard lock(state_->mocks->mutex);
  state_->mocks->all.push_back(std::move(mock));
}

std::string WorkflowEnvironment::unmet_expectations() const {
  const std::lock_guard lock(state_->mocks->mutex);
  std::string text;
  for (const auto& mock : state_->mocks->all) {
    const std::string unmet = mock->unmet();
    if (!unmet.empty()) text += (text.empty() ? "" : "; ") + unmet;
  }
  return text;
}

WorkflowEnvironment::WorkflowEnvironment(std::unique_ptr<State> state) : state_(std::move(state)) {}
WorkflowEnvironment::WorkflowEnvironment(WorkflowEnvironment&&) noexcept = default;
WorkflowEnvironment& WorkflowEnvironment::operator=(WorkflowEnvironment&&) noexcept = default;
WorkflowEnvironment::~WorkflowEnvironment() = default;

client::Client& WorkflowEnvironment::client() { return state_->client; }

void WorkflowEnvironment::sleep(Duration duration) {
  if (state_->gate) return state_->gate->sleep(duration);
  client::Connection& connection = *state_->client.connection();
  connection.check_may_wait("sleep");
  const auto is_over = std::make_shared<bool>(false);
  connection.loop().post_after(duration, [is_over] { *is_over = true; });
  connection.loop().pump_until([&is_over] { return *is_over; });
}

SystemTime WorkflowEnvironment::get_current_time() {
  client::Connection& connection = *state_->client.connection();
  if (!state_->gate) return connection.loop().time().system_now();
  google::protobuf::Empty request;
  temporal::api::testservice::v1::GetCurrentTimeResponse response;
  connection.call("get_current_time", kGetCurrentTime, request, response);
  return timeskip::to_time(response.time());
}

bool WorkflowEnvironment::supports_time_skipping() const { return state_->gate != nullptr; }

WorkflowEnvironment::AutoTimeSkippingDisabled WorkflowEnvironment::auto_time_skipping_disabled() {
  if (state_->gate) state_->gate->disable();
  return AutoTimeSkippingDisabled(state_->gate);
}

std::string WorkflowEnvironment::describe_time() const {
  if (!state_->gate) return "Time is not skipped here: it is the service's own.";
  return (state_->in_process ? state_->in_process->describe_time() : std::string(kAskServer)) +
         state_->guard->describe_failures();
}

WorkflowEnvironment::AutoTimeSkippingDisabled::AutoTimeSkippingDisabled(std::shared_ptr<detail::TimeGate> gate)
    : gate_(std::move(gate)) {}

WorkflowEnvironment::AutoTimeSkippingDisabled::~AutoTimeSkippingDisabled() {
  if (gate_) gate_->enable();
}

}  // namespace temporalio::testing
