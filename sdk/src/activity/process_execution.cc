// An activity whose function runs in a process of a pool: a thread here sends the task, then passes what happens from
// one side to the other until the function has ended, or its process.
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>

#include "sdk/src/activity/cancellation_reasons.h"
#include "sdk/src/activity/execution.h"
#include "sdk/src/activity/info.h"
#include "sdk/src/activity/process_channel.h"
#include "sdk/src/activity/process_pool.h"
#include "sdk/src/base/log.h"
#include "sdk/src/payload/failure.h"
#include "sdk/src/payload/payload_proto.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace temporalio::activity {
namespace {

class ProcessExecution final : public Execution {
 public:
  ProcessExecution(std::shared_ptr<base::Loop> loop, ExecutionTask task, std::weak_ptr<ExecutionOwner> owner)
      : Execution(std::move(loop), std::move(task), std::move(owner)),
        news_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~ProcessExecution() override {
    if (news_ >= 0) ::close(news_);
  }
  ProcessExecution(const ProcessExecution&) = delete;
  ProcessExecution& operator=(const ProcessExecution&) = delete;

 private:
  void run() override {
    if (news_ < 0) {
      const std::system_error error(EMFILE, std::generic_category(), "no descriptor to attend a process with");
      return finish(std::make_exception_ptr(error), Payload());
    }
    const auto work = [self = std::static_pointer_cast<ProcessExecution>(shared_from_this())](
                          ChildProcess* process, const std::exception_ptr& error) mutable {
      if (self->is_taken_.exchange(true)) return true;  // cancelled while it waited for a process
      self->error_ = error;
      const bool is_fit = process != nullptr && self->attend(*process);
      base::Loop& loop = self->loop();
      const std::shared_ptr<base::Loop> keep_loop = self->loop_;
      // The last reference goes on the loop's thread.
      loop.post([ended = std::move(self)] { ended->finish(ended->error_, std::move(ended->result_)); });
      return is_fit;
    };
    try {
      registration().pool->impl()->run(work);
    } catch (const std::system_error&) {  // no thread can be made
      finish(std::current_exception(), Payload());
    }
  }

  void on_cancelled() override {
    if (!is_taken_.exchange(true)) return finish(std::make_exception_ptr(CancelledError()), Payload());
    wake();
  }
  void on_shutdown_announced() override { wake(); }
  void wake() {
    const eventfd_t one = 1;
    static_cast<void>(::eventfd_write(news_, one));
  }

  // ---- on the attending thread ----

  // Whether the process may run another activity.
  bool attend(ChildProcess& process) {
    if (send_task(process)) {
      while (wait_for_news(process)) {
        if (has_ended_) return true;
      }
    }
    ApplicationErrorOptions options;
    options.type = "ProcessCrashed";
    error_ = std::make_exception_ptr(ApplicationError(
        "the process of the activity " + process.describe_end() + " before the activity ended", options));
    return false;
  }

  bool send_task(ChildProcess& process) {
    temporal::api::workflowservice::v1::PollActivityTaskQueueResponse task;
    task_of(info(), task);
    *task.mutable_input() = input();
    const std::string body = join_pieces({registration().process_key, info().namespace_, info().task_queue,
                                          info().is_local ? "1" : "", task.SerializeAsString()});
    return send_frame(process.socket(), FrameKind::task, body) && tell(process);
  }

  // Waits for either side and takes what came. False: the process is gone.
  bool wait_for_news(ChildProcess& process) {
    pollfd sides[2] = {};
    sides[0].fd = process.socket();
    sides[0].events = POLLIN;
    sides[1].fd = news_;
    sides[1].events = POLLIN;
    if (::poll(sides, 2, -1) < 0) return errno == EINTR;
    if (sides[1].revents != 0) {
      eventfd_t count = 0;
      static_cast<void>(::eventfd_read(news_, &count));
      if (!tell(process)) return false;
    }
    if (sides[0].revents == 0) return true;
    const std::optional<Frame> frame = receive_frame(process.socket());
    return frame && take(process, *frame);
  }

  // Tells the process what it has not been told yet.
  bool tell(ChildProcess& process) {
    if (const auto reasons = cancellation_details(); reasons && !is_cancel_told_) {
      is_cancel_told_ = true;
      if (!send_frame(process.socket(), FrameKind::cancel, encode_reasons(*reasons))) return false;
    }
    if (is_worker_shutdown() && !is_shutdown_told_) {
      is_shutdown_told_ = true;
      if (!send_frame(process.socket(), FrameKind::shutdown, "")) return false;
    }
    return true;
  }

  // False: the process speaks nonsense.
  bool take(ChildProcess& process, const Frame& frame) {
    temporal::api::common::v1::Payloads payloads;
    switch (frame.kind) {
      case FrameKind::heartbeat:
        if (!payloads.ParseFromString(frame.body)) return false;
        record_heartbeat(payload::from_proto(payloads));
        return send_frame(process.socket(), FrameKind::heartbeat_ack, "");
      case FrameKind::log:
        if (frame.body.empty()) return false;
        base::log(static_cast<LogLevel>(frame.body[0] - '0'), std::string_view(frame.body).substr(1));
        return true;
      case FrameKind::completed:
        if (!payloads.ParseFromString(frame.body) || payloads.payloads_size() != 1) return false;
        result_ = payload::from_proto(payloads).front();
        return has_ended_ = true;
      case FrameKind::completes_later:
        error_ = std::make_exception_ptr(detail::CompleteAsync());
        return has_ended_ = true;
      case FrameKind::failed: {
        temporal::api::failure::v1::Failure failure;
        if (!failure.ParseFromString(frame.body)) return false;
        error_ = payload::to_exception(failure);
        return has_ended_ = true;
      }
      case FrameKind::task:
      case FrameKind::cancel:
      case FrameKind::shutdown:
      case FrameKind::heartbeat_ack:
        return false;
    }
    return false;
  }

  const int news_;                      // an eventfd: there is something to tell the process
  std::atomic<bool> is_taken_ = false;  // a process has begun it, or it ended before one could
  bool is_cancel_told_ = false;
  bool is_shutdown_told_ = false;
  bool has_ended_ = false;
  Payload result_;            // written by the attending thread, read by the loop's after it
  std::exception_ptr error_;  // the same
};

}  // namespace

std::shared_ptr<Execution> make_process_execution(std::shared_ptr<base::Loop> loop, ExecutionTask task,
                                                  std::weak_ptr<ExecutionOwner> owner) {
  return std::make_shared<ProcessExecution>(std::move(loop), std::move(task), std::move(owner));
}

}  // namespace temporalio::activity
