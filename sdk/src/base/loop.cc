#include "sdk/src/base/loop.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "sdk/src/base/attendant.h"
#include "sdk/src/base/check.h"

namespace temporalio::base {
namespace {

// Marks the calling thread as inside `loop`; a callback of one loop may pump another.
class Inside {
 public:
  explicit Inside(const void* loop) : loop_(loop), outer_(std::exchange(innermost_, this)) {}
  ~Inside() { innermost_ = outer_; }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

  static bool is_inside(const void* loop) {
    for (const Inside* at = innermost_; at != nullptr; at = at->outer_) {
      if (at->loop_ == loop) return true;
    }
    return false;
  }

 private:
  static thread_local const Inside* innermost_;

  const void* const loop_;
  const Inside* const outer_;
};

constinit thread_local const Inside* Inside::innermost_ = nullptr;

}  // namespace

class Loop::State : public std::enable_shared_from_this<State> {
 public:
  explicit State(LoopOptions options) : options_(options) {}

  void post(Callback callback);
  TimerId post_after(Duration delay, Callback callback);
  bool cancel(TimerId timer);
  HookId add_idle_hook(IdleHook hook);
  void remove_idle_hook(HookId hook);
  void pump_until(const Predicate& predicate);
  void exclusively(const Callback& function);
  void stop();

  bool is_inside() const { return Inside::is_inside(this); }
  const TimeSource& time() const { return *options_.time; }

 private:
  using Lock = std::unique_lock<std::mutex>;

  // A thread that waits while another one leads.
  struct Follower {
    const Predicate* predicate = nullptr;
    std::condition_variable signal;
    bool is_satisfied = false;
    bool is_leader = false;
  };
  struct Hook {
    IdleHook run;
    MonotonicTime due = MonotonicTime::max();
  };

  void lead(Lock& lock, const Predicate& predicate);
  void resign(Lock& lock);
  bool run_batch(const Predicate& predicate) noexcept;
  void release_satisfied_followers();
  void post_due_timers();
  bool hooks_are_due() const;
  void run_hooks(Lock& lock);
  void wait_for_work(Lock& lock);
  void wake_leader();
  MonotonicTime next_due() const;
  void ask_for_attendance(Lock& lock);
  std::optional<MonotonicTime> visit();
  void call_background_thread();
  void run_background_thread();

  const LoopOptions options_;

  std::mutex mutex_;  // guards: everything up to `batch_`
  std::vector<Callback> ready_;
  std::map<std::pair<MonotonicTime, std::uint64_t>, Callback> timers_;
  std::uint64_t last_sequence_ = 0;
  std::map<HookId, Hook> hooks_;  // changed only between callbacks; run by the leader without the lock
  bool is_quiet_since_hooks_ = true;
  bool has_leader_ = false;
  bool is_leader_waiting_ = false;
  std::condition_variable leader_signal_;
  std::deque<Follower*> followers_;
  MonotonicTime unattended_since_{};
  std::optional<MonotonicTime> visit_at_;  // when the attendant comes
  bool has_been_watched_ = false;
  bool is_background_called_ = false;
  bool is_stopping_ = false;
  std::condition_variable background_signal_;
  std::thread background_;

  // Only the leader touches these.
  std::vector<Callback> batch_;
  std::size_t batch_position_ = 0;

  std::atomic<bool> background_must_yield_ = false;
};

void Loop::State::post(Callback callback) {
  Lock lock(mutex_);
  ready_.push_back(std::move(callback));
  if (has_leader_) return wake_leader();
  if (ready_.size() == 1) ask_for_attendance(lock);
}

Loop::TimerId Loop::State::post_after(Duration delay, Callback callback) {
  const MonotonicTime due = time().now() + std::max(delay, Duration::zero());
  Lock lock(mutex_);
  const TimerId id{due, ++last_sequence_};
  timers_.emplace(std::pair(id.due, id.sequence), std::move(callback));
  if (has_leader_) {
    wake_leader();
  } else {
    ask_for_attendance(lock);
  }
  return id;
}

bool Loop::State::cancel(TimerId timer) {
  Lock lock(mutex_);
  auto found = timers_.extract(std::pair(timer.due, timer.sequence));
  lock.unlock();  // the callback's destructor may use the loop
  return !found.empty();
}

Loop::HookId Loop::State::add_idle_hook(IdleHook hook) {
  HookId id = 0;
  exclusively([&] {
    Lock lock(mutex_);
    id = ++last_sequence_;
    hooks_.emplace(id, Hook{std::move(hook)});
    is_quiet_since_hooks_ = false;
  });
  return id;
}

void Loop::State::remove_idle_hook(HookId hook) {
  exclusively([&] {
    Lock lock(mutex_);
    hooks_.erase(hook);
  });
}

void Loop::State::pump_until(const Predicate& predicate) {
  if (is_inside()) throw NestedPump("waiting for the loop from inside one of its own callbacks");
  Lock lock(mutex_);
  if (has_leader_) {
    Follower self;
    self.predicate = &predicate;
    followers_.push_back(&self);
    if (options_.grace > Duration::zero()) background_must_yield_ = true;
    wake_leader();
    self.signal.wait(lock, [&] { return self.is_satisfied || self.is_leader; });
    if (self.is_satisfied) return;
  } else {
    has_leader_ = true;
  }
  lead(lock, predicate);
  resign(lock);
}

void Loop::State::exclusively(const Callback& function) {
  if (is_inside()) return function();
  Lock lock(mutex_);
  if (has_leader_) {
    lock.unlock();
    bool has_run = false;
    post([&] {
      function();
      has_run = true;
    });
    return pump_until([&] { return has_run; });
  }
  has_leader_ = true;
  lock.unlock();
  {
    const Inside inside(this);
    function();
  }
  lock.lock();
  is_quiet_since_hooks_ = false;
  resign(lock);
}

// Runs callbacks until `predicate` holds; the caller has set `has_leader_`.
void Loop::State::lead(Lock& lock, const Predicate& predicate) {
  const Inside inside(this);
  for (;;) {
    lock.unlock();
    const bool is_done = run_batch(predicate);
    lock.lock();
    release_satisfied_followers();
    if (is_done) return;
    if (!timers_.empty()) post_due_timers();
    if (!ready_.empty()) {
      batch_.swap(ready_);
      is_quiet_since_hooks_ = false;
    } else if (hooks_are_due()) {
      run_hooks(lock);
    } else {
      wait_for_work(lock);
    }
  }
}

// Whether `predicate` holds; it is evaluated after every callback. What is left stays for the next leader.
bool Loop::State::run_batch(const Predicate& predicate) noexcept {
  for (;;) {
    if (predicate()) return true;
    if (batch_position_ == batch_.size()) break;
    const Callback callback = std::move(batch_[batch_position_++]);
    callback();
  }
  batch_.clear();
  batch_position_ = 0;
  return false;
}

void Loop::State::resign(Lock& lock) {
  if (followers_.empty()) {
    has_leader_ = false;
    background_must_yield_ = false;
    return ask_for_attendance(lock);
  }
  Follower* const next = followers_.front();  // `has_leader_` stays set: nobody can step in between
  followers_.pop_front();
  next->is_leader = true;
  next->signal.notify_one();
}

void Loop::State::release_satisfied_followers() {
  if (followers_.empty()) return;
  const auto is_released = [](Follower* follower) {
    if (!(*follower->predicate)()) return false;
    follower->is_satisfied = true;
    follower->signal.notify_one();
    return true;
  };
  std::erase_if(followers_, is_released);
}

void Loop::State::post_due_timers() {
  const MonotonicTime now = time().now();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    ready_.push_back(std::move(timers_.extract(timers_.begin()).mapped()));
  }
}

bool Loop::State::hooks_are_due() const {
  if (hooks_.empty()) return false;
  if (!is_quiet_since_hooks_) return true;
  MonotonicTime due = MonotonicTime::max();
  for (const auto& [id, hook] : hooks_) due = std::min(due, hook.due);
  return due != MonotonicTime::max() && due <= time().now();
}

void Loop::State::run_hooks(Lock& lock) {
  is_quiet_since_hooks_ = true;
  lock.unlock();
  std::vector<std::pair<HookId, MonotonicTime>> dues;
  for (const auto& [id, hook] : hooks_) {
    const std::optional<Duration> delay = hook.run();
    dues.emplace_back(id, delay ? time().now() + *delay : MonotonicTime::max());
  }
  lock.lock();
  for (const auto& [id, due] : dues) {
    if (const auto it = hooks_.find(id); it != hooks_.end()) it->second.due = due;
  }
}

void Loop::State::wait_for_work(Lock& lock) {
  const MonotonicTime due = next_due();
  std::optional<Duration> limit;
  if (due != MonotonicTime::max()) limit = due - time().now();
  is_leader_waiting_ = true;
  time().wait(leader_signal_, lock, limit);
  is_leader_waiting_ = false;
}

void Loop::State::wake_leader() {
  if (is_leader_waiting_) leader_signal_.notify_one();
}

// When somebody must pump; max: nothing is left to do.
MonotonicTime Loop::State::next_due() const {
  MonotonicTime due = MonotonicTime::max();
  if (!ready_.empty() || (!has_leader_ && batch_position_ < batch_.size())) return MonotonicTime::min();
  if (!hooks_.empty() && !is_quiet_since_hooks_) return MonotonicTime::min();
  for (const auto& [id, hook] : hooks_) due = std::min(due, hook.due);
  if (!timers_.empty()) due = std::min(due, timers_.begin()->first.first);
  return due;
}

// Nobody leads: sees to it that somebody will when something is due. May release the lock.
void Loop::State::ask_for_attendance(Lock& lock) {
  if (is_stopping_) return;
  const MonotonicTime due = next_due();
  if (due == MonotonicTime::max()) return;
  const MonotonicTime now = real_time().now();  // the attendant's clock
  unattended_since_ = now;
  if (options_.grace == Duration::zero() && due <= time().now()) return call_background_thread();
  MonotonicTime when = now + options_.grace;
  if (due > time().now()) when = std::max(when, now + (due - time().now()));
  if (visit_at_ && *visit_at_ <= when) return;  // a visit too early costs less than telling the attendant each time
  visit_at_ = when;
  has_been_watched_ = true;
  lock.unlock();
  Attendant::instance().watch(this, when, [this] { return visit(); });
}

// On the attendant's thread. Returns when to come again.
std::optional<MonotonicTime> Loop::State::visit() {
  Lock lock(mutex_);
  visit_at_.reset();
  if (has_leader_ || is_stopping_) return std::nullopt;
  const MonotonicTime due = next_due();
  if (due == MonotonicTime::max()) return std::nullopt;
  const MonotonicTime now = real_time().now();
  MonotonicTime when = unattended_since_ + options_.grace;
  if (due > time().now()) when = std::max(when, now + (due - time().now()));
  if (when > now) {
    visit_at_ = when;
    return when;
  }
  call_background_thread();
  return std::nullopt;
}

void Loop::State::call_background_thread() {
  is_background_called_ = true;
  if (background_.joinable()) return background_signal_.notify_one();
  background_ = std::thread([self = shared_from_this()] { self->run_background_thread(); });
}

void Loop::State::run_background_thread() {
  Lock lock(mutex_);
  const Predicate must_leave = [this] { return background_must_yield_.load(); };
  while (!is_stopping_) {
    if (!is_background_called_ || has_leader_) {
      background_signal_.wait(lock);
      continue;
    }
    is_background_called_ = false;
    has_leader_ = true;
    lead(lock, must_leave);
    resign(lock);
    if (!lock.owns_lock()) lock.lock();  // asking for attendance releases it
  }
}

void Loop::State::stop() {
  {
    Lock lock(mutex_);
    TEMPORALIO_CHECK(followers_.empty(), "a thread still waits for the loop that is being destroyed");
    is_stopping_ = true;
    background_must_yield_ = true;
    wake_leader();
    background_signal_.notify_one();
  }
  if (background_.joinable()) {
    if (background_.get_id() == std::this_thread::get_id()) {
      background_.detach();  // a callback dropped the last reference; the thread, which keeps the state alive, ends
    } else {
      background_.join();
    }
  }
  if (has_been_watched_) Attendant::instance().forget(this);
}

Loop::Loop(LoopOptions options) : state_(std::make_shared<State>(options)) {}
Loop::~Loop() { state_->stop(); }

void Loop::post(Callback callback) { state_->post(std::move(callback)); }
Loop::TimerId Loop::post_after(Duration delay, Callback callback) {
  return state_->post_after(delay, std::move(callback));
}
bool Loop::cancel(TimerId timer) { return state_->cancel(timer); }
Loop::HookId Loop::add_idle_hook(IdleHook hook) { return state_->add_idle_hook(std::move(hook)); }
void Loop::remove_idle_hook(HookId hook) { state_->remove_idle_hook(hook); }
void Loop::pump_until(const Predicate& predicate) { state_->pump_until(predicate); }
bool Loop::try_exclusively(Callback function, Duration limit) {
  struct Attempt {
    std::mutex mutex;  // guards: both
    bool has_run = false;
    bool is_given_up = false;
    std::condition_variable signal;
  };
  if (is_inside()) {
    function();
    return true;
  }
  const auto attempt = std::make_shared<Attempt>();
  post([attempt, function = std::move(function)] {
    const std::lock_guard lock(attempt->mutex);
    if (attempt->is_given_up) return;
    function();
    attempt->has_run = true;
    attempt->signal.notify_one();
  });
  const MonotonicTime end = real_time().now() + limit;
  std::unique_lock lock(attempt->mutex);
  while (!attempt->has_run && real_time().now() < end) {
    real_time().wait(attempt->signal, lock, end - real_time().now());
  }
  attempt->is_given_up = true;
  return attempt->has_run;
}

void Loop::exclusively(const Callback& function) { state_->exclusively(function); }
bool Loop::is_inside() const { return state_->is_inside(); }
const TimeSource& Loop::time() const { return state_->time(); }

}  // namespace temporalio::base
