// A plug-in whose workflows misbehave in every way that temporal-replay must survive. Each is replayed with a history
// of TimerLoop under the misbehaving type's name.
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "temporalio/replayer.h"
#include "temporalio/workflow.h"

using namespace std::chrono_literals;
namespace workflow = temporalio::workflow;

namespace {

// What the recorded runs did.
workflow::Task<int> sleep_in_a_loop(int n) {
  for (int i = 0; i < n; ++i) {
    co_await workflow::sleep(1s);
  }
  co_return n;
}

struct Good {
  static void define(workflow::Definer<Good> d) { d.name("TimerLoop").run<&Good::run>(); }
  workflow::Task<int> run(int n) {
    std::puts("printed by the workflow");
    return sleep_in_a_loop(n);
  }
};

int Unrecorded(int i) { return i; }

struct Changed {
  static void define(workflow::Definer<Changed> d) { d.run<&Changed::run>(); }
  workflow::Task<int> run(int n) {
    co_await workflow::sleep(1s);
    co_await workflow::execute_activity<&Unrecorded>(n, {.start_to_close_timeout = 60s});
    co_return n;
  }
};

struct Segfaults {
  static void define(workflow::Definer<Segfaults> d) { d.run<&Segfaults::run>(); }
  workflow::Task<int> run(int n) {
    co_await workflow::sleep(1s);
    std::raise(SIGSEGV);
    co_return n;
  }
};

struct Aborts {
  static void define(workflow::Definer<Aborts> d) { d.run<&Aborts::run>(); }
  workflow::Task<int> run(int n) {
    co_await workflow::sleep(1s);
    std::abort();
    co_return n;
  }
};

struct Exits {
  static void define(workflow::Definer<Exits> d) { d.run<&Exits::run>(); }
  workflow::Task<int> run(int n) {
    co_await workflow::sleep(1s);
    ::_exit(0);
    co_return n;
  }
};

struct Hangs {
  static void define(workflow::Definer<Hangs> d) { d.run<&Hangs::run>(); }
  workflow::Task<int> run(int n) {
    co_await workflow::sleep(1s);
    while (n > 0) ::pause();
    co_return n;
  }
};

struct Throws {
  static void define(workflow::Definer<Throws> d) { d.run<&Throws::run>(); }
  workflow::Task<int> run(int) {
    co_await workflow::sleep(1s);
    throw std::runtime_error("no such thing");
  }
};

struct Hoards {
  static void define(workflow::Definer<Hoards> d) { d.run<&Hoards::run>(); }
  workflow::Task<int> run(int n) {
    co_await workflow::sleep(1s);
    std::vector<std::string> hoard;
    while (n > 0) hoard.emplace_back(std::size_t{1} << 20, 'x');
    co_return n;
  }
};

}  // namespace

TEMPORALIO_REPLAY_PLUGIN(replayer) {
  replayer.add_workflow<Good>().add_workflow<Changed>().add_workflow<Segfaults>().add_workflow<Aborts>();
  replayer.add_workflow<Exits>().add_workflow<Hangs>().add_workflow<Throws>();
  replayer.add_workflow<Hoards>();
}
