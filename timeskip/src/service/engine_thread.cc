#include "timeskip/src/service/engine_thread.h"

#include <chrono>
#include <future>
#include <map>
#include <utility>

#include "timeskip/src/clock/wall_clock.h"

namespace temporalio::timeskip {
namespace {

constexpr int kCancelled = 1;     // google.rpc.Code
constexpr int kUnavailable = 14;  // google.rpc.Code

// Under a load that never lets the inbox run empty, timers still fire this often.
constexpr std::chrono::milliseconds kLongestTimeWithoutTick{20};

RpcStatus shutting_down() { return {kUnavailable, "The server is shutting down.", ""}; }

}  // namespace

EngineThread::EngineThread(ServerOptions options) : server_(options), thread_([this] { run(); }) {}

EngineThread::~EngineThread() {
  post({Ask::stop, nullptr, nullptr});
  thread_.join();
}

void EngineThread::submit(std::shared_ptr<EngineCall> call) { post({Ask::submit, std::move(call), nullptr}); }

void EngineThread::cancel(std::shared_ptr<EngineCall> call) { post({Ask::cancel, std::move(call), nullptr}); }

void EngineThread::drain() { post({Ask::drain, nullptr, nullptr}); }

std::string EngineThread::describe() {
  std::promise<std::string> text;
  post({Ask::describe, nullptr, [&text](std::string s) { text.set_value(std::move(s)); }});
  return text.get_future().get();
}

void EngineThread::post(Entry entry) {
  bool was_empty;
  {
    std::lock_guard lock(mutex_);
    was_empty = inbox_.empty();
    inbox_.push_back(std::move(entry));
  }
  if (was_empty) wake_.notify_one();
}

void EngineThread::run() {
  std::vector<Entry> batch;
  std::optional<Time> next = read_wall_clock();
  Time last_tick = *next;
  for (;;) {
    bool nothing_waits;
    {
      std::unique_lock lock(mutex_);
      if (inbox_.empty()) {
        const auto has_work = [this] { return !inbox_.empty(); };
        if (!next) {
          wake_.wait(lock, has_work);
        } else if (const auto wait = *next - read_wall_clock(); wait > std::chrono::nanoseconds(0)) {
          wake_.wait_for(lock, wait, has_work);
        }
        last_tick = read_wall_clock();  // it has rested, not put ticks off
      }
      batch.swap(inbox_);
    }
    Time now = read_wall_clock();
    for (Entry& entry : batch) {
      if (!handle(entry, now)) return;
    }
    batch.clear();
    {
      std::lock_guard lock(mutex_);
      nothing_waits = inbox_.empty();
    }
    now = read_wall_clock();
    // Virtual time may jump only when no request waits: it might be the one that forbids the jump.
    if (nothing_waits || now - last_tick > kLongestTimeWithoutTick) {
      next = server_.tick(now);
      last_tick = now;
    }
  }
}

bool EngineThread::handle(Entry& entry, Time now) {
  switch (entry.ask) {
    case Ask::submit:
      start(entry.call, now);
      return true;
    case Ask::cancel:
      entry.call->is_cancelled_ = true;
      if (entry.call->stage_ == EngineCall::Stage::in_server) server_.cancel(entry.call->id_);
      return true;
    case Ask::drain:
      end_parked();
      return true;
    case Ask::describe:
      entry.described(describe_now());
      return true;
    case Ask::stop:
      end_parked();
      return false;
  }
  return true;
}

void EngineThread::start(const std::shared_ptr<EngineCall>& call, Time now) {
  if (is_draining_) return answer(call, shutting_down());
  if (call->is_cancelled_) return answer(call, {kCancelled, "The call was cancelled.", ""});
  call->stage_ = EngineCall::Stage::in_server;
  parked_.insert(call);
  const Server::CallId id = server_.call(call->method(), call->request(), call->response(),
                                         {now, call->wall_deadline(), [raw = call.get()] { return raw->is_gone(); },
                                          call->follows_next_run_id(), call->is_for_display()},
                                         [this, call](RpcStatus status) { answer(call, std::move(status)); });
  call->id_ = id;
}

void EngineThread::end_parked() {
  is_draining_ = true;
  // cancel() answers, and answering takes the call out of parked_.
  const std::vector<std::shared_ptr<EngineCall>> calls(parked_.begin(), parked_.end());
  for (const auto& call : calls) server_.cancel(call->id_);
}

std::string EngineThread::describe_now() const {
  std::map<std::string_view, int> waiting;  // how many calls of each method
  for (const auto& call : parked_) ++waiting[call->method()];
  std::string text = server_.describe_time(read_wall_clock());
  if (!text.empty() && text.back() != '\n') text += '\n';
  text += "calls that wait for an answer: " + std::to_string(parked_.size());
  for (const auto& [method, count] : waiting) {
    text += "\n  " + std::to_string(count) + " " + std::string(method);
  }
  return text;
}

void EngineThread::answer(const std::shared_ptr<EngineCall>& call, RpcStatus status) {
  if (call->stage_ == EngineCall::Stage::answered) return;
  if (is_draining_ && status.code == kCancelled) status = shutting_down();
  call->stage_ = EngineCall::Stage::answered;
  parked_.erase(call);  // the caller's own reference keeps it alive
  call->answer(std::move(status));
}

}  // namespace temporalio::timeskip
