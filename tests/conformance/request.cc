#include "tests/conformance/request.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <cctype>
#include <stdexcept>

#include "tests/conformance/caller.h"
#include "tests/conformance/shorthand.h"

namespace conformance {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int, google::protobuf::io::ColumnNumber, const std::string& message) override {
    if (text.empty()) text = message;
  }
  std::string text;
};

const FieldDescriptor* field_of(const Message& message, const std::string& name) {
  return message.GetDescriptor()->FindFieldByName(name);
}

bool lacks(const Message& message, const std::string& name) {
  const auto* field = field_of(message, name);
  if (field == nullptr) return false;
  return !message.GetReflection()->HasField(message, field);
}

void set_default(Message& message, const std::string& name, const std::string& value) {
  const auto* field = field_of(message, name);
  if (field == nullptr || field->cpp_type() != FieldDescriptor::CPPTYPE_STRING || !lacks(message, name)) return;
  message.GetReflection()->SetString(&message, field, value);
}

Message& sub(Message& message, const std::string& name) {
  return *message.GetReflection()->MutableMessage(&message, field_of(message, name));
}

void set_enum(Message& message, const std::string& field, const std::string& value) {
  const auto* descriptor = field_of(message, field);
  message.GetReflection()->SetEnum(&message, descriptor, descriptor->enum_type()->FindValueByName(value));
}

// A reference such as `task.history.events.2.event_id`, as a literal of text format.
std::string resolve(const Kept& kept, const std::string& reference) {
  const auto first_dot = reference.find('.');
  const auto found = kept.find(reference.substr(0, first_dot));
  if (found == kept.end()) throw std::runtime_error("$" + reference + ": no response is kept under this name");
  const Message* message = found->second.get();
  std::string rest = first_dot == std::string::npos ? "" : reference.substr(first_dot + 1);
  while (!rest.empty()) {
    const auto dot = rest.find('.');
    const std::string name = rest.substr(0, dot);
    rest = dot == std::string::npos ? "" : rest.substr(dot + 1);
    const auto* field = field_of(*message, name);
    if (field == nullptr) throw std::runtime_error("$" + reference + ": no field " + name);
    const auto* reflection = message->GetReflection();
    int index = -1;
    if (field->is_repeated()) {
      const auto end = rest.find('.');
      index = std::stoi(rest.substr(0, end));
      rest = end == std::string::npos ? "" : rest.substr(end + 1);
      if (index >= reflection->FieldSize(*message, field)) {
        throw std::runtime_error("$" + reference + ": " + name + " has " +
                                 std::to_string(reflection->FieldSize(*message, field)) + " elements");
      }
    }
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      message = index < 0 ? &reflection->GetMessage(*message, field)
                          : &reflection->GetRepeatedMessage(*message, field, index);
      continue;
    }
    std::string literal;
    google::protobuf::TextFormat::PrintFieldValueToString(*message, field, index, &literal);
    return literal;
  }
  throw std::runtime_error("$" + reference + ": names a message, not a value");
}

void default_task_queue(Message& request, const Step& step, const std::string& method, const std::string& unique) {
  const auto* field = field_of(request, "task_queue");
  if (field == nullptr || field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || !lacks(request, "task_queue"))
    return;
  const bool is_poll = method.starts_with("Poll");
  const std::string name = is_poll && !step.target.empty() ? step.target : "queue";
  Message& queue = sub(request, "task_queue");
  set_default(queue, "name", name + unique);
  const bool is_sticky = name.starts_with("sticky");
  set_enum(queue, "kind", is_sticky ? "TASK_QUEUE_KIND_STICKY" : "TASK_QUEUE_KIND_NORMAL");
  if (is_sticky) set_default(queue, "normal_name", "queue" + unique);
}

void default_token(Message& request, const Step& step, const std::string& method, const Kept& kept) {
  const auto* field = field_of(request, "task_token");
  if (field == nullptr || !lacks(request, "task_token")) return;
  const bool is_activity = method.find("Activity") != std::string::npos;
  const std::string name = !step.target.empty() ? step.target : is_activity ? "activity" : "task";
  const auto found = kept.find(name);
  if (found == kept.end()) throw std::runtime_error("no task is kept under the name " + name);
  request.GetReflection()->SetString(&request, field, get_string(*found->second, "task_token"));
}

}  // namespace

std::string get_string(const Message& message, const std::string& field) {
  const auto* descriptor = field_of(message, field);
  return descriptor == nullptr ? "" : message.GetReflection()->GetString(message, descriptor);
}

std::string method_of(const std::string& verb) {
  static const std::map<std::string, std::string> kAliases = {
      {"start", "StartWorkflowExecution"},
      {"signal", "SignalWorkflowExecution"},
      {"signal_with_start", "SignalWithStartWorkflowExecution"},
      {"cancel", "RequestCancelWorkflowExecution"},
      {"terminate", "TerminateWorkflowExecution"},
      {"describe", "DescribeWorkflowExecution"},
      {"query", "QueryWorkflow"},
      {"history", "GetWorkflowExecutionHistory"},
      {"task", "PollWorkflowTaskQueue"},
      {"complete", "RespondWorkflowTaskCompleted"},
      {"fail", "RespondWorkflowTaskFailed"},
      {"answer", "RespondQueryTaskCompleted"},
      {"activity", "PollActivityTaskQueue"},
      {"complete_activity", "RespondActivityTaskCompleted"},
      {"fail_activity", "RespondActivityTaskFailed"},
      {"cancel_activity", "RespondActivityTaskCanceled"},
      {"heartbeat", "RecordActivityTaskHeartbeat"},
  };
  const auto found = kAliases.find(verb);
  return found == kAliases.end() ? verb : found->second;
}

std::shared_ptr<Message> build_request(const Step& step, const RequestContext& context) {
  const std::string method = method_of(step.verb);
  std::shared_ptr<Message> request = Caller::new_request(method);
  const Shorthand shorthand{[&](const std::string& reference) { return resolve(context.kept, reference); },
                            context.unique};
  const std::string text = expand(step.body, shorthand);
  google::protobuf::TextFormat::Parser parser;
  FirstError error;
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFromString(text, request.get())) throw std::runtime_error(error.text + " in: " + text);

  const bool is_worker = method.starts_with("Poll") || method.starts_with("Respond") || method.starts_with("Record");
  set_default(*request, "namespace", context.name_space);
  set_default(*request, "identity", is_worker ? "worker" : "client");
  set_default(*request, "request_id", context.new_uuid());
  if (!step.target.empty()) set_default(*request, "workflow_id", step.target + context.unique);
  for (const char* name : {"workflow_execution", "execution"}) {
    if (field_of(*request, name) == nullptr || step.target.empty()) continue;
    set_default(sub(*request, name), "workflow_id", step.target + context.unique);
  }
  const bool starts = method == "StartWorkflowExecution" || method == "SignalWithStartWorkflowExecution";
  if (starts && lacks(*request, "workflow_type")) set_default(sub(*request, "workflow_type"), "name", "Workflow");
  if (starts && context.skips_by_request && lacks(*request, "time_skipping_config")) {
    Message& config = sub(*request, "time_skipping_config");
    config.GetReflection()->SetBool(&config, field_of(config, "enabled"), true);
  }
  default_task_queue(*request, step, method, context.unique);
  default_token(*request, step, method, context.kept);
  return request;
}

}  // namespace conformance
