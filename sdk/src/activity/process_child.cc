// The process of a pool: runs one activity after the other on its main thread. A second thread listens to the worker,
// and ends the process when the worker is gone.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "sdk/src/activity/cancellation_reasons.h"
#include "sdk/src/activity/context.h"
#include "sdk/src/activity/info.h"
#include "sdk/src/activity/process_channel.h"
#include "sdk/src/activity/process_pool.h"
#include "sdk/src/payload/failure.h"
#include "sdk/src/payload/payload_proto.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "temporalio/log.h"

namespace temporalio::activity {
namespace {

// Filled before main(), by one thread.
std::map<std::string_view, const Definition*>& entries() {
  static auto* const made = new std::map<std::string_view, const Definition*>;
  return *made;
}

std::atomic<bool> is_entry_called = false;

// Sends to the worker; any thread.
class Sender {
 public:
  void send(FrameKind kind, std::string_view body) {
    const std::lock_guard lock(mutex_);
    // When it fails the listening thread ends the process.
    static_cast<void>(send_frame(kChildSocket, kind, body));
  }

 private:
  std::mutex mutex_;
};

// The context of the one activity that runs. The worker throttles heartbeats; here the next one waits until the worker
// has taken the last, so that code that records them in a tight loop does not flood it.
class ChildContext final : public Context {
 public:
  ChildContext(std::shared_ptr<base::Loop> loop, Info info, Sender& sender)
      : Context(std::move(loop), std::move(info)), sender_(sender) {}

  using Context::set_cancelled;
  using Context::set_worker_shutdown;

  void on_heartbeat_taken() {
    const std::lock_guard lock(sending_);
    is_in_flight_ = false;
    send_next();
  }
  // What is still to be sent goes before the outcome.
  void flush() {
    const std::lock_guard lock(sending_);
    is_in_flight_ = false;
    send_next();
  }

 private:
  void on_heartbeat_recorded() override {
    const std::lock_guard lock(sending_);
    send_next();
  }
  void send_next() {
    if (is_in_flight_) return;
    auto details = take_heartbeat();
    if (!details) return;
    temporal::api::common::v1::Payloads message;
    payload::append_payloads(message, std::move(*details));
    is_in_flight_ = true;
    sender_.send(FrameKind::heartbeat, message.SerializeAsString());
  }

  Sender& sender_;
  std::mutex sending_;  // guards: is_in_flight_, the order of heartbeats
  bool is_in_flight_ = false;
};

class Child {
 public:
  int run() {
    set_log_sink([this](LogLevel level, std::string_view text) {
      sender_.send(FrameKind::log, std::to_string(static_cast<int>(level)) + std::string(text));
    });
    std::thread([this] { listen(); }).detach();
    while (std::optional<std::string> body = next_task()) run_task(*body);
    return 0;
  }

 private:
  // ---- the listening thread ----

  void listen() {
    while (const std::optional<Frame> frame = receive_frame(kChildSocket)) take(*frame);
    const std::lock_guard lock(mutex_);
    // An activity may run on for ever and its outcome has nowhere to go.
    if (context_ != nullptr || task_) std::_Exit(0);
    is_over_ = true;
    changed_.notify_all();
  }

  void take(const Frame& frame) {
    std::unique_lock lock(mutex_);
    if (frame.kind == FrameKind::task) {
      is_cancelled_.reset();
      is_shutdown_ = false;
      task_ = frame.body;
      changed_.notify_all();
      return;
    }
    const std::shared_ptr<ChildContext> context = context_;
    if (frame.kind == FrameKind::cancel) is_cancelled_ = decode_reasons(frame.body);
    if (frame.kind == FrameKind::shutdown) is_shutdown_ = true;
    lock.unlock();
    if (context == nullptr) return;
    if (frame.kind == FrameKind::cancel) context->set_cancelled(decode_reasons(frame.body));
    if (frame.kind == FrameKind::shutdown) context->set_worker_shutdown();
    if (frame.kind == FrameKind::heartbeat_ack) context->on_heartbeat_taken();
  }

  // ---- the main thread ----

  std::optional<std::string> next_task() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_over_ || task_.has_value(); });
    return task_;
  }

  void run_task(const std::string& body) {
    const std::vector<std::string> pieces = split_pieces(body);
    temporal::api::workflowservice::v1::PollActivityTaskQueueResponse task;
    const bool is_readable = pieces.size() == 5 && task.ParseFromString(pieces[4]);
    const Definition* definition = is_readable ? find_process_entry(pieces[0]) : nullptr;
    if (definition == nullptr) {
      fail(std::make_exception_ptr(std::logic_error(
          "the process of the pool does not know this activity: is its function in a library that is loaded later?")));
      return;
    }
    Info info = info_of(task, pieces[1], pieces[2]);
    info.is_local = !pieces[3].empty();
    const auto context = std::make_shared<ChildContext>(loop_, std::move(info), sender_);
    begin(context);
    call(*definition, task.input(), *context);
    const std::lock_guard lock(mutex_);
    context_ = nullptr;
  }

  // From here on what the worker says reaches the activity, and what it said meanwhile.
  void begin(const std::shared_ptr<ChildContext>& context) {
    const std::lock_guard lock(mutex_);
    context_ = context;
    task_.reset();
    if (is_cancelled_) context->set_cancelled(*is_cancelled_);
    if (is_shutdown_) context->set_worker_shutdown();
  }

  void call(const Definition& definition, const temporal::api::common::v1::Payloads& input, ChildContext& context) {
    temporal::api::common::v1::Payloads result;
    std::exception_ptr error;
    bool completes_later = false;
    try {
      const Context::Enter enter(context);
      payload::append_payload(result, definition.call(nullptr, payload::view(input)));
    } catch (const detail::CompleteAsync&) {
      completes_later = true;
    } catch (...) {
      error = std::current_exception();
    }
    context.flush();
    {
      const std::lock_guard lock(mutex_);
      context_ = nullptr;  // before the worker can send the next task
    }
    if (error) {
      fail(error);
    } else if (completes_later) {
      sender_.send(FrameKind::completes_later, "");
    } else {
      sender_.send(FrameKind::completed, result.SerializeAsString());
    }
  }

  void fail(const std::exception_ptr& error) {
    {
      const std::lock_guard lock(mutex_);
      task_.reset();
    }
    temporal::api::failure::v1::Failure failure;
    payload::to_proto(error, failure);
    sender_.send(FrameKind::failed, failure.SerializeAsString());
  }

  Sender sender_;
  const std::shared_ptr<base::Loop> loop_ = std::make_shared<base::Loop>();
  std::mutex mutex_;  // guards: all below
  std::condition_variable changed_;
  std::optional<std::string> task_;  // has come and not begun
  std::shared_ptr<ChildContext> context_;
  std::optional<CancellationDetails> is_cancelled_;
  bool is_shutdown_ = false;
  bool is_over_ = false;
};

// A handler, not SIG_IGN, which programs that activities start would inherit.
void leave_to_the_worker(int) {}

}  // namespace

namespace detail {

bool add_process_entry(std::string_view key, const Definition& definition) {
  const auto [position, is_new] = entries().try_emplace(key, &definition);
  if (!is_new && position->second != &definition) position->second = nullptr;
  return true;
}

}  // namespace detail

const Definition* find_process_entry(std::string_view key) {
  const auto found = entries().find(key);
  return found == entries().end() ? nullptr : found->second;
}

bool has_child_entry() { return is_entry_called; }

std::optional<int> run_process_pool_child(int argc, const char* const* argv) {
  is_entry_called = true;
  if (argc < 2 || std::string_view(argv[1]) != kChildArgument) return std::nullopt;
  struct stat status{};
  if (::fstat(kChildSocket, &status) != 0 || !S_ISSOCK(status.st_mode)) {
    std::fputs("temporalio: only a worker starts processes of its pool\n", stderr);
    return 2;
  }
  ::fcntl(kChildSocket, F_SETFD, FD_CLOEXEC);
  struct sigaction action{};
  action.sa_handler = leave_to_the_worker;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  // Never destroyed: the listening thread uses it to the end of the process.
  static auto* const child = new Child;
  return child->run();
}

}  // namespace temporalio::activity
