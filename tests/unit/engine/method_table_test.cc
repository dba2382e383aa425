// The table of methods: the README lists it, and what is not in it is refused with a sentence.
#include "timeskip/src/engine/method_table.h"

#include <google/protobuf/descriptor.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/unit/engine/harness.h"

namespace temporalio::timeskip::test {
namespace {

const google::protobuf::ServiceDescriptor& service(const std::string& name) {
  const auto* found = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
  EXPECT_NE(found, nullptr) << name;
  return *found;
}

std::string path_of(const google::protobuf::MethodDescriptor& method) {
  return "/" + method.service()->full_name() + "/" + method.name();
}

std::string table_of(const google::protobuf::ServiceDescriptor& described) {
  int answered = 0;
  std::string rows;
  for (int i = 0; i < described.method_count(); ++i) {
    const auto& method = *described.method(i);
    const bool is_answered = find_method(path_of(method)) != nullptr;
    answered += is_answered ? 1 : 0;
    rows += "| " + method.name() + " | " + (is_answered ? "yes" : "UNIMPLEMENTED") + " |\n";
  }
  return "\n" + described.name() + ": " + std::to_string(answered) + " of " + std::to_string(described.method_count()) +
         " are answered.\n\n| method | answered |\n|---|---|\n" + rows;
}

std::string whole_table() {
  return table_of(service("temporal.api.workflowservice.v1.WorkflowService")) +
         table_of(service("temporal.api.operatorservice.v1.OperatorService")) + "\n";
}

TEST(MethodTable, TheReadmeListsEveryMethod) {
  const std::string path = TEMPORALIO_SOURCE_DIR "/timeskip/README.md";
  std::ifstream in(path);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::string begin = "TheReadmeListsEveryMethod -->\n";
  const auto from = text.find(begin);
  const auto to = text.find("<!-- end of the table of RPCs");
  ASSERT_NE(from, std::string::npos);
  ASSERT_NE(to, std::string::npos);
  const auto start = from + begin.size();
  const std::string expected = whole_table();
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    text.replace(start, to - start, expected);
    std::ofstream(path) << text;
    return;
  }
  EXPECT_EQ(text.substr(start, to - start), expected) << "UPDATE_GOLDEN=1 rewrites it";
}

TEST(MethodTable, AMethodThatIsNotImplementedIsRefusedWithASentence) {
  int refused = 0;
  for (const char* name :
       {"temporal.api.workflowservice.v1.WorkflowService", "temporal.api.operatorservice.v1.OperatorService"}) {
    const auto& described = service(name);
    for (int i = 0; i < described.method_count(); ++i) {
      const auto& method = *described.method(i);
      if (find_method(path_of(method)) != nullptr) continue;
      ++refused;
      EXPECT_EQ(unanswered_method_text(path_of(method)),
                "temporal-test-server does not implement " + method.name() + ".");
    }
  }
  EXPECT_GT(refused, 0);
  EXPECT_EQ(unanswered_method_text("/temporal.api.workflowservice.v1.WorkflowService/NoSuchMethod"),
            "unknown method NoSuchMethod for service temporal.api.workflowservice.v1.WorkflowService");
  EXPECT_EQ(unanswered_method_text("nonsense"), "malformed method name: nonsense");
}

}  // namespace
}  // namespace temporalio::timeskip::test
