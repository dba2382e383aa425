// Environments for tests of workflows: a Temporal service whose clock jumps, in the test's own process or behind a
// socket, and the client to it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "temporalio/activity_mock.h"
#include "temporalio/client.h"
#include "temporalio/duration.h"
#include "temporalio/option_text.h"

namespace temporalio::testing {

namespace detail {
class TimeGate;
}

struct TimeSkippingOptions {
  OptionString namespace_ = "default";
  OptionString identity = {};  // empty: process id and host name
  // Decides run ids, request ids and queue names, and with them everything that follows from them: the same seed and
  // the same calls give the same histories.
  std::uint64_t seed = 1;
  // Ends result(), query() and execute_workflow() with an RPCError (FAILED_PRECONDITION) that says why, when the
  // workflow that they wait for, or one that it has brought about, will get nowhere: its task has failed three times in
  // the same way, no worker of this environment knows its type or that of one of its activities, or an activity has
  // failed a thousand times while nothing else happened. false: all that is tried for ever, as a real service does.
  bool fail_fast = true;
  // The same ends, with what describe_time() says, when nothing has moved for so long by the machine's clock: no task
  // or activity has ended, no heartbeat has come. Not while auto_time_skipping_disabled() holds. Zero: never. To be
  // raised where an activity really takes longer. Workflow code that never yields cannot be ended: it is logged after
  // two seconds, with its stack.
  Duration hang_timeout = std::chrono::seconds(10);
  // The path of a test server (temporal-test-server, or the Java one) to launch, with these arguments after the port,
  // and to use over a socket instead of the service in this process. The seed is not used then: what several clients of
  // one server make up must differ.
  OptionString test_server_existing_path = {};
  std::vector<std::string> test_server_extra_args = {};
};

// A service and a client to it. Time is skipped only while a client of this environment waits in a handle's result() or
// in execute_workflow(), and in sleep(); otherwise it runs at wall pace. Nor is it skipped while a worker has something
// to do: an activity that waits for a workflow's result() holds time itself, so that workflow's timers run at wall pace
// (sleep() may be called from activities). Destroying the environment while workers or
// clients made from it live is fine: the service lives as long as the last of them.
//
// All functions may be called from any thread, but not from workflow code.
class WorkflowEnvironment {
 public:
  class [[nodiscard]] AutoTimeSkippingDisabled;

  // A service of its own inside this process: no socket, no serialisation, no thread. Environments do not share a
  // clock, so tests may run in parallel.
  static WorkflowEnvironment start_time_skipping(TimeSkippingOptions options = {});

  // Connects to a running temporal-test-server, ours or the Java one, at "host:port"; all clients of such a server
  // share its clock. It should have been started without --enable-time-skipping: with it, time skips whenever no worker
  // is busy, not only as said above. Throws RPCError when nothing answers there.
  static WorkflowEnvironment connect_time_skipping(std::string_view target, TimeSkippingOptions options = {});

  // An environment around a client of any service, for tests that also run without time skipping: sleep() sleeps.
  static WorkflowEnvironment from_client(client::Client client);

  WorkflowEnvironment(WorkflowEnvironment&&) noexcept;
  WorkflowEnvironment& operator=(WorkflowEnvironment&&) noexcept;
  ~WorkflowEnvironment();

  client::Client& client();

  // Lets time pass, by skipping where the environment can. Returns when the service's clock has moved that far; work
  // that becomes due on the way is done by the workers meanwhile. Throws RPCError.
  void sleep(Duration duration);

  // The service's time; the machine's where the environment cannot skip.
  SystemTime get_current_time();

  bool supports_time_skipping() const;

  // Stands in for an activity, with a function of its arguments, in the workers made from this environment's client,
  // whether they have that activity or not. A second one for an activity takes the first one's place. To be called
  // before the workers start. The function is called on a thread of the pool, by several at a time where the workflow
  // calls several activities, and may use activity::info() and the like; what it throws fails the activity.
  template <auto kActivity, class F>
  ActivityMock mock_activity(F function) {
    using Traits = FunctionTraits<decltype(kActivity)>;
    static_assert(detail::kCanStandIn<F, typename Traits::Value, typename Traits::Args>,
                  "what stands in for an activity takes the activity's arguments and gives its result");
    using Mock = detail::MockFunction<kActivity, F>;
    auto mock = std::make_shared<Mock>(std::move(function));
    void* const instance = mock.get();
    add_mock(Mock::kDefinition, mock, instance);
    return ActivityMock(std::move(mock));
  }
  // What mocks were to be called and were not, or not as often: a sentence each; empty when all is as expected. Any
  // time; a test asks at its end: EXPECT_EQ(env.unmet_expectations(), "").
  std::string unmet_expectations() const;

  // While the returned object lives, result() does not skip time.
  AutoTimeSkippingDisabled auto_time_skipping_disabled();

  // Who holds the clock, why and for how long, the next timer, and what fails, for a person whose test hangs. Answers
  // at once, whatever runs: of code that does not yield it gives the stack. Over a socket it says where to look for
  // what the server knows (SIGUSR1 makes temporal-test-server print it).
  std::string describe_time() const;

 private:
  struct State;

  explicit WorkflowEnvironment(std::unique_ptr<State> state);
  void add_mock(const activity::Definition& definition, std::shared_ptr<detail::MockCalls> mock, void* instance);

  std::unique_ptr<State> state_;
};

class WorkflowEnvironment::AutoTimeSkippingDisabled {
 public:
  ~AutoTimeSkippingDisabled();
  AutoTimeSkippingDisabled(const AutoTimeSkippingDisabled&) = delete;
  AutoTimeSkippingDisabled& operator=(const AutoTimeSkippingDisabled&) = delete;

 private:
  friend class WorkflowEnvironment;
  explicit AutoTimeSkippingDisabled(std::shared_ptr<detail::TimeGate> gate);

  std::shared_ptr<detail::TimeGate> gate_;  // null: there was nothing to disable
};

}  // namespace temporalio::testing
