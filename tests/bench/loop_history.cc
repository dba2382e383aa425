#include "tests/bench/loop_history.h"

#include <google/protobuf/util/json_util.h>

#include <cstdint>

#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::bench {
namespace {

namespace enums = temporal::api::enums::v1;
using temporal::api::history::v1::History;
using temporal::api::history::v1::HistoryEvent;

constexpr char kIdentity[] = "19041@monolith";
constexpr char kQueue[] = "tq-a41dde3c-1ed4-4a67-a808-d9d99da337c6";
constexpr char kRunId[] = "af6b802e-0485-4953-9625-c46e9b2243e6";
constexpr char kRequestId[] = "550a3619-9085-434a-806e-a1f3f36f0d81";

class Writer {
 public:
  Writer(History& history, Ids ids) : history_(history), ids_(ids) {}

  HistoryEvent& event(enums::EventType type) {
    HistoryEvent& event = *history_.add_events();
    nanos_ += 1'000'123;
    event.set_event_id(history_.events_size());
    event.set_event_type(type);
    event.set_task_id(1048576 + history_.events_size() * 5);
    event.mutable_event_time()->set_seconds(1735598324 + nanos_ / 1'000'000'000);
    event.mutable_event_time()->set_nanos(static_cast<std::int32_t>(nanos_ % 1'000'000'000));
    return event;
  }
  void pass_second() { nanos_ += 1'000'000'000; }
  std::int64_t last() const { return history_.events_size(); }

  void start(Loop loop, int iterations) {
    auto& started =
        *event(enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED).mutable_workflow_execution_started_event_attributes();
    started.mutable_workflow_type()->set_name(loop_type(loop));
    queue(*started.mutable_task_queue());
    payload(*started.mutable_input()->add_payloads(), iterations);
    started.mutable_workflow_task_timeout()->set_seconds(10);
    started.set_original_execution_run_id(kRunId);
    started.set_first_execution_run_id(kRunId);
    started.set_identity(kIdentity);
    started.set_attempt(1);
    started.mutable_header();
    started.set_workflow_id("loop");
  }

  void workflow_task() {
    auto& scheduled =
        *event(enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED).mutable_workflow_task_scheduled_event_attributes();
    queue(*scheduled.mutable_task_queue());
    scheduled.mutable_start_to_close_timeout()->set_seconds(10);
    scheduled.set_attempt(1);
    const std::int64_t scheduled_id = last();
    auto& started = *event(enums::EVENT_TYPE_WORKFLOW_TASK_STARTED).mutable_workflow_task_started_event_attributes();
    started.set_scheduled_event_id(scheduled_id);
    started.set_identity(kIdentity);
    started.set_request_id(kRequestId);
    started.set_history_size_bytes(100 * last());
    auto& completed =
        *event(enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED).mutable_workflow_task_completed_event_attributes();
    completed.set_scheduled_event_id(scheduled_id);
    completed.set_started_event_id(scheduled_id + 1);
    completed.set_identity(kIdentity);
    completed.mutable_metering_metadata();
    auto& metadata = *completed.mutable_sdk_metadata();
    if (scheduled_id == 2) {  // only the first says which SDK it was and what it does differently
      for (const std::uint32_t flag : {1u, 2u, 3u}) {
        if (ids_ == Ids::core) metadata.add_core_used_flags(flag);
      }
      if (ids_ == Ids::go) metadata.set_sdk_name("temporal-go");
      if (ids_ == Ids::go) metadata.set_sdk_version("1.47.0");
    }
    completed_ = last();
  }

  void timer(int number) {
    const std::string id = id_of(number);
    auto& started = *event(enums::EVENT_TYPE_TIMER_STARTED).mutable_timer_started_event_attributes();
    started.set_timer_id(id);
    started.mutable_start_to_fire_timeout()->set_seconds(1);
    started.set_workflow_task_completed_event_id(completed_);
    const std::int64_t started_id = last();
    pass_second();
    auto& fired = *event(enums::EVENT_TYPE_TIMER_FIRED).mutable_timer_fired_event_attributes();
    fired.set_timer_id(id);
    fired.set_started_event_id(started_id);
  }

  void activity(int number) {
    const std::string id = id_of(number);
    auto& scheduled =
        *event(enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED).mutable_activity_task_scheduled_event_attributes();
    scheduled.set_activity_id(id);
    scheduled.mutable_activity_type()->set_name("Act");
    queue(*scheduled.mutable_task_queue());
    scheduled.mutable_header();
    payload(*scheduled.mutable_input()->add_payloads(), number);
    scheduled.mutable_start_to_close_timeout()->set_seconds(60);
    scheduled.mutable_retry_policy()->mutable_initial_interval()->set_seconds(1);
    scheduled.mutable_retry_policy()->set_backoff_coefficient(2);
    scheduled.mutable_retry_policy()->mutable_maximum_interval()->set_seconds(100);
    scheduled.set_workflow_task_completed_event_id(completed_);
    const std::int64_t scheduled_id = last();
    auto& started = *event(enums::EVENT_TYPE_ACTIVITY_TASK_STARTED).mutable_activity_task_started_event_attributes();
    started.set_scheduled_event_id(scheduled_id);
    started.set_identity(kIdentity);
    started.set_request_id(kRequestId);
    started.set_attempt(1);
    auto& done = *event(enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED).mutable_activity_task_completed_event_attributes();
    payload(*done.mutable_result()->add_payloads(), number);
    done.set_scheduled_event_id(scheduled_id);
    done.set_started_event_id(scheduled_id + 1);
    done.set_identity(kIdentity);
  }

  void signal(int number) {
    auto& signaled =
        *event(enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED).mutable_workflow_execution_signaled_event_attributes();
    signaled.set_signal_name("tick");
    payload(*signaled.mutable_input()->add_payloads(), number);
    signaled.set_identity(kIdentity);
    signaled.mutable_header();
  }

  void complete(int iterations) {
    auto& completed =
        *event(enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED).mutable_workflow_execution_completed_event_attributes();
    payload(*completed.mutable_result()->add_payloads(), iterations);
    completed.set_workflow_task_completed_event_id(completed_);
  }

 private:
  static void queue(temporal::api::taskqueue::v1::TaskQueue& queue) {
    queue.set_name(kQueue);
    queue.set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  }
  static void payload(temporal::api::common::v1::Payload& payload, int value) {
    (*payload.mutable_metadata())["encoding"] = "json/plain";
    payload.set_data(std::to_string(value));
  }
  // Of the timer or activity that the next event schedules.
  std::string id_of(int number) const { return std::to_string(ids_ == Ids::core ? number : last() + 1); }

  History& history_;
  Ids ids_;
  std::int64_t nanos_ = 0;
  std::int64_t completed_ = 0;
};

}  // namespace

const char* loop_name(Loop loop) {
  return loop == Loop::timer ? "timer loop" : loop == Loop::activity ? "activity loop" : "signal loop";
}

const char* loop_type(Loop loop) {
  return loop == Loop::timer ? "TimerLoop" : loop == Loop::activity ? "ActivityLoop" : "SignalLoop";
}

int iterations_for(Loop loop, int events) {
  return (events - 5) / (loop == Loop::timer ? 5 : loop == Loop::activity ? 6 : 4);
}

void fill_loop_history(Loop loop, int iterations, Ids ids, History& history) {
  Writer writer(history, ids);
  writer.start(loop, iterations);
  writer.workflow_task();
  for (int i = 1; i <= iterations; ++i) {
    if (loop == Loop::timer) writer.timer(i);
    if (loop == Loop::activity) writer.activity(i);
    if (loop == Loop::signal) writer.signal(i);
    writer.workflow_task();
  }
  writer.complete(iterations);
}

std::string to_json(const History& history) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string json;
  (void)google::protobuf::util::MessageToJsonString(history, &json, options);
  return json;
}

}  // namespace temporalio::bench
