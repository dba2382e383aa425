// What the tests of recorded histories share: where the files are, a replay of one, and the two verdicts they expect.
// The folder lies beside the project on the machines that build it; a clone elsewhere has none of it and skips.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "temporalio/replayer.h"

namespace goldens {

inline std::filesystem::path folder() { return std::filesystem::path(RECORDED_HISTORIES) / "goldens"; }

template <class W>
temporalio::replayer::ReplayResult replay(const std::string& file) {
  temporalio::replayer::Replayer replayer;
  replayer.add_workflow<W>();
  return replayer.replay_file((folder() / file).string());
}

class RecordedHistories : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(folder())) GTEST_SKIP() << "the folder with recorded histories is not here";
  }
};

}  // namespace goldens

#define EXPECT_PASSES(W, file)                           \
  do {                                                   \
    const auto result = goldens::replay<W>(file);        \
    EXPECT_TRUE(result.has_passed()) << result.report(); \
  } while (false)

// `text` is a part of the message: what the official replayer says, where it finds the edit.
#define EXPECT_DIVERGES(W, file, event, text)                                                    \
  do {                                                                                           \
    const auto result = goldens::replay<W>(file);                                                \
    EXPECT_EQ(result.verdict, temporalio::replayer::Verdict::nondeterminism) << result.report(); \
    EXPECT_EQ(result.divergence.event_id, event) << result.report();                             \
    EXPECT_NE(result.message.find(text), std::string::npos) << result.message;                   \
  } while (false)
