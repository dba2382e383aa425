// Replays workflow code against recorded histories and says where, why and how to fix it when they no longer agree.
//
//   replayer::Replayer replayer;
//   replayer.add_workflow<OneClickBuy>();
//   auto result = replayer.replay_file("histories/order-17.json");
//   EXPECT_TRUE(result.has_passed()) << result.report();
//
// From the command line either through one call in a program's own main (replayer::main), or with a plug-in:
// `temporal-replay replay --plugin libmine.so FILE|DIR...`.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "temporalio/definition.h"
#include "temporalio/workflow_history.h"

namespace temporalio::replayer {

// What came of one replay.
enum class Verdict {
  passed,
  nondeterminism,  // the code did something else than the history recorded: divergence says what and where
  not_registered,  // no workflow class was added for the history's workflow type
  code_failed,     // the code failed the workflow task otherwise; in temporal-replay also by a crash or a deadlock
  bad_input,       // no history could be read: a missing file, broken JSON, events out of order
};

// How the code has changed, as far as one place shows it.
enum class DivergenceKind {
  changed,  // the history has one command here, the code issues another
  missing,  // the code does not issue what the history has
  added,    // the code issues what the history does not have
};

// Where history and code part.
struct Divergence {
  DivergenceKind kind = DivergenceKind::changed;
  std::int64_t event_id = 0;                          // the diverging event
  std::string event_type;                             // "TimerStarted"
  std::int64_t workflow_task_completed_event_id = 0;  // the workflow task in which it happened; 0: none
  int workflow_task = 0;                              // its number among the completed ones, from 1
  std::string recorded;                               // what the history recorded, one line
  std::string actual;                                 // what the code did, one line
  std::string source_file;  // of the call that issued the command; empty where no command is involved
  int source_line = 0;
};

// An event near the place where a replay stopped.
struct ContextEvent {
  std::int64_t id = 0;
  std::string text;  // "TimerStarted  timerId 1, startToFireTimeout 3s"
};

// What came of replaying one history. A plain value.
struct ReplayResult {
  Verdict verdict = Verdict::passed;
  std::string name;  // the file, with "[2]" behind it where a file holds several; or what the caller called it
  std::string workflow_type;
  std::string workflow_id;
  std::string run_id;
  std::int64_t event_count = 0;
  bool is_duplicate = false;          // it was not replayed: another history of the same shape was (--dedupe)
  std::string message;                // for every verdict but passed
  std::int64_t event_id = 0;          // the event at fault; 0 where there is none
  Divergence divergence;              // for nondeterminism
  std::vector<ContextEvent> context;  // the events around the one at fault

  bool has_passed() const { return verdict == Verdict::passed; }
  // The exit code of temporal-replay for this result: 0 passed, 1 nondeterminism, 2 bad input, 3 not registered,
  // 4 the code failed otherwise.
  int exit_code() const;
  // Several lines for people: what diverged, what was recorded, what the code did and in which line of it, the events
  // around it, and a hint.
  std::string report() const;
};

// The exit code of temporal-replay for several: the first of 2, 4, 3, 1, 0 that occurs. What could not be judged comes
// before what was judged, so that a script which treats 1 as "only a divergence" never misses an unread file or a
// crash.
int exit_code(const std::vector<ReplayResult>& results);

// Options of replay_files().
struct ReplayFilesOptions {
  bool fail_fast = false;  // stop after the first history that does not pass
};

// Thread-safe once all workflows are added: replays share nothing but the definitions.
class Replayer {
 public:
  Replayer();
  ~Replayer();
  Replayer(Replayer&&) noexcept;
  Replayer& operator=(Replayer&&) noexcept;

  // Adds the class W (see temporalio/definition.h). Throws std::invalid_argument where another class has the same name.
  template <class W>
  Replayer& add_workflow() {
    return add_workflow(workflow::definition<W>());
  }
  Replayer& add_workflow(const workflow::Definition& definition);

  // Replays the history in a file: proto JSON in any of the forms that Temporal's tools write, or binary protobuf,
  // either also gzip-compressed. Where a file holds several histories, the result is the most serious one, the first of
  // its kind. Never throws for what the file holds or the workflow code does.
  ReplayResult replay_file(const std::string& path) const;
  // The same for a history in memory; `name` is what messages call it.
  ReplayResult replay_json(std::string_view text, const std::string& name) const;
  ReplayResult replay_history(const WorkflowHistory& history) const;

  // Replays every history of every file, in the order given; a file that cannot be read gives one result. Histories
  // with equal ids are replayed each for itself.
  std::vector<ReplayResult> replay_files(const std::vector<std::string>& paths, ReplayFilesOptions options = {}) const;

 private:
  friend class ReplayerAccess;
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// The whole of temporal-replay as one call in a program's own main; `add_workflows` adds its workflow classes.
// Answers the exit code.
int main(int argc, const char* const* argv, const std::function<void(Replayer&)>& add_workflows);

}  // namespace temporalio::replayer

// Which version of this header a plug-in was compiled with; raised with every change that an older plug-in would not
// survive.
#define TEMPORALIO_REPLAY_PLUGIN_ABI 1u

// Makes a shared library a plug-in of temporal-replay, once in one of its files:
//   TEMPORALIO_REPLAY_PLUGIN(replayer) { replayer.add_workflow<OneClickBuy>(); }
// NOLINTBEGIN(bugprone-macro-parentheses): a parameter's name takes none
#define TEMPORALIO_REPLAY_PLUGIN(parameter)                                                   \
  extern "C" __attribute__((visibility("default"))) unsigned temporalio_replay_plugin_abi() { \
    return TEMPORALIO_REPLAY_PLUGIN_ABI;                                                      \
  }                                                                                           \
  extern "C" __attribute__((visibility("default"))) void temporalio_replay_plugin(            \
      ::temporalio::replayer::Replayer& parameter)
// NOLINTEND(bugprone-macro-parentheses)
