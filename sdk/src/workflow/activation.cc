// One activation: the jobs that the events of a sequence gave, in Core's order, and then the code until it rests.
#include <algorithm>

#include "sdk/src/payload/payload_proto.h"
#include "sdk/src/workflow/run_state.h"

namespace temporalio::workflow {
namespace {

// The coroutine of W::run.
class MainTask final : public coro::SpawnedTask<void> {
 public:
  MainTask(RunState& run, Task<void> task) : SpawnedTask(run.scheduler(), task.release()), run_(run) { name = "run"; }

 protected:
  void on_finished() override {
    SpawnedTask::on_finished();
    run_.on_main_finished(error());
  }

 private:
  RunState& run_;
};

// The cancellation of the workflow takes its turn in the queue, behind the signal handlers of its activation and what
// earlier jobs woke: what those issue comes before what the cancellation issues.
class CancelTask final : public coro::TaskState {
 public:
  CancelTask(coro::Scheduler& scheduler, coro::TaskState& main) : TaskState(scheduler, nullptr), main_(&main) {}

 protected:
  void run_plain() override { main_->cancel(); }

 private:
  coro::Ref<coro::TaskState> main_;
};

// Resolves an operation after some turns of the queue: a job that the history has behind the cancellation does not
// overtake it, and in the Python SDK results take turns anyway.
class ResolveTask final : public coro::TaskState {
 public:
  ResolveTask(coro::Scheduler& scheduler, const ResolveOperation& job, int turns)
      : TaskState(scheduler, nullptr), operation_(job.operation), completion_(*job.completion), turns_(turns) {}

 protected:
  void run_plain() override {
    if (turns_ == 1) return operation_->resolve(completion_);
    const coro::Ref<coro::TaskState> next(new ResolveTask(scheduler(), {operation_, &completion_}, turns_ - 1));
    scheduler().start(*next);
  }

 private:
  coro::Ref<RunOperation> operation_;  // owns the completion
  coro::Completion& completion_;
  int turns_;
};

}  // namespace

void RunState::start_task(coro::TaskState* task) {
  const coro::Ref<coro::TaskState> reference(task);
  scheduler_.start(*reference);
}

struct RunState::ApplyJob {
  RunState& run;

  void operator()(const StartWorkflow& job) const { run.create_instance(*job.event); }
  void operator()(const UpdateRandomSeed& job) const {
    run.random_seed_ = job.seed;
    run.random_.reset();
  }
  void operator()(const DeliverSignal& job) const { run.deliver_signal(*job.event); }
  void operator()(const DeliverUpdate& job) const { run.updates_.start(*job.update); }
  void operator()(const ResolveOperation& job) const {
    if (run.takes_python_turns_) {
      run.start_task(new ResolveTask(run.scheduler_, job, job.operation->python_turns(*job.completion)));
    } else if (run.is_cancel_queued_) {
      run.start_task(new ResolveTask(run.scheduler_, job, 1));
    } else {
      job.operation->resolve(*job.completion);
    }
  }
  void operator()(const CancelWorkflow&) const {
    run.is_cancel_requested_ = true;
    if (!run.main_) return;
    run.start_task(new CancelTask(run.scheduler_, *run.main_));
    run.is_cancel_queued_ = true;
  }
};

// By group; within a group the order of the history stays. Most activations have it already.
void RunState::order_jobs() {
  const auto is_before = [](const Job& a, const Job& b) { return group_of(a) < group_of(b); };
  if (std::is_sorted(jobs_.begin(), jobs_.end(), is_before)) return;
  std::vector<Job> ordered;
  ordered.reserve(jobs_.size());
  for (const JobGroup group : {JobGroup::start, JobGroup::seed, JobGroup::signals, JobGroup::rest}) {
    for (Job& job : jobs_) {
      if (group_of(job) == group) ordered.push_back(std::move(job));
    }
  }
  jobs_.swap(ordered);
}

bool RunState::activate() {
  commands_.begin_activation();
  use_core_flag(kCoreIdAndTypeChecks);
  flags_.use_lang(kLangSingleBatch, is_replaying_);
  if (options_.progress != nullptr) options_.progress->store(cursor_.last_event_id(), std::memory_order_relaxed);
  coro::Scheduler::Enter enter(scheduler_);
  is_cancel_queued_ = false;
  const bool is_as_python = is_replaying_ && flags_.is_python();
  takes_python_turns_ = is_as_python;
  scheduler_.rules = is_as_python ? coro::OrderRules{true, true, false} : coro::OrderRules{};
  order_jobs();
  // The Python SDK lets code run after the signals and before the other jobs, unless its flag says otherwise.
  const bool runs_after_signals = is_as_python && !flags_.has_python(kPythonSingleBatch);
  bool starts = false;
  for (std::size_t i = 0; i < jobs_.size(); ++i) {
    starts = starts || std::holds_alternative<StartWorkflow>(jobs_[i]);
    std::visit(ApplyJob{*this}, jobs_[i]);
    if (failure_) return false;
    const bool is_last_signal =
        group_of(jobs_[i]) == JobGroup::signals && (i + 1 == jobs_.size() || group_of(jobs_[i + 1]) == JobGroup::rest);
    if (runs_after_signals && is_last_signal) scheduler_.run();
  }
  // Last, so that handlers of signals that came first run first; its first step is behind theirs in the queue.
  if (starts && main_) scheduler_.start(*main_);
  if (!jobs_.empty()) scheduler_.run();
  jobs_.clear();
  updates_.reject_unhandled();
  if (is_closed_) {
    warn_of_unfinished_handlers();
    warn_of_unhandled_signals();
  }
  arrange_closing_command();
  return !failure_;
}

bool RunState::create_instance(const HistoryEvent& started) {
  const auto& attributes = started.workflow_execution_started_event_attributes();
  try {
    const PayloadListView arguments = payload::view(attributes.input());
    instance_ = definition_->create(arguments);
    main_ = coro::Ref<coro::TaskState>(new MainTask(*this, definition_->run(instance_, arguments, &result_)));
  } catch (...) {
    on_main_finished(std::current_exception());
  }
  return !failure_;
}

}  // namespace temporalio::workflow
