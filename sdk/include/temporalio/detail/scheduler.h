// The deterministic coroutine scheduler: a strict FIFO of things to resume, tasks (one stack of coroutine frames each),
// and what a task can wait for. One thread at a time uses a scheduler; no locks. Application code uses task.h,
// workflow.h and activity.h; this header is what their templates need.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <utility>
#include <vector>

namespace temporalio::coro {

class Scheduler;
class TaskState;
class WaitList;

// One wait of one task. Lives in an awaiter, hence in the waiting coroutine's frame.
struct WaitNode {
  // What to do when the thing waited for is resolved; the default puts the waiting coroutine on the ready queue.
  using Wake = void (*)(WaitNode&);
  // The waiting task is being cancelled. True: the node takes care and wakes later in the ordinary way. False: the wait
  // ends now with CancelledError.
  using Cancel = bool (*)(WaitNode&);

  WaitNode* previous = nullptr;
  WaitNode* next = nullptr;
  WaitList* list = nullptr;
  Wake wake = nullptr;
  Cancel cancel = nullptr;
  void* context = nullptr;  // for wake and cancel
  TaskState* task = nullptr;
  std::coroutine_handle<> handle;
  bool is_cancelled = false;
};

// An intrusive FIFO of waits.
class WaitList {
 public:
  WaitList() = default;
  WaitList(const WaitList&) = delete;
  WaitList& operator=(const WaitList&) = delete;

  bool is_empty() const { return head_ == nullptr; }
  WaitNode* front() const { return head_; }
  void push_back(WaitNode& node);
  void remove(WaitNode& node);

 private:
  WaitNode* head_ = nullptr;
  WaitNode* tail_ = nullptr;
};

// Something that happens once: a timer fires, an activity ends, a task returns.
class Completion {
 public:
  bool is_resolved() const { return is_resolved_; }
  // Marks it as happened and wakes the waits in the order in which they began.
  void resolve();
  WaitList& waiters() { return waiters_; }

 private:
  WaitList waiters_;
  bool is_resolved_ = false;
};

// Reference counting for objects of one thread; T has members `add_reference()` and `release()`.
template <class T>
class Ref {
 public:
  Ref() = default;
  explicit Ref(T* object) : object_(object) {
    if (object_ != nullptr) object_->add_reference();
  }
  Ref(const Ref& other) : Ref(other.object_) {}
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_ != nullptr) object_->release();
  }
  T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  T* object_ = nullptr;
};

// A task: one stack of coroutine frames that runs and is cancelled as one. Owned by references; the scheduler holds one
// until it is done. Destroying an unfinished task destroys its frames without resuming them.
class TaskState {
 public:
  TaskState(Scheduler& scheduler, std::coroutine_handle<> root) : scheduler_(scheduler), root_(root) {}
  virtual ~TaskState();
  TaskState(const TaskState&) = delete;
  TaskState& operator=(const TaskState&) = delete;

  void add_reference() { ++references_; }
  void release() {
    if (--references_ == 0) delete this;
  }

  // Throws CancelledError where the task waits now, or at its next wait. Tasks it waits for are cancelled with it.
  void cancel();
  bool is_done() const { return done_.is_resolved(); }
  Completion& done() { return done_; }
  Scheduler& scheduler() { return scheduler_; }
  // What the task waits for right now; null when it runs, is about to run, or is done.
  WaitNode* waiting() const { return waiting_; }
  bool has_pending_cancel() const { return has_pending_cancel_; }
  // Destroys the frames; for a task that will never run again.
  void destroy_frames();
  const char* name = "";

 protected:
  // The root coroutine has finished; it is destroyed after this call. Derived classes take the result here.
  virtual void on_finished() {}
  // The only step of a task that has no coroutine (a plain function, such as a signal handler that awaits nothing).
  virtual void run_plain() {}

 private:
  friend class Scheduler;
  friend void begin_wait(WaitNode& node, WaitList& list, std::coroutine_handle<> handle);
  friend void wake_waiting_task(WaitNode& node);

  Scheduler& scheduler_;
  std::coroutine_handle<> root_;
  WaitNode* waiting_ = nullptr;
  WaitNode* woken_ = nullptr;  // the wait that has ended, until the task goes on from it
  Completion done_;
  int references_ = 0;
  bool has_pending_cancel_ = false;
  // Links of the scheduler's list of live tasks.
  TaskState* previous_live_ = nullptr;
  TaskState* next_live_ = nullptr;
};

// A wait for a predicate over the application's state; checked whenever the ready queue has run dry.
struct ConditionNode : WaitNode {
  bool (*check)(void* context) = nullptr;
  void* check_context = nullptr;
  std::exception_ptr* error = nullptr;  // what the predicate threw; owned by whoever resumes
};

// The parts of the order of execution in which SDKs differ. A run that another SDK has recorded is replayed as there.
struct OrderRules {
  // Every condition that holds when the queue is empty goes on, not only the first one.
  bool wakes_all_conditions = false;
  // A cancellation still reaches a wait that has ended but that its task has not gone on from.
  bool cancels_ended_waits = false;
  // A wait for a condition whose time is over looks at the condition once more.
  bool rechecks_timed_conditions = true;
};

class Scheduler {
 public:
  Scheduler() = default;
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // The scheduler whose code runs on this thread; null outside.
  static Scheduler* current() { return current_; }

  // Puts a new task's first step at the end of the ready queue and keeps the task until it is done.
  void start(TaskState& task);
  // Puts a coroutine of `task` at the end of the ready queue.
  void schedule(std::coroutine_handle<> handle, TaskState& task) { ready_.push_back({handle, &task}); }

  // Runs until nothing is ready and no condition holds.
  void run();
  bool has_ready() const { return !ready_.empty(); }

  // Destroys all tasks without resuming them, newest first.
  void destroy_all();
  bool is_destroying() const { return is_destroying_; }

  TaskState* current_task() const { return current_task_; }
  TaskState* first_live() const { return first_live_; }
  static TaskState* next_live(const TaskState& task) { return task.next_live_; }
  WaitList& conditions() { return conditions_; }

  // Resumed right after the running coroutine gives up control, within the same task: how a child starts and how its
  // parent goes on, without growing the stack.
  void set_next(std::coroutine_handle<> handle) { next_ = handle; }
  // The root frame of the current task has reached its end.
  void set_finished() { current_finished_ = true; }

  // Makes a scheduler the current one of this thread for a scope.
  class Enter {
   public:
    explicit Enter(Scheduler& scheduler) : previous_(std::exchange(current_, &scheduler)) {}
    ~Enter() { current_ = previous_; }
    Enter(const Enter&) = delete;
    Enter& operator=(const Enter&) = delete;

   private:
    Scheduler* previous_;
  };

  OrderRules rules;
  void* owner = nullptr;  // the workflow run or activity that this scheduler belongs to
  bool is_workflow = false;

 private:
  friend class TaskState;

  struct Ready {
    std::coroutine_handle<> handle;
    TaskState* task;
  };

  void step(const Ready& ready);
  void finish(TaskState& task);
  void wake_true_conditions();
  void forget(TaskState& task);

  static constinit thread_local Scheduler* current_;

  std::deque<Ready> ready_;
  // Tasks whose result somebody who is ready now will read: its handle may be gone by then.
  std::vector<Ref<TaskState>> finished_;
  std::coroutine_handle<> next_;
  TaskState* current_task_ = nullptr;
  bool current_finished_ = false;
  bool is_destroying_ = false;
  TaskState* first_live_ = nullptr;
  TaskState* last_live_ = nullptr;
  WaitList conditions_;
};

// Suspends the current task on `node`, at the end of `list`. A pending cancel strikes here.
void begin_wait(WaitNode& node, WaitList& list, std::coroutine_handle<> handle);
// The default `wake`: the task goes to the end of the ready queue.
void wake_waiting_task(WaitNode& node);
[[noreturn]] void throw_cancelled();
// Throws std::logic_error: a Task cannot be awaited or spawned, because `why`.
[[noreturn]] void throw_misused_task(const char* why);
// Throws std::logic_error: the coroutine at this place ended without `co_return value`.
[[noreturn]] void throw_no_value(const char* file, int line);
// Aborts with the cure: g++ 12 laid this coroutine's frame out wrongly (HAZARDS: an await in a condition, no locals).
[[noreturn]] void report_broken_frame() noexcept;

// Every awaitable of the API derives from this; a Task awaits nothing else.
struct AwaitableTag {};

}  // namespace temporalio::coro
