// The C++ side of the interoperability tests of activities: `activity_peer worker TARGET QUEUE` serves the activities
// below until SIGTERM; `activity_peer complete TARGET WORKFLOW ACTIVITY RESULT` ends an activity of another language
// that completes asynchronously, after a heartbeat.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "temporalio/process_pool.h"
#include "temporalio/worker.h"

using namespace temporalio;

namespace {

std::string describe_call(std::vector<RawValue> arguments) {
  std::string text = activity::info().activity_type;
  for (const RawValue& argument : arguments) text += " " + argument.payload.data;
  return text;
}

std::string completes_elsewhere(std::string) { activity::raise_complete_async(); }

// What Python sets for the activity.
std::vector<std::string> what_it_is_told(std::string) {
  const activity::Info& info = activity::info();
  return {std::to_string(info.priority.priority_key.value_or(0)),
          std::to_string(info.retry_policy ? info.retry_policy->maximum_attempts : 0), info.workflow_type,
          info.heartbeat_details.empty() ? "" : info.heartbeat_detail<std::string>(0)};
}

std::string crashes_once(std::string) {
  if (activity::info().attempt > 1) return "attempt " + std::to_string(activity::info().attempt);
  std::abort();
}

int serve(std::string_view target, std::string_view queue) {
  const auto client = client::Client::connect(target);
  const auto pool = std::make_shared<activity::ProcessPoolExecutor>(activity::ProcessPoolOptions{.max_workers = 2});
  worker::Worker worker(client, {.task_queue = queue});
  worker.add_activity<&completes_elsewhere>();
  worker.add_activity<&what_it_is_told>();
  worker.add_activity<&crashes_once>(pool);
  worker.add_dynamic_activity<&describe_call>();
  worker.run();
  return 0;
}

int complete(std::string_view target, std::string_view workflow, std::string_view activity, std::string_view result) {
  const auto client = client::Client::connect(target);
  const auto handle = client.get_async_activity_handle({.workflow_id = workflow, .activity_id = activity});
  handle.heartbeat("almost there");
  handle.complete(std::string(result));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (const auto code = activity::run_process_pool_child(argc, argv)) return *code;
  const std::string_view mode = argc > 1 ? argv[1] : "";
  try {
    if (mode == "worker" && argc == 4) return serve(argv[2], argv[3]);
    if (mode == "complete" && argc == 6) return complete(argv[2], argv[3], argv[4], argv[5]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "activity_peer: %s\n", error.what());
    return 1;
  }
  std::fputs("usage: activity_peer worker TARGET QUEUE | complete TARGET WORKFLOW ACTIVITY RESULT\n", stderr);
  return 2;
}
