#include "sdk/src/rpc/request_check.h"

#include <google/protobuf/message.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "sdk/src/base/log.h"
#include "sdk/src/base/utf8.h"
#include "sdk/src/rpc/message_plan.h"
#include "temporal/api/command/v1/message.pb.h"

namespace temporalio::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using temporal::api::command::v1::Command;
using temporal::api::common::v1::Payloads;

constexpr int kInvalidArgument = 3;    // google.rpc.Code
constexpr int kResourceExhausted = 8;  // google.rpc.Code
// Protobuf readers give up at 100 levels; a service wraps what it gets in some of its own before it sends it on.
constexpr int kMaxDepth = 95;

std::string exceeded(const char* limit) {
  std::string text = "[TMPRL1103] Attempted to upload payloads with size that exceeded the ";
  text += limit;
  text += " limit: ";
  return text;
}

const std::string& string_of(const Message& message, const FieldDescriptor& field, int index, std::string& scratch) {
  const auto& reflection = *message.GetReflection();
  return field.is_repeated() ? reflection.GetRepeatedStringReference(message, &field, index, &scratch)
                             : reflection.GetStringReference(message, &field, &scratch);
}

// Where in a request something stands. Built only when it is to be named: from the inside out, while the walk ends.
struct Place {
  std::string path;     // "commands[2].schedule_activity_task_command_attributes.input"
  std::string subject;  // " of activity charge (id 3)": the command that it belongs to, if there is one
};

std::string subject_of(const Command& command) {
  switch (command.attributes_case()) {
    case Command::kScheduleActivityTaskCommandAttributes: {
      const auto& attributes = command.schedule_activity_task_command_attributes();
      return " of activity " + attributes.activity_type().name() + " (id " + attributes.activity_id() + ")";
    }
    case Command::kStartChildWorkflowExecutionCommandAttributes: {
      const auto& attributes = command.start_child_workflow_execution_command_attributes();
      return " of child workflow " + attributes.workflow_type().name() + " (id " + attributes.workflow_id() + ")";
    }
    case Command::kSignalExternalWorkflowExecutionCommandAttributes: {
      const auto& attributes = command.signal_external_workflow_execution_command_attributes();
      return " of signal " + attributes.signal_name() + " to workflow " + attributes.execution().workflow_id();
    }
    case Command::kContinueAsNewWorkflowExecutionCommandAttributes:
      return " of continue-as-new";
    case Command::kCompleteWorkflowExecutionCommandAttributes:
    case Command::kFailWorkflowExecutionCommandAttributes:
    case Command::kCancelWorkflowExecutionCommandAttributes:
      return " of the workflow";
    case Command::kRecordMarkerCommandAttributes:
      return " of marker " + command.record_marker_command_attributes().marker_name();
    default:
      return {};
  }
}

// Notes, on the way out of the walk, that the place is in element `index` of `field` of `parent`.
void prepend(Place& place, const Message& parent, const FieldDescriptor& field, int index) {
  std::string step = field.name();
  if (field.is_repeated()) step += "[" + std::to_string(index) + "]";
  place.path = place.path.empty() ? step : step + "." + place.path;
  if (const auto* command = dynamic_cast<const Command*>(&parent)) place.subject = subject_of(*command);
}

// "argument 2": which of the payloads is the largest.
std::string largest_of(const std::string& path, const Message& message, std::size_t& size) {
  const auto* payloads = dynamic_cast<const Payloads*>(&message);
  if (payloads == nullptr) {
    size = message.ByteSizeLong();
    return "the memo";
  }
  int largest = 0;
  for (int i = 0; i < payloads->payloads_size(); ++i) {
    const std::size_t bytes = payloads->payloads(i).ByteSizeLong();
    if (bytes > size) {
      size = bytes;
      largest = i;
    }
  }
  const auto ends_with = [&path](std::string_view end) { return std::string_view(path).ends_with(end); };
  if (ends_with("input") || ends_with("query_args") || ends_with("args")) {
    return "argument " + std::to_string(largest + 1);
  }
  if (ends_with("query_result") || ends_with("answer")) return "the answer to a query";
  if (ends_with("result")) return "the result";
  return "detail " + std::to_string(largest + 1);
}

// Passes over a request, up to the first thing that the service would refuse.
class Walk {
 public:
  // `large_from`: the size of payloads from which on large() lists them.
  explicit Walk(const Message& request, std::size_t large_from = kLargePayloadBytes)
      : request_(request), plan_(plan_of(*request.GetDescriptor())), large_from_(large_from) {}

  // False: refusal() and why() say what is wrong.
  bool check() { return visit(request_, plan_, 0); }

  // The place of a message that the walk has met.
  Place find(const Message& wanted) {
    wanted_ = &wanted;
    place_ = Place();
    visit(request_, plan_, 0);
    wanted_ = nullptr;
    return std::exchange(place_, {});
  }

  Refusal refusal() const { return refusal_; }
  const std::string& why() const { return why_; }
  const Place& place() const { return place_; }
  bool has_bad_text() const { return has_bad_text_; }
  const std::vector<const Message*>& large() const { return large_; }

 private:
  // False: ends the walk; place_ says where.
  bool visit(const Message& message, const MessagePlan& plan, int depth) {
    if (&message == wanted_) return false;
    if (depth > kMaxDepth) return refuse(Refusal::too_deep, "is nested too deeply for a Protobuf message");
    if (plan.type == MessagePlan::Type::payload) return visit_payload(message);
    if (plan.type != MessagePlan::Type::other && !visit_size(message)) return false;
    const auto& reflection = *message.GetReflection();
    for (const MessagePlan::Field& entry : plan.fields) {
      const int size = count(reflection, message, entry);
      for (int i = 0; i < size; ++i) {
        if (visit_element(message, entry, i, depth)) continue;
        prepend(place_, message, *entry.field, i);
        return false;
      }
    }
    return true;
  }

  static int count(const google::protobuf::Reflection& reflection, const Message& message,
                   const MessagePlan::Field& entry) {
    if (entry.field->is_repeated()) return reflection.FieldSize(message, entry.field);
    if (entry.kind != MessagePlan::Kind::message) return 1;
    return reflection.HasField(message, entry.field) ? 1 : 0;
  }

  bool visit_element(const Message& message, const MessagePlan::Field& entry, int index, int depth) {
    const auto& reflection = *message.GetReflection();
    const FieldDescriptor& field = *entry.field;
    if (entry.kind == MessagePlan::Kind::message) {
      return visit(field.is_repeated() ? reflection.GetRepeatedMessage(message, &field, index)
                                       : reflection.GetMessage(message, &field),
                   *entry.child, depth + 1);
    }
    std::string scratch;
    const std::string& text = string_of(message, field, index, scratch);
    if (wanted_ != nullptr || base::is_utf8(text)) return true;
    if (entry.kind == MessagePlan::Kind::name) {
      return refuse(Refusal::not_utf8, "is not valid UTF-8: \"" + base::escaped(text) + "\"");
    }
    has_bad_text_ = true;
    return true;
  }

  // Payloads are many: not by reflection, which copies the map.
  bool visit_payload(const Message& message) {
    if (wanted_ != nullptr) return true;
    for (const auto& [key, value] : static_cast<const temporal::api::common::v1::Payload&>(message).metadata()) {
      if (!base::is_utf8(key)) {
        return refuse(Refusal::not_utf8, "has a metadata key that is not valid UTF-8: \"" + base::escaped(key) + "\"");
      }
    }
    return true;
  }

  bool visit_size(const Message& message) {
    const std::size_t bytes = wanted_ != nullptr ? 0 : message.ByteSizeLong();
    if (bytes <= large_from_) return true;
    large_.push_back(&message);
    return bytes <= kMaxPayloadBytes || refuse(Refusal::payloads_too_large, "");
  }

  bool refuse(Refusal refusal, std::string why) {
    refusal_ = refusal;
    why_ = std::move(why);
    return false;
  }

  const Message& request_;
  const MessagePlan& plan_;
  const std::size_t large_from_;
  const Message* wanted_ = nullptr;  // of find()
  Refusal refusal_ = Refusal::none;
  std::string why_;
  Place place_;
  std::vector<const Message*> large_;
  bool has_bad_text_ = false;
};

// Mends the texts for people. Changing a map by reflection costs a copy of it, so only where the walk has found some.
void mend(Message& message, const MessagePlan& plan) {
  if (plan.type == MessagePlan::Type::payload) return;
  const auto& reflection = *message.GetReflection();
  for (const MessagePlan::Field& entry : plan.fields) {
    const FieldDescriptor& field = *entry.field;
    const int size = field.is_repeated() ? reflection.FieldSize(message, &field) : 1;
    for (int i = 0; i < size; ++i) {
      if (entry.kind == MessagePlan::Kind::message) {
        if (field.is_repeated()) {
          mend(*reflection.MutableRepeatedMessage(&message, &field, i), *entry.child);
        } else if (reflection.HasField(message, &field)) {
          mend(*reflection.MutableMessage(&message, &field), *entry.child);
        }
      } else if (entry.kind == MessagePlan::Kind::text) {
        std::string scratch;
        const std::string& text = string_of(message, field, i, scratch);
        if (base::is_utf8(text)) continue;
        if (field.is_repeated()) {
          reflection.SetRepeatedString(&message, &field, i, base::replace_invalid_utf8(text));
        } else {
          reflection.SetString(&message, &field, base::replace_invalid_utf8(text));
        }
      }
    }
  }
}

// "argument 2 of activity charge (id 3) takes 1500000 of 3000210 bytes in commands[0]...input".
std::string describe_large(Walk& walk, const Message& large) {
  const Place place = walk.find(large);
  std::size_t most = 0;
  const std::string what = largest_of(place.path, large, most);
  const std::size_t all = large.ByteSizeLong();
  return what + place.subject + " takes " + std::to_string(most) + " bytes" +
         (all - most > most / 10 ? ", with its neighbours " + std::to_string(all) : std::string()) + " (" + place.path +
         ")";
}

std::string method_name(const char* method) {
  const std::string_view path = method;
  return std::string(path.substr(path.rfind('/') + 1));
}

}  // namespace

namespace {

// Why a request that is too large as a whole cannot be sent, with the payloads that take most of it.
std::string message_too_large(const Message& request, std::size_t bytes) {
  std::string text = "the message takes " + std::to_string(bytes) + " bytes, at most " +
                     std::to_string(kMaxRequestBytes) + " are allowed";
  Walk walk(request, 0);
  walk.check();
  const auto is_smaller = [](const Message* a, const Message* b) { return a->ByteSizeLong() < b->ByteSizeLong(); };
  const auto largest = std::max_element(walk.large().begin(), walk.large().end(), is_smaller);
  if (largest != walk.large().end()) text += "; the largest part: " + describe_large(walk, **largest);
  return text;
}

}  // namespace

Status check_request(const char* method, Message& request) {
  Walk walk(request);
  const bool is_good = walk.check();
  const auto refuse = [&](int code, const std::string& why, Refusal refusal) {
    return Status{code, method_name(method) + " was not sent: " + why, "", refusal};
  };
  if (!is_good && walk.refusal() != Refusal::payloads_too_large) {
    return refuse(kInvalidArgument, "the field " + walk.place().path + " " + walk.why(), walk.refusal());
  }
  if (!is_good) {
    std::string why = exceeded("error");
    why += describe_large(walk, *walk.large().back());
    why += "; at most " + std::to_string(kMaxPayloadBytes) + " are allowed";
    return refuse(kInvalidArgument, why, Refusal::payloads_too_large);
  }
  if (const std::size_t bytes = request.ByteSizeLong(); bytes > kMaxRequestBytes) {
    return refuse(kResourceExhausted, message_too_large(request, bytes), Refusal::message_too_large);
  }
  for (const Message* large : walk.large()) {
    std::string warning = exceeded("warning");
    warning += describe_large(walk, *large) + " in " + method_name(method);
    base::log(LogLevel::warning, warning);
  }
  if (walk.has_bad_text()) mend(request, plan_of(*request.GetDescriptor()));
  return {};
}

namespace {

class CheckingService final : public Service {
 public:
  CheckingService(std::shared_ptr<Service> next, std::shared_ptr<base::Loop> loop)
      : next_(std::move(next)), loop_(std::move(loop)) {}

  CallId start(const char* method, Message& request, Message& response, CallOptions options,
               std::function<void(Status)> done) override {
    Status status = check_request(method, request);
    if (status.is_ok()) return next_->start(method, request, response, std::move(options), std::move(done));
    loop_->post([done = std::move(done), status = std::move(status)] { done(status); });
    return kRefused;
  }

  void cancel(CallId call) override {
    if (call != kRefused) next_->cancel(call);
  }

 private:
  static constexpr CallId kRefused = 0;  // no service's id

  const std::shared_ptr<Service> next_;
  const std::shared_ptr<base::Loop> loop_;
};

}  // namespace

std::shared_ptr<Service> make_checking_service(std::shared_ptr<Service> next, std::shared_ptr<base::Loop> loop) {
  return std::make_shared<CheckingService>(std::move(next), std::move(loop));
}

}  // namespace temporalio::rpc
