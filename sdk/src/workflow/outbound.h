// The one interface through which workflow code acts: whatever it asks for (a timer, an activity, a signal to another
// workflow, the end of the run) passes Outbound::call() as an OutboundCall. Interceptors and guards against
// nondeterminism wrap it, without knowing each capability; a capability adds a class of its own, and nothing here.
#pragma once

#include <functional>
#include <memory>

#include "temporalio/detail/operation.h"

namespace temporalio::workflow {

class RunState;

// One thing that workflow code asks for, with views of what the caller gave. Lives as long as the call.
class OutboundCall {
 public:
  OutboundCall(const char* name, SourceLocation location) : name_(name), location_(location) {}
  OutboundCall(const OutboundCall&) = delete;
  OutboundCall& operator=(const OutboundCall&) = delete;

  // The function of the public API: "sleep", "start_activity".
  const char* name() const { return name_; }
  SourceLocation location() const { return location_; }
  // Does it. The end of the chain calls this.
  virtual void issue(RunState& run) = 0;

 protected:
  ~OutboundCall() = default;

 private:
  const char* name_;
  SourceLocation location_;
};

class Outbound {
 public:
  virtual ~Outbound() = default;
  // May throw instead of passing `call` on: into the workflow code that makes it.
  virtual void call(OutboundCall& call) = 0;
};

// Makes the links of the chain before the last one; `next` outlives what is returned.
using OutboundFactory = std::function<std::unique_ptr<Outbound>(Outbound& next)>;

}  // namespace temporalio::workflow
