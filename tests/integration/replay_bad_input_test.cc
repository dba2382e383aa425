// Bad input and bad usage are answered: exit code 2 and a message with the file, the place and what was expected.
#include <gmock/gmock.h>

#include <filesystem>
#include <sstream>
#include <string>

#include "tests/integration/replay_command.h"

namespace temporalio::replayer {
namespace {

using testing::HasSubstr;

TEST_F(ReplayCommand, MissingFile) {
  const Outcome outcome = replay("missing.json");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.out, HasSubstr("BAD INPUT  missing.json"));
  EXPECT_THAT(outcome.out, HasSubstr("expected a history file or a folder of them: No such file or directory"));
}

TEST_F(ReplayCommand, TruncatedJson) {
  const std::string whole = history("TimerLoop");
  write("h.json", whole.substr(0, whole.size() / 2));
  const Outcome outcome = replay("h.json");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.out, testing::ContainsRegex("h.json:[0-9]+:[0-9]+: expected the end of"));
  EXPECT_THAT(outcome.out, HasSubstr("is the file truncated?"));
}

TEST_F(ReplayCommand, WrongEventOrder) {
  std::string text = history("TimerLoop");
  const std::string from = "\"eventId\": \"7\"";
  ASSERT_NE(text.find(from), std::string::npos);
  text.replace(text.find(from), from.size(), "\"eventId\": \"9\"");
  write("h.json", text);
  const Outcome outcome = replay("h.json");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.out, HasSubstr("h.json: event order: expected event 7 after event 6, found event 9"));
}

// A value that came with a newer server, where it decides nothing; what is no name of a value is refused.
TEST_F(ReplayCommand, UnknownEnum) {
  std::string text = history("TimerLoop");
  const std::string from = "TASK_QUEUE_KIND_NORMAL";
  text.replace(text.find(from), from.size(), "TASK_QUEUE_KIND_NEWER");
  write("h.json", text);
  EXPECT_EQ(replay("h.json").exit_code, 0);
  text.replace(text.find("TASK_QUEUE_KIND_NEWER"), 21, "what is this");
  write("h.json", text);
  const Outcome outcome = replay("h.json");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.out,
              testing::ContainsRegex(
                  "h.json:[0-9]+:[0-9]+: events\\[0\\].workflowExecutionStartedEventAttributes.taskQueue.kind "
                  "\\(event 1\\): expected a value of temporal.api.enums.v1.TaskQueueKind"));
  EXPECT_THAT(outcome.out, HasSubstr("found what is this"));
}

TEST_F(ReplayCommand, PatternsAndStandardInput) {
  write("a/1.json", history("TimerLoop"));
  write("a/2.json", history("TimerLoop"));
  write("a/3.txt", "not a history");
  EXPECT_THAT(replay("'a/[12].js*'").out, HasSubstr("2 of 2 histories"));
  const Outcome none = replay("'b/*.json'");
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.out, HasSubstr("b/*.json: expected a pattern that matches history files, found none"));
  EXPECT_THAT(replay("-v - <a/1.json").out, HasSubstr("PASS  standard input  TimerLoop"));
  write("crash.json", "[" + history("Segfaults") + "," + history("TimerLoop") + "]");
  const Outcome crash = replay("-v - <crash.json");  // a second child reads it again
  EXPECT_THAT(crash.out, HasSubstr("CODE FAILED  standard input[0]"));
  EXPECT_THAT(crash.out, HasSubstr("PASS  standard input[1]"));
}

TEST_F(ReplayCommand, SeveralProcessesKeepTheOrderOfTheInput) {
  std::string expected;
  for (int i = 10; i < 40; ++i) {
    const bool crashes = i % 7 == 0;
    const std::string name = "all/" + std::to_string(i) + ".json";
    write(name, history(crashes ? "Segfaults" : "TimerLoop", crashes ? 2 : 2 + (i % 5) * 200));
    expected += (crashes ? "CODE FAILED  " : "PASS  ") + name + " ";
  }
  const Outcome outcome = replay("-v -j3 all");
  EXPECT_EQ(outcome.exit_code, 4);
  std::string found;
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("PASS  ") || line.starts_with("CODE FAILED  ")) {
      found += line.substr(0, line.find(".json") + 5) + " ";
    }
  }
  EXPECT_EQ(found, expected);
  const Outcome fast = replay("-v -j3 --fail-fast all");
  EXPECT_THAT(fast.out, HasSubstr("4 of 5 histories"));  // 10 to 13, then the crash of 14
}

TEST_F(ReplayCommand, DedupeReplaysOneOfEachShape) {
  for (int i = 0; i < 6; ++i) write("all/" + std::to_string(i) + ".json", history("TimerLoop", 2 + i % 2));
  for (const char* option : {"", "--in-process ", "-j2 "}) {
    const Outcome outcome = replay(std::string(option) + "--dedupe all");
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_THAT(outcome.out, HasSubstr("6 of 6 histories replayed without a difference")) << option;
    EXPECT_THAT(outcome.out, HasSubstr("4 not replayed: the same events and names as another")) << option;
  }
}

TEST_F(ReplayCommand, MemoryWithoutEndIsOneResult) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  GTEST_SKIP() << "a sanitizer's shadow memory does not fit into a limit";
#endif
#endif
  write("1.json", history("Hoards"));
  write("2.json", history("TimerLoop"));
  const Outcome outcome = replay("-v --memory-limit 500 1.json 2.json");
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_THAT(outcome.out, HasSubstr("CODE FAILED  1.json"));
  EXPECT_THAT(outcome.out, HasSubstr("PASS  2.json"));
}

TEST_F(ReplayCommand, EmptyHistory) {
  write("h.json", R"({"events":[]})");
  write("nothing.json", "");
  EXPECT_THAT(replay("h.json").out, HasSubstr("h.json: expected a history with events, found an empty one"));
  EXPECT_EQ(replay("h.json").exit_code, 2);
  EXPECT_THAT(replay("nothing.json").out, HasSubstr("nothing.json: expected a history, found an empty file"));
  EXPECT_EQ(replay("nothing.json").exit_code, 2);
}

TEST_F(ReplayCommand, BinaryGarbage) {
  write("h.bin", std::string("\x01\x02\xff\xfe garbage \0\0", 15));
  const Outcome outcome = replay("h.bin");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.out, HasSubstr("h.bin: expected a history as JSON (an object or array) or as binary protobuf"));
}

TEST_F(ReplayCommand, ALinkToNowhereInAFolderIsNotPassedOver) {
  write("all/1.json", history("TimerLoop"));
  std::filesystem::create_symlink("/nowhere", folder_ / "all" / "2.json");
  const Outcome outcome = replay("all");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.out, HasSubstr("BAD INPUT  all/2.json"));
  EXPECT_THAT(outcome.out, HasSubstr("1 of 2 histories replayed"));
}

TEST_F(ReplayCommand, WhatHistoriesSayDoesNotSteerTheTerminal) {
  write("h.json", history("Un\x1b[31mknown\nBAD"));
  const Outcome outcome = replay("h.json");
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.out, HasSubstr("Un\\x1b[31mknown\\x0aBAD"));
  EXPECT_EQ(outcome.out.find('\x1b'), std::string::npos);
}

TEST_F(ReplayCommand, FolderWithoutHistories) {
  write("empty/readme.txt", "nothing here");
  const Outcome outcome = replay("empty");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.out, HasSubstr("empty: expected history files in this folder"));
}

TEST_F(ReplayCommand, OneBadFileDoesNotStopTheOthers) {
  write("1.json", "{");
  write("2.json", history("TimerLoop"));
  const Outcome outcome = replay("-v 1.json 2.json");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.out, HasSubstr("PASS  2.json"));
}

TEST_F(ReplayCommand, MissingPlugin) {
  const Outcome outcome = run_program(TEMPORAL_REPLAY, "replay --plugin nowhere.so h.json");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("nowhere.so: expected a plug-in that can be loaded"));
}

TEST_F(ReplayCommand, PluginWithoutEntryPoint) {
  const Outcome outcome = run_program(TEMPORAL_REPLAY, std::string("replay --plugin ") + NO_ENTRY_PLUGIN + " h.json");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("expected the entry point that TEMPORALIO_REPLAY_PLUGIN"));
}

TEST_F(ReplayCommand, PluginOfAnotherVersion) {
  const Outcome outcome = run_program(TEMPORAL_REPLAY, std::string("replay --plugin ") + OTHER_ABI_PLUGIN + " h.json");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("expected a plug-in compiled for version 1"));
}

// The linker makes one of what two libraries call the same; the second would never be judged.
TEST_F(ReplayCommand, TwoPluginsWithOneTypeAreRefused) {
  std::filesystem::copy_file(FIXTURES_PLUGIN, folder_ / "other.so", std::filesystem::copy_options::overwrite_existing);
  const Outcome outcome =
      run_program(TEMPORAL_REPLAY, std::string("replay --plugin ") + FIXTURES_PLUGIN + " --plugin other.so h.json");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("other.so: the plug-in's workflows could not be added: workflow type"));
  EXPECT_THAT(outcome.err, HasSubstr("is registered twice"));
}

TEST_F(ReplayCommand, TheSamePluginTwiceIsNoProblem) {
  write("h.json", history("TimerLoop"));
  EXPECT_EQ(replay(std::string("--plugin ") + FAULTY_PLUGIN + " h.json").exit_code, 0);
}

TEST_F(ReplayCommand, UsageErrors) {
  write("h.json", history("TimerLoop"));
  EXPECT_EQ(run_program(TEMPORAL_REPLAY, "").exit_code, 2);
  const Outcome misspelt = run_program(TEMPORAL_REPLAY, "reply h.json");
  EXPECT_EQ(misspelt.exit_code, 2);
  EXPECT_THAT(misspelt.err, HasSubstr("found \"reply\""));
  EXPECT_EQ(replay("").exit_code, 2);
  EXPECT_EQ(replay("--outputs json h.json").exit_code, 2);
  EXPECT_EQ(replay("--output xml h.json").exit_code, 2);
  EXPECT_EQ(replay("--deadlock-timeout soon h.json").exit_code, 2);
  const Outcome without_code = run_program(TEMPORAL_REPLAY, "replay h.json");
  EXPECT_EQ(without_code.exit_code, 2);
  EXPECT_THAT(without_code.err, HasSubstr("expected workflow code: name a plug-in with --plugin"));
  const Outcome help = run_program(TEMPORAL_REPLAY, "replay --help");
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.out, HasSubstr("Exit codes: 0 all histories replayed"));
}

}  // namespace
}  // namespace temporalio::replayer
