#include "tests/integration/replay_command.h"

#include <stdlib.h>
#include <sys/wait.h>

#include <fstream>
#include <sstream>

#include "temporal/api/history/v1/message.pb.h"
#include "tests/bench/loop_history.h"

namespace temporalio::replayer {

void ReplayCommand::SetUp() {
  std::string pattern = (std::filesystem::temp_directory_path() / "replay_command.XXXXXX").string();
  ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
  folder_ = pattern;
}

void ReplayCommand::TearDown() { std::filesystem::remove_all(folder_); }

Outcome ReplayCommand::run_program(const std::string& program, const std::string& arguments) const {
  // A sanitizer would turn the signals that the tests are about into exit codes of its own.
  std::string command = "cd ";
  command.append(folder_.string()).append(" && ASAN_OPTIONS=handle_segv=0:handle_abort=0:detect_leaks=0 ");
  command.append("TSAN_OPTIONS=handle_segv=0:handle_abort=0 ").append(program).append(" ").append(arguments);
  command.append(" >stdout.txt 2>stderr.txt");
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read("stdout.txt"), read("stderr.txt")};
}

Outcome ReplayCommand::replay(const std::string& arguments) const {
  std::string all = "replay --plugin ";
  all.append(FAULTY_PLUGIN).append(" ").append(arguments);
  return run_program(TEMPORAL_REPLAY, all);
}

void ReplayCommand::write(const std::string& name, const std::string& content) const {
  std::filesystem::create_directories((folder_ / name).parent_path());
  std::ofstream(folder_ / name, std::ios::binary) << content;
}

std::string ReplayCommand::read(const std::string& name) const {
  std::ostringstream out;
  out << std::ifstream(folder_ / name, std::ios::binary).rdbuf();
  return out.str();
}

std::string ReplayCommand::history(const std::string& type, int iterations) {
  temporal::api::history::v1::History history;
  bench::fill_loop_history(bench::Loop::timer, iterations, bench::Ids::core, history);
  history.mutable_events(0)->mutable_workflow_execution_started_event_attributes()->mutable_workflow_type()->set_name(
      type);
  return bench::to_json(history);
}

}  // namespace temporalio::replayer
