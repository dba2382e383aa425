#include "timeskip/src/testing/hang_guard.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

namespace temporalio::testing {
namespace {

constexpr Duration kLookInterval = std::chrono::milliseconds(250);
constexpr const char* kServersWay = "; TimeSkippingOptions::fail_fast = false has it tried for ever, as a service does";

std::string joined(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none is registered" : "registered are: " + text;
}

}  // namespace

HangGuard::HangGuard(std::weak_ptr<base::Loop> loop, HangGuardOptions options)
    : loop_(std::move(loop)), options_(std::move(options)) {}

bool HangGuard::is_known(TypeKind kind, const std::string& type) const {
  return known_[static_cast<int>(kind)].count(type) != 0;
}

std::string HangGuard::verdict(const Failing& failing) const {
  const bool is_workflow = failing.kind == TypeKind::workflow;
  if (failing.is_type_unknown) {
    if (is_known(failing.kind, failing.type)) return {};
    return failing.what + " cannot go on: no worker of this environment knows the " +
           (is_workflow ? "workflow type " : "activity type ") + failing.type + " (" +
           joined(known_[static_cast<int>(failing.kind)]) + "); register it with " +
           (is_workflow ? "Worker::add_workflow" : "Worker::add_activity") + kServersWay;
  }
  if (is_workflow && failing.times >= kSameFailures) {
    return failing.what + " gets nowhere: its workflow task has failed " + std::to_string(failing.times) +
           " times in the same way: " + failing.message +
           "; throw an ApplicationError to fail the workflow instead, or mend its code" + kServersWay;
  }
  if (!is_workflow && failing.times >= kAttempts) {
    return failing.what + " gets nowhere: it has failed " + std::to_string(failing.times) +
           " times while nothing else happened: " + failing.message +
           "; give it a retry policy that ends, or mend its code" + kServersWay;
  }
  return {};
}

std::string HangGuard::why_to_end(const std::string& workflow_id) const {
  if (!may_have_reasons_) return {};
  const std::lock_guard lock(mutex_);
  if (options_.fail_fast && !workflow_id.empty()) {
    for (const auto& [key, failing] : failing_) {
      const auto root = root_.find(failing.workflow_id);
      const bool concerns = failing.workflow_id == workflow_id || (root != root_.end() && root->second == workflow_id);
      if (!concerns) continue;
      if (std::string reason = verdict(failing); !reason.empty()) return reason;
    }
  }
  return hang_;
}

std::string HangGuard::describe_failures() const {
  const std::lock_guard lock(mutex_);
  std::string text;
  for (const auto& [key, failing] : failing_) {
    text += "  failing: " + failing.what + ", " + std::to_string(failing.times) +
            " time(s) in the same way: " + failing.message + "\n";
  }
  return text;
}

void HangGuard::note(const std::string& key, Failing failing) {
  Failing& known = failing_[key];
  // Of an activity every attempt counts: texts of errors often differ in a number.
  const bool is_same = known.message == failing.message || failing.kind == TypeKind::activity;
  failing.times = is_same ? known.times + 1 : 1;
  known = std::move(failing);
  may_have_reasons_ = true;
}

void HangGuard::forget(const std::string& key) {
  failing_.erase(key);
  may_have_reasons_ = !failing_.empty() || !hang_.empty();
}

void HangGuard::moved() {
  if (auto loop = loop_.lock()) last_progress_ = loop->time().now();
  hang_.clear();
}

void HangGuard::on_registered(TypeKind kind, const std::string& name) {
  const std::lock_guard lock(mutex_);
  known_[static_cast<int>(kind)].insert(name);
}

void HangGuard::on_started(const std::string& workflow_id) {
  const std::lock_guard lock(mutex_);
  root_.erase(workflow_id);
  moved();
  std::erase_if(failing_, [&](const auto& entry) { return entry.second.workflow_id == workflow_id; });
  may_have_reasons_ = !failing_.empty();
}

void HangGuard::on_descendant(const std::string& workflow_id, const std::string& root_workflow_id) {
  const std::lock_guard lock(mutex_);
  root_[workflow_id] = root_workflow_id;
}

void HangGuard::on_task_failed(const FailedTask& task) {
  const std::lock_guard lock(mutex_);
  note(task.workflow_id,
       {task.workflow_id, task.what, TypeKind::workflow, task.type, task.message, 0, task.is_type_unknown});
}

void HangGuard::on_task_completed(const std::string& workflow_id) {
  const std::lock_guard lock(mutex_);
  moved();
  // The count of an activity's attempts begins anew when something else has happened.
  for (auto& [key, failing] : failing_) {
    if (failing.kind == TypeKind::activity) failing.times = 0;
  }
  forget(workflow_id);
}

void HangGuard::on_attempt_failed(const FailedAttempt& attempt) {
  const std::lock_guard lock(mutex_);
  note(attempt.subject, {attempt.workflow_id, attempt.what, TypeKind::activity, attempt.type, attempt.message, 0,
                         attempt.is_type_unknown});
}

void HangGuard::on_attempt_ended(const std::string& subject) {
  const std::lock_guard lock(mutex_);
  moved();
  forget(subject);
}

void HangGuard::on_progress() {
  const std::lock_guard lock(mutex_);
  moved();
}

bool HangGuard::wants_every_failure(std::int32_t attempt) const {
  return options_.fail_fast && attempt <= kSameFailures;
}

void HangGuard::begin_wait() {
  {
    const std::lock_guard lock(mutex_);
    if (waits_++ == 0) moved();
    if (options_.hang_timeout == Duration::zero() || is_looking_) return;
    is_looking_ = true;
  }
  look_later();
}

void HangGuard::end_wait() noexcept {
  const std::lock_guard lock(mutex_);
  --waits_;
}

// Not under the lock: the loop evaluates why_to_end() under its own.
void HangGuard::look_later() {
  if (const auto loop = loop_.lock()) {
    loop->post_after(std::min(kLookInterval, options_.hang_timeout), [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->look();
    });
  }
}

void HangGuard::look() {
  const auto loop = loop_.lock();
  if (loop == nullptr) return;
  const bool is_disabled = options_.is_skipping_disabled && options_.is_skipping_disabled();
  const std::string failures = describe_failures();
  {
    const std::lock_guard lock(mutex_);
    if (waits_ == 0) {
      is_looking_ = false;
      return;
    }
    const bool is_watched = options_.is_in_process || !known_[0].empty() || !known_[1].empty();
    // The retries of a task that fails are seconds apart while time is held.
    const bool is_retrying = !options_.fail_fast && !failing_.empty();
    if (is_disabled || !is_watched || is_retrying) moved();
    if (hang_.empty() && loop->time().now() - last_progress_ >= options_.hang_timeout) {
      char text[160];
      std::snprintf(text, sizeof text,
                    "nothing has moved for %g s (TimeSkippingOptions::hang_timeout says how long that may be)\n",
                    std::chrono::duration<double>(options_.hang_timeout).count());
      hang_ = text + failures + options_.describe_time();
      may_have_reasons_ = true;
    }
  }
  look_later();
}

}  // namespace temporalio::testing
