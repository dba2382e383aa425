#include "sdk/src/rpc/message_plan.h"

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string_view>

#include "temporal/api/common/v1/message.pb.h"

namespace temporalio::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

class Plans {
 public:
  const MessagePlan& find(const Descriptor& type) {
    {
      const std::shared_lock lock(mutex_);
      const auto found = plans_.find(&type);
      if (found != plans_.end()) return *found->second;
    }
    const std::unique_lock lock(mutex_);
    return *build(type);
  }

 private:
  // Requires the lock.
  const MessagePlan* build(const Descriptor& type) {
    const auto [place, is_new] = plans_.try_emplace(&type);
    if (!is_new) return place->second.get();
    place->second = std::make_unique<MessagePlan>();
    MessagePlan& plan = *place->second;
    plan.type = type_of(type);
    under_construction_.insert(&type);
    for (int i = 0; i < type.field_count(); ++i) add(*type.field(i), plan);
    under_construction_.erase(&type);
    return &plan;
  }

  void add(const FieldDescriptor& field, MessagePlan& plan) {
    if (field.type() == FieldDescriptor::TYPE_STRING) {
      plan.fields.push_back({&field, is_text(field) ? MessagePlan::Kind::text : MessagePlan::Kind::name, nullptr});
    } else if (field.type() == FieldDescriptor::TYPE_MESSAGE) {
      const MessagePlan* child = build(*field.message_type());
      // A type that contains itself is not complete yet.
      const bool is_complete = under_construction_.count(field.message_type()) == 0;
      if (is_complete && child->fields.empty() && child->type == MessagePlan::Type::other) return;
      plan.fields.push_back({&field, MessagePlan::Kind::message, child});
    }
  }

  static MessagePlan::Type type_of(const Descriptor& type) {
    namespace common = temporal::api::common::v1;
    if (&type == common::Payload::descriptor()) return MessagePlan::Type::payload;
    if (&type == common::Payloads::descriptor()) return MessagePlan::Type::payloads;
    if (&type == common::Memo::descriptor()) return MessagePlan::Type::memo;
    return MessagePlan::Type::other;
  }

  static bool is_text(const FieldDescriptor& field) {
    const std::string_view name = field.name();
    return field.file()->package() == "temporal.api.failure.v1" || name == "reason" || name == "error_message";
  }

  std::shared_mutex mutex_;  // guards: all of it
  std::map<const Descriptor*, std::unique_ptr<MessagePlan>> plans_;
  std::set<const Descriptor*> under_construction_;
};

}  // namespace

const MessagePlan& plan_of(const Descriptor& type) {
  static auto* const plans = new Plans;  // never destroyed: used to the end of the process
  return plans->find(type);
}

}  // namespace temporalio::rpc
