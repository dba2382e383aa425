// The face of the engine: takes calls, ends transactions, fires timers, and lets virtual time jump.
#include "timeskip/src/engine/server.h"

#include <algorithm>
#include <utility>

#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/errors.h"
#include "timeskip/src/engine/method_table.h"
#include "timeskip/src/engine/rpc/poll.h"
#include "timeskip/src/engine/run/child_workflow.h"
#include "timeskip/src/engine/run/runs.h"
#include "timeskip/src/engine/time/skipping.h"

namespace temporalio::timeskip {

struct Server::State {
  explicit State(const ServerOptions& options) : engine(options, std::make_shared<Runs>(), hand_out) {
    engine.close_hooks = {report_close_to_parent, apply_parent_close_policies};
  }

  // Works off what a request or a moment has set going.
  void settle() {
    engine.commit_all();
    match_all(engine);
    remove_expired(engine);
  }

  // The next virtual timer that is due, or may be jumped to, is fired with all others of the same moment.
  bool fire_moment(int& steps) {
    const std::optional<Time> next = engine.timers.next_due();
    if (!next.has_value()) return false;
    if (*next > engine.now()) {
      if (!may_skip(engine)) return false;
      engine.clock.jump_to(*next);
    }
    while (engine.timers.fire_one(engine.now())) ++steps;
    settle();
    return true;
  }

  Engine engine;
};

Server::Server(ServerOptions options) : state_(std::make_unique<State>(options)) {}

Server::~Server() = default;

const google::protobuf::Message* Server::request_prototype(std::string_view method) {
  const Method* found = find_method(method);
  return found == nullptr ? nullptr : found->request;
}

const google::protobuf::Message* Server::response_prototype(std::string_view method) {
  const Method* found = find_method(method);
  return found == nullptr ? nullptr : found->response;
}

Server::CallId Server::call(std::string_view method, google::protobuf::Message& request,
                            google::protobuf::Message& response, const CallContext& context, Reply reply) {
  Engine& engine = state_->engine;
  engine.clock.observe_wall(context.wall_now);
  const timeskip::CallId id = engine.next_call_id++;
  const Method* found = find_method(method);
  if (found == nullptr) {
    reply(errors::unimplemented(unanswered_method_text(method)));
    return id;
  }
  Call& call = engine.calls[id];
  call.id = id;
  call.request = &request;
  call.response = &response;
  call.context = context;
  call.reply = std::move(reply);
  Answer answer = found->handle(engine, call);
  if (answer.has_value()) engine.answer(call, std::move(*answer));
  state_->settle();
  return id;
}

void Server::cancel(CallId call) {
  Engine& engine = state_->engine;
  const auto found = engine.calls.find(call);
  if (found == engine.calls.end()) return;
  engine.answer(found->second, errors::cancelled());
  state_->settle();
}

std::optional<Time> Server::tick(Time wall_now, int max_steps) {
  Engine& engine = state_->engine;
  engine.clock.observe_wall(wall_now);
  int steps = 0;
  while (engine.wall_timers.fire_one(engine.clock.wall())) ++steps;
  state_->settle();
  while (state_->fire_moment(steps)) {
    if (steps >= max_steps) return engine.clock.wall();
  }
  std::optional<Time> next = engine.wall_timers.next_due();
  if (const std::optional<Time> due = engine.timers.next_due()) {
    const Time wall_due = engine.clock.wall_at(*due);
    next = next.has_value() ? std::min(*next, wall_due) : wall_due;
  }
  return next;
}

std::string Server::describe_time(std::optional<Time> wall_now) const {
  if (wall_now.has_value()) state_->engine.clock.observe_wall(*wall_now);
  return timeskip::describe_time(state_->engine);
}

}  // namespace temporalio::timeskip
