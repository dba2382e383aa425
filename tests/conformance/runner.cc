#include "tests/conformance/runner.h"

#include <google/protobuf/descriptor.h>

#include <chrono>
#include <future>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>

#include "temporal/api/history/v1/message.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "tests/conformance/caller.h"
#include "tests/conformance/rendering.h"
#include "tests/conformance/request.h"
#include "tests/conformance/server_time.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using google::protobuf::Message;
namespace service = temporal::api::workflowservice::v1;
using temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED;
using temporal::api::history::v1::HistoryEvent;

constexpr std::chrono::milliseconds kPatience = 15s;  // for any answer

class Runner {
 public:
  Runner(const Scenario& scenario, const std::string& address)
      : scenario_(scenario),
        caller_(address),
        time_(caller_, scenario.skips_time),
        unique_("-" + uuid().substr(0, 8)),
        rendering_(unique_, scenario.grid_ms) {}

  Transcript run() {
    rendering_.show(scenario_.shown_fields);
    rendering_.hide(scenario_.hidden_fields);
    if (scenario_.compares_texts) rendering_.show_server_texts();
    if (scenario_.has_own_namespace) register_own_namespace();
    for (const Step& step : scenario_.steps) {
      try {
        play(step);
      } catch (const std::runtime_error& error) {
        throw std::runtime_error(scenario_.name + ", line " + std::to_string(step.line) + " (" + step.source +
                                 "): " + error.what());
      }
    }
    for (auto& [name, pending] : background_) pending.answer.wait();
    return std::move(transcript_);
  }

 private:
  struct Pending {
    Step step;
    std::future<CallResult> answer;
  };

  std::string uuid() {
    const char* hex = "0123456789abcdef";
    std::string text;
    for (int i = 0; i < 36; ++i) text += i == 8 || i == 13 || i == 18 || i == 23 ? '-' : hex[random_() % 16];
    text[14] = '4';
    text[19] = '8';
    return text;
  }

  void register_own_namespace() {
    namespace_ = "conformance" + unique_;
    service::RegisterNamespaceRequest request;
    request.set_namespace_(namespace_);
    request.mutable_workflow_execution_retention_period()->set_seconds(24 * 60 * 60);
    const CallResult result = caller_.call("RegisterNamespace", request, kPatience);
    if (result.code != 0) throw std::runtime_error("cannot register a namespace: " + result.message);
    service::CountWorkflowExecutionsRequest probe;  // the real server needs a moment until it knows the name everywhere
    probe.set_namespace_(namespace_);
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (caller_.call("CountWorkflowExecutions", probe, kPatience).code != 0) {
      if (std::chrono::steady_clock::now() > end) throw std::runtime_error("the new namespace cannot be used");
      std::this_thread::sleep_for(100ms);
    }
  }

  bool hides_skips() const { return scenario_.skips_time && !time_.has_test_service(); }

  void play(const Step& step) {
    transcript_.text += "> " + step.source + "\n";
    if (step.verb == "wait") return wait(step);
    if (step.verb == "join") return join(step);
    if (step.verb == "history") return history(step);
    const std::string method = method_of(step.verb);
    std::shared_ptr<Message> request =
        build_request(step, {kept_, unique_, [this] { return uuid(); }, namespace_, hides_skips()});
    if (method == "StartWorkflowExecution" || method == "SignalWithStartWorkflowExecution") {
      workflow_ids_.insert(get_string(*request, "workflow_id"));
    }
    if (method == "ExecuteMultiOperation") {
      const auto& operations = static_cast<const service::ExecuteMultiOperationRequest&>(*request).operations();
      if (!operations.empty()) workflow_ids_.insert(operations[0].start_workflow().workflow_id());
    }
    const bool expects_nothing = step.expected == "empty" && !step.in_background;
    const auto patience = expects_nothing ? time_.short_poll() : kPatience;
    auto answer = std::async(std::launch::async,
                             [this, method, request, patience] { return call_slowly(method, *request, patience); });
    if (step.in_background) {
      background_[step.result_name] = Pending{step, std::move(answer)};
      time_.settle();
      return;
    }
    if (is_poll(method) && !expects_nothing) time_.until_ready(answer);
    record(step, answer.get());
  }

  // The real server takes only so many calls of a kind in a second.
  CallResult call_slowly(const std::string& method, const Message& request, std::chrono::milliseconds patience) const {
    for (;;) {
      CallResult result = caller_.call(method, request, patience);
      if (result.message != "namespace rate limit exceeded") return result;
      std::this_thread::sleep_for(200ms);
    }
  }

  static bool is_poll(const std::string& method) {
    return method.starts_with("Poll") || method == "GetWorkflowExecutionHistory";
  }

  void wait(const Step& step) {
    const std::string& text = step.source;
    const auto digits = text.find_first_of("0123456789");
    const long long count = digits == std::string::npos ? 0 : std::stoll(text.substr(digits));
    if (count <= 0) throw std::runtime_error("expected a time such as 500ms or 2s");
    time_.pass(text.ends_with("ms") ? std::chrono::milliseconds(count) : std::chrono::milliseconds(count * 1000));
  }

  void join(const Step& step) {
    const auto found = background_.find(step.target);
    if (found == background_.end()) throw std::runtime_error("nothing runs in the background as " + step.target);
    Pending pending = std::move(found->second);
    background_.erase(found);
    if (is_poll(method_of(pending.step.verb))) time_.until_ready(pending.answer);
    record(pending.step, pending.answer.get());
  }

  // What came back, into the transcript; kept for later steps; compared with what the script expects.
  void record(const Step& step, const CallResult& result) {
    std::string outcome = result.code == 0 ? "" : code_name(result.code);
    if (result.code == 0) {
      const auto* response_type = result.response->GetDescriptor();
      const bool is_task_poll =
          response_type->name().starts_with("Poll") && response_type->FindFieldByName("task_token") != nullptr;
      if (is_task_poll && get_string(*result.response, "task_token").empty()) outcome = "empty";
      keep(step, result.response);
      learn_base_time();
      learn_hidden_events();
      transcript_.text += rendering_.fields(*result.response, 2);
    } else {
      transcript_.text += "  error " + outcome;
      if (scenario_.compares_texts) transcript_.text += ": " + rendering_.plain(result.message);
      transcript_.text += "\n";
      for (const auto& detail : result.details) {
        transcript_.text += "  detail " + detail->GetDescriptor()->name() + "\n" + rendering_.fields(*detail, 4);
      }
      for (const auto& type : result.unknown_details) transcript_.text += "  detail " + type + "\n";
    }
    if (outcome == step.expected) return;
    transcript_.failures.push_back("line " + std::to_string(step.line) + " (" + step.source + "): got " +
                                   (outcome.empty() ? "success" : outcome + " " + result.message));
  }

  void keep(const Step& step, const std::shared_ptr<Message>& response) {
    if (!step.result_name.empty()) kept_[step.result_name] = response;
    if (step.verb == "task" || step.verb == "activity") kept_[step.verb] = response;
  }

  // All pages of one run's history.
  std::vector<HistoryEvent> fetch(service::GetWorkflowExecutionHistoryRequest request, CallResult* failure) {
    std::vector<HistoryEvent> events;
    do {
      CallResult result = caller_.call("GetWorkflowExecutionHistory", request, kPatience);
      if (result.code != 0) {
        if (failure != nullptr) *failure = result;
        return events;
      }
      auto& response = static_cast<service::GetWorkflowExecutionHistoryResponse&>(*result.response);
      events.insert(events.end(), response.history().events().begin(), response.history().events().end());
      request.set_next_page_token(response.next_page_token());
    } while (!request.next_page_token().empty());
    return events;
  }

  void learn_base_time() {
    if (rendering_.has_base_time() || workflow_ids_.empty()) return;
    service::GetWorkflowExecutionHistoryRequest request;
    request.set_namespace_(namespace_);
    request.mutable_execution()->set_workflow_id(*workflow_ids_.begin());
    const auto events = fetch(request, nullptr);
    if (events.empty()) return;
    const auto& time = events.front().event_time();
    rendering_.set_base_time(time.seconds() * 1000000000 + time.nanos());
  }

  void hide(const std::vector<HistoryEvent>& events) {
    if (events.empty()) return;
    std::vector<std::int64_t> ids;
    for (const HistoryEvent& event : events) {
      if (event.event_type() == EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED)
        ids.push_back(event.event_id());
    }
    const auto& run_id = events.front().workflow_execution_started_event_attributes().original_execution_run_id();
    rendering_.hide_events(run_id, std::move(ids));
    rendering_.set_run(run_id);
  }

  void learn_hidden_events() {
    if (!hides_skips()) return;
    for (const std::string& id : workflow_ids_) {
      service::GetWorkflowExecutionHistoryRequest request;
      request.set_namespace_(namespace_);
      request.mutable_execution()->set_workflow_id(id);
      hide(fetch(request, nullptr));
    }
  }

  // `history w1`: every event of the run with all its attributes.
  void history(const Step& step) {
    const auto request = build_request(step, {kept_, unique_, [this] { return uuid(); }, namespace_, false});
    CallResult failure;
    const auto events = fetch(static_cast<service::GetWorkflowExecutionHistoryRequest&>(*request), &failure);
    if (failure.code != 0) return record(step, failure);
    hide(events);
    for (const HistoryEvent& event : events) {
      if (event.event_type() == EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED) continue;
      transcript_.text += rendering_.event(event, 2);
    }
  }

  const Scenario& scenario_;
  Caller caller_;
  ServerTime time_;
  std::random_device random_;
  std::string unique_;
  std::string namespace_ = "default";
  Rendering rendering_;
  Kept kept_;
  std::set<std::string> workflow_ids_;  // of the workflows this scenario has started
  std::map<std::string, Pending> background_;
  Transcript transcript_;
};

}  // namespace

Transcript run_scenario(const Scenario& scenario, const std::string& address) {
  return Runner(scenario, address).run();
}

}  // namespace conformance
