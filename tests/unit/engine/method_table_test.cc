// The table of methods: the README lists it, and what is not in it is refused with a sentence.
#include "timeskip/src/engine/method_table.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/engine/harness.h"

namespace temporalio::timeskip::test {
namespace {

struct Service {
  const char* package;
  const char* name;
};
constexpr Service kServices[] = {{"workflowservice", "WorkflowService"}, {"operatorservice", "OperatorService"}};

// Each method has a request and a response of its name in its package.
std::vector<std::string> methods_of(const Service& service) {
  const std::string path = std::string("temporal/api/").append(service.package).append("/v1/request_response.proto");
  const auto* file = google::protobuf::DescriptorPool::generated_pool()->FindFileByName(path);
  std::vector<std::string> names;
  for (int i = 0; file != nullptr && i < file->message_type_count(); ++i) {
    std::string name = file->message_type(i)->name();
    if (!name.ends_with("Request")) continue;
    name.resize(name.size() - std::string_view("Request").size());
    if (file->FindMessageTypeByName(name + "Response") != nullptr) names.push_back(name);
  }
  EXPECT_FALSE(names.empty()) << path;
  std::sort(names.begin(), names.end());
  return names;
}

std::string path_of(const Service& service, const std::string& method) {
  return std::string("/temporal.api.").append(service.package).append(".v1.").append(service.name) + "/" + method;
}

std::string table_of(const Service& service) {
  const std::vector<std::string> methods = methods_of(service);
  int answered = 0;
  std::string rows;
  for (const std::string& method : methods) {
    const bool is_answered = find_method(path_of(service, method)) != nullptr;
    answered += is_answered ? 1 : 0;
    rows.append("| ").append(method).append(is_answered ? " | yes |\n" : " | UNIMPLEMENTED |\n");
  }
  std::string text = "\n";
  text.append(service.name).append(": ").append(std::to_string(answered)).append(" of ");
  text.append(std::to_string(methods.size())).append(" are answered.\n\n| method | answered |\n|---|---|\n");
  return text.append(rows);
}

std::string whole_table() {
  std::string text;
  for (const Service& service : kServices) text += table_of(service);
  return text.append("\n");
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
  for (const Service& service : kServices) {
    for (const std::string& method : methods_of(service)) {
      if (find_method(path_of(service, method)) != nullptr) continue;
      ++refused;
      EXPECT_EQ(unanswered_method_text(path_of(service, method)),
                std::string("temporal-test-server does not implement ").append(method).append("."));
    }
  }
  EXPECT_GT(refused, 0);
  EXPECT_EQ(unanswered_method_text("/temporal.api.workflowservice.v1.WorkflowService/NoSuchMethod"),
            "unknown method NoSuchMethod for service temporal.api.workflowservice.v1.WorkflowService");
  EXPECT_EQ(unanswered_method_text("nonsense"), "malformed method name: nonsense");
}

}  // namespace
}  // namespace temporalio::timeskip::test
