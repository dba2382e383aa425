// temporal-test-server: the time-skipping server as a process of its own. Exit codes: 0 stopped by a signal, 1 cannot
// listen, 2 bad usage.
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

#include "timeskip/src/clock/wall_clock.h"
#include "timeskip/src/service/command_line.h"
#include "timeskip/src/service/engine_thread.h"
#include "timeskip/src/service/grpc_listener.h"

namespace {

using namespace temporalio::timeskip;

// Every call is answered at once when the server stops; what remains is to flush the answers. A client that does not
// read its connection just then, as an idle gRPC client may not, is not waited for.
constexpr std::chrono::milliseconds kShutdownPatience{200};

// Called before any thread exists, so that every thread inherits the mask and only wait_for_stop() sees the signals.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// Ends the process as SIGTERM does, once the launching process has gone.
void follow_lifeline(int lifeline) {
  std::thread([lifeline] {
    char ignored;
    ssize_t count;
    do count = read(lifeline, &ignored, 1);
    while (count > 0 || (count < 0 && errno == EINTR));
    kill(getpid(), SIGTERM);
  }).detach();
}

void wait_for_stop(const sigset_t& signals, EngineThread& engine) {
  for (;;) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    if (signal != SIGUSR1) return;
    std::fprintf(stderr, "%s\n", engine.describe().c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  const ParsedCommandLine parsed = parse_command_line(argc, argv, TEMPORALIO_VERSION);
  if (!parsed.options) {
    std::fputs(parsed.output.c_str(), parsed.exit_code == 0 ? stdout : stderr);
    return parsed.exit_code;
  }
  const CommandLine& options = *parsed.options;
  const sigset_t signals = block_signals();
  EngineThread engine({read_wall_clock(), random_seed(), !options.is_time_skipping_enabled});
  GrpcListener listener(engine);
  if (const std::string problem = listener.listen(options.ip, options.port); !problem.empty()) {
    std::fprintf(stderr, "temporal-test-server: %s\n", problem.c_str());
    return 1;
  }
  if (options.port == 0) {
    std::printf("%s\n", listener.address().c_str());
    std::fflush(stdout);
  }
  if (options.lifeline >= 0) follow_lifeline(options.lifeline);
  wait_for_stop(signals, engine);
  listener.shutdown(kShutdownPatience);
  return 0;
}
