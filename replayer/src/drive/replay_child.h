// One child process that replays files, seen from its parent.
//
// The child takes the next file from a counter that all children share, and writes a line of JSON before and after each
// history. What it is at is also in shared memory, so that the parent can say where code hung or crashed.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "replayer/src/drive/input_files.h"
#include "replayer/src/drive/isolation.h"
#include "replayer/src/drive/shared_memory.h"

namespace temporalio::replayer {

// Where a child starts: the histories of `file` before `history` are done. After it come the files of the counter.
struct Position {
  std::size_t file = 0;
  std::size_t history = 0;
};

// What all children share with their parent.
struct SharedState {
  explicit SharedState(std::size_t children) : progress(children) {}
  SharedNumbers next_file{1};
  SharedNumbers progress;  // of each child: the event whose activation runs
  SharedSet shapes;        // of the histories that were replayed, for --dedupe
};

class ReplayChild {
 public:
  ReplayChild(const Replayer& replayer, const std::vector<InputFile>& files, const IsolationOptions& options,
              const SharedState& shared, std::size_t number, Position start);
  ~ReplayChild();  // ends the process
  ReplayChild(const ReplayChild&) = delete;
  ReplayChild& operator=(const ReplayChild&) = delete;

  int pipe() const { return pipe_; }
  // Reads what is there. False: the child has closed its end, or has written what is no message.
  bool receive(std::vector<nlohmann::json>& messages);
  // How it ended. One that has only closed its pipe, or wrote into it what is no message, is ended here.
  std::string how_it_ended();

 private:
  int wait();

  pid_t process_ = 0;
  int pipe_ = -1;
  std::string buffer_;
};

}  // namespace temporalio::replayer
