// Sees to it that no call of a test environment waits for ever in silence: knows what fails again and again, and when
// anything has moved last.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "sdk/src/base/loop.h"
#include "sdk/src/client/work_observer.h"

namespace temporalio::testing {

struct HangGuardOptions {
  bool is_in_process = false;  // otherwise workers that are not seen here may be at work: only with workers of its own
  bool fail_fast = true;       // ends waits for what fails in the same way again and again
  Duration hang_timeout{};     // of wall time without progress; zero: none
  // Whether the clock stands still by the test's own wish. On the loop's thread.
  std::function<bool()> is_skipping_disabled;
  // Who holds time. On the loop's thread.
  std::function<std::string()> describe_time;
};

// Any thread. It must not outlive the loop's owner.
class HangGuard final : public client::WorkObserver, public std::enable_shared_from_this<HangGuard> {
 public:
  // A task that fails so often with the same message will do so for ever.
  static constexpr int kSameFailures = 3;
  // So many attempts at an activity while nothing else happens.
  static constexpr int kAttempts = 1000;

  HangGuard(std::weak_ptr<base::Loop> loop, HangGuardOptions options);

  // What fails now, for a person: one line each; empty: nothing does.
  std::string describe_failures() const;

  void on_registered(TypeKind kind, const std::string& name) override;
  void on_started(const std::string& workflow_id) override;
  void on_descendant(const std::string& workflow_id, const std::string& root_workflow_id) override;
  void on_task_failed(const FailedTask& task) override;
  void on_task_completed(const std::string& workflow_id) override;
  void on_attempt_failed(const FailedAttempt& attempt) override;
  void on_attempt_ended(const std::string& subject) override;
  void on_progress() override;
  bool wants_every_failure(std::int32_t attempt) const override;
  void begin_wait() override;
  void end_wait() noexcept override;
  std::string why_to_end(const std::string& workflow_id) const override;

 private:
  struct Failing {
    std::string workflow_id;
    std::string what;
    TypeKind kind = TypeKind::workflow;
    std::string type;
    std::string message;
    int times = 0;  // with this message, in a row
    bool is_type_unknown = false;
  };

  bool is_known(TypeKind kind, const std::string& type) const;
  // Why waits for its workflow should end; empty: they should not. Requires mutex_.
  std::string verdict(const Failing& failing) const;
  void note(const std::string& key, Failing failing);
  void forget(const std::string& key);
  void moved();
  void look();
  void look_later();

  const std::weak_ptr<base::Loop> loop_;
  const HangGuardOptions options_;

  mutable std::mutex mutex_;                 // guards: all below
  std::map<std::string, Failing> failing_;   // by workflow id, or an activity's subject
  std::set<std::string> known_[2];           // types, by kind
  std::map<std::string, std::string> root_;  // of workflows that others brought about
  int waits_ = 0;
  bool is_looking_ = false;
  base::MonotonicTime last_progress_{};
  std::string hang_;  // what is said of a hang; empty: there is none

  std::atomic<bool> may_have_reasons_ = false;  // failing_ or hang_ is not empty
};

}  // namespace temporalio::testing
