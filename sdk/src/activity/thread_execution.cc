// A synchronous activity: its function runs on a thread of the pool and polls for cancellation.
#include "sdk/src/activity/execution.h"
#include "sdk/src/activity/thread_pool.h"

namespace temporalio::activity {
namespace {

class ThreadExecution final : public Execution {
 public:
  using Execution::Execution;

 private:
  void run() override {
    try {
      ThreadPool::process_wide().run([self = std::static_pointer_cast<ThreadExecution>(shared_from_this())]() mutable {
        self->run_code();
        base::Loop& loop = self->loop();
        const std::shared_ptr<base::Loop> keep_loop = self->loop_;
        // The last reference goes on the loop's thread.
        loop.post([self = std::move(self)] { self->finish(self->error_, std::move(self->result_)); });
      });
    } catch (const std::system_error&) {  // no thread can be made
      finish(std::current_exception(), Payload());
    }
  }

  // On the pool's thread.
  void run_code() noexcept {
    const Enter enter(*this);
    try {
      result_ = registration().definition->call(registration().instance.get(), arguments());
    } catch (...) {
      error_ = std::current_exception();
    }
  }

  void on_cancelled() override {}
  void on_shutdown_announced() override {}

  Payload result_;            // written by the pool's thread, read by the loop's after it
  std::exception_ptr error_;  // the same
};

}  // namespace

std::shared_ptr<Execution> make_thread_execution(std::shared_ptr<base::Loop> loop, ExecutionTask task,
                                                 std::weak_ptr<ExecutionOwner> owner) {
  return std::make_shared<ThreadExecution>(std::move(loop), std::move(task), std::move(owner));
}

}  // namespace temporalio::activity
