// Every failure in the recorded histories that are at hand survives the way into an exception and back.
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "replayer/src/load/loader.h"
#include "sdk/src/payload/failure.h"
#include "temporal/api/failure/v1/message.pb.h"
#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::payload {
namespace {

namespace fs = std::filesystem;
using google::protobuf::Message;
using temporal::api::failure::v1::Failure;

fs::path corpus() { return fs::path(TEMPORALIO_SOURCE_DIR).parent_path() / "shared" / "histories"; }

// The failures in `message`, wherever they are; not their causes, which belong to them.
void collect(const Message& message, std::vector<Failure>& failures) {
  if (message.GetDescriptor() == Failure::descriptor()) {
    failures.push_back(dynamic_cast<const Failure&>(message));
    return;
  }
  const auto* reflection = message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE || field->is_map()) continue;
    if (field->is_repeated()) {
      for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
        collect(reflection->GetRepeatedMessage(message, field, i), failures);
      }
    } else {
      collect(reflection->GetMessage(message, field), failures);
    }
  }
}

// A source is always written: where there was none, ours.
void clear_own_source(Failure& failure) {
  if (failure.source() == kFailureSource) failure.clear_source();
  if (failure.has_cause()) clear_own_source(*failure.mutable_cause());
}

TEST(FailureCorpus, EveryRecordedFailureComesOutAsItWentIn) {
  if (!fs::is_directory(corpus())) GTEST_SKIP() << "no recorded histories at " << corpus();
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(corpus())) {
    if (entry.is_regular_file() && entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  int count = 0;
  for (const fs::path& file : files) {
    std::unique_ptr<replayer::Histories> histories;
    try {
      histories = replayer::load_file(file);
    } catch (const replayer::LoadError&) {
      continue;  // the replayer's own tests say which files are no histories
    }
    for (const replayer::LoadedHistory& loaded : histories->list()) {
      std::vector<Failure> failures;
      collect(*loaded.history, failures);
      for (Failure& failure : failures) {
        Failure again;
        to_proto(to_exception(failure), again);
        clear_own_source(again);
        EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(again, failure))
            << file << "\nwas " << failure.DebugString() << "is " << again.DebugString();
        EXPECT_NE(describe_failure(*from_proto(failure)), "") << file;
        ++count;
      }
    }
  }
  EXPECT_GT(count, 30);
}

}  // namespace
}  // namespace temporalio::payload
