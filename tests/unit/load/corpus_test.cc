// Every recorded history that is at hand loads, and loads to what protobuf's own JSON reader makes of it.
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "replayer/src/load/loader.h"
#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::replayer {
namespace {

namespace fs = std::filesystem;
using temporal::api::history::v1::History;

// The recorded histories lie beside the project, where they are at hand at all.
fs::path corpus() { return fs::path(TEMPORALIO_SOURCE_DIR).parent_path() / "shared" / "histories"; }

std::vector<fs::path> files() {
  std::vector<fs::path> result;
  for (const auto& entry : fs::recursive_directory_iterator(corpus())) {
    const std::string extension = entry.path().extension();
    if (entry.is_regular_file() && extension != ".tsv" && extension != ".txt") result.push_back(entry.path());
  }
  std::sort(result.begin(), result.end());
  return result;
}

std::string content(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

class Corpus : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::is_directory(corpus())) GTEST_SKIP() << "no recorded histories at " << corpus();
  }
};

TEST_F(Corpus, EveryFileLoadsOrIsRefusedForAReason) {
  int loaded_files = 0, events = 0;
  for (const fs::path& path : files()) {
    std::string expected_error;
    if (path.filename().string().starts_with("event-groups")) expected_error = "found other objects";
    if (path.filename() == "workflow_with_bad_unknown_event.json") expected_error = "found UnknownEvent";
    try {
      const auto loaded = load_file(path);
      EXPECT_EQ(expected_error, "") << path;
      for (const LoadedHistory& history : loaded->list()) {
        EXPECT_GT(history.history->events_size(), 0) << path;
        events += history.history->events_size();
      }
      ++loaded_files;
    } catch (const LoadError& error) {
      EXPECT_FALSE(expected_error.empty()) << error.what();
      EXPECT_NE(std::string(error.what()).find(expected_error), std::string::npos) << error.what();
    }
  }
  std::printf("%d files, %d events\n", loaded_files, events);
  EXPECT_GT(loaded_files, 100);
}

TEST_F(Corpus, SameAsProtobufsOwnReader) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  int compared = 0;
  for (const fs::path& path : files()) {
    const std::string text = content(path);
    History expected;
    if (text.find("EVENT_TYPE_WORKFLOW_EXECUTION_STARTED") == std::string::npos)
      continue;  // a dialect that reader does not know
    if (!google::protobuf::util::JsonStringToMessage(text, &expected, options).ok() || expected.events_size() == 0)
      continue;
    const auto loaded = load_file(path);
    ASSERT_EQ(loaded->list().size(), 1u) << path;
    google::protobuf::util::MessageDifferencer differencer;
    std::string difference;
    differencer.ReportDifferencesToString(&difference);
    EXPECT_TRUE(differencer.Compare(expected, *loaded->list()[0].history)) << path << "\n" << difference;
    ++compared;
  }
  std::printf("%d files compared\n", compared);
  EXPECT_GT(compared, 30);
}

// The same run, saved in both forms; only the binary one names its workflow id.
TEST_F(Corpus, JsonAndBinaryOfOneRunAreEqual) {
  const auto from_json = load_file(corpus() / "goldens/G30/signal_with_start.json");
  const auto from_binary = load_file(corpus() / "goldens/G30/signal_with_start.binpb");
  EXPECT_EQ(from_binary->list()[0].workflow_id, "c7fcce0d-2733-4546-b236-c59c5e4bcaa8");
  from_binary->events(0).mutable_events(0)->mutable_workflow_execution_started_event_attributes()->clear_workflow_id();
  google::protobuf::util::MessageDifferencer differencer;
  std::string difference;
  differencer.ReportDifferencesToString(&difference);
  EXPECT_TRUE(differencer.Compare(*from_binary->list()[0].history, *from_json->list()[0].history)) << difference;
}

// Counted independently with another JSON reader.
TEST_F(Corpus, NumbersOfEvents) {
  for (const auto& [file, count] :
       {std::pair{"goldens/G05/history_for_original_execution.json", 121},
        std::pair{"formats/ui/events.children.json", 98}, std::pair{"formats/ui/raw-events.descending.failed.json", 7},
        std::pair{"formats/temporal/replay_v1.20.4.json.gz", 134},
        std::pair{"formats/temporal/replay_v1.21.5.json.gz", 152},
        std::pair{"formats/temporal/replay_v1.23-pre.json.gz", 124},
        std::pair{"formats/sdk-go/version-loop-workflow-256.json", 385},
        std::pair{"formats/sdk-go/parentWF.json", 19}}) {
    EXPECT_EQ(load_file(corpus() / file)->list()[0].history->events_size(), count) << file;
  }
}

TEST_F(Corpus, WrittenOutAndReadAgainItIsTheSame) {
  for (const fs::path& path : files()) {
    std::unique_ptr<Histories> loaded;
    try {
      loaded = load_file(path);
    } catch (const LoadError&) {
      continue;
    }
    const History& history = *loaded->list()[0].history;
    for (const bool keep_names : {false, true}) {
      google::protobuf::util::JsonPrintOptions options;
      options.preserve_proto_field_names = keep_names;
      options.add_whitespace = keep_names;
      std::string json;
      // Zero times and durations of more than 10,000 years have no JSON form in protobuf's own printer.
      if (!google::protobuf::util::MessageToJsonString(history, &json, options).ok()) continue;
      const auto again = load_bytes(json, path);
      EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(history, *again->list()[0].history)) << path;
    }
    const auto binary = load_bytes(history.SerializeAsString(), path);
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(history, *binary->list()[0].history)) << path;
  }
}

}  // namespace
}  // namespace temporalio::replayer
