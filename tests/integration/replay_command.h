// Runs temporal-replay in a folder of its own, for the tests of the command.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace temporalio::replayer {

struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

class ReplayCommand : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // Runs `program` with the arguments as a shell would split them, in the test's folder.
  Outcome run_program(const std::string& program, const std::string& arguments) const;
  // temporal-replay replay --plugin <the faulty workflows> ...
  Outcome replay(const std::string& arguments) const;

  // A file in the test's folder.
  void write(const std::string& name, const std::string& content) const;
  std::string read(const std::string& name) const;
  // A history of TimerLoop(iterations) as JSON, its type renamed.
  static std::string history(const std::string& type, int iterations = 2);

  std::filesystem::path folder_;
};

}  // namespace temporalio::replayer
