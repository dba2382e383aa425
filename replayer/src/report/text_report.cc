#include "replayer/src/report/text_report.h"

#include "replayer/src/load/event_names.h"
#include "replayer/src/report/terminal.h"
#include "replayer/src/report/verdict.h"
#include "temporalio/replayer.h"

namespace temporalio::replayer {
namespace {

std::string source_of(const Divergence& divergence) {
  if (divergence.source_file.empty()) return {};
  return divergence.source_file + ":" + std::to_string(divergence.source_line);
}

void add_divergence(const Divergence& divergence, const Terminal& terminal, std::string& out) {
  out += "  " + event_reference(divergence.event_id, divergence.event_type);
  if (divergence.workflow_task != 0) {
    out += ", workflow task " + std::to_string(divergence.workflow_task);
    if (divergence.workflow_task_completed_event_id != 0) {
      out += " (completed by event " + std::to_string(divergence.workflow_task_completed_event_id) + ")";
    }
  }
  out += "\n    the history recorded  " + terminal.green(printable(divergence.recorded)) +
         "\n    the code did          " + terminal.red(printable(divergence.actual)) + "\n";
  const std::string source = source_of(divergence);
  if (!source.empty()) out += "                          at " + terminal.bold(source) + "\n";
}

void add_context(const ReplayResult& result, const Terminal& terminal, std::string& out) {
  if (result.context.empty()) return;
  out += "  events around it:\n";
  const std::size_t width = std::to_string(result.context.back().id).size();
  for (const ContextEvent& event : result.context) {
    const std::string id = std::to_string(event.id);
    const bool is_at_fault = event.id == result.event_id;
    const std::string line = terminal.fit((is_at_fault ? "  > " : "    ") + std::string(width - id.size(), ' ') + id +
                                          "  " + printable(event.text));
    out += (is_at_fault ? terminal.bold(line) : line) + "\n";
  }
}

const char* hint(DivergenceKind kind) {
  switch (kind) {
    case DivergenceKind::missing:
      return "runs that started before the change still need the command that the code no longer issues. Keep it for "
             "them:\n"
             "        if (!workflow::patched(\"describe-the-change\")) { /* the old call */ }";
    case DivergenceKind::added:
      return "runs that started before the change know nothing of this command. Leave it out for them:\n"
             "        if (workflow::patched(\"describe-the-change\")) { /* the new call */ }";
    case DivergenceKind::changed:
      break;
  }
  return "runs that started before the change must keep their commands in the old order. Keep the old code for them:\n"
         "        if (workflow::patched(\"describe-the-change\")) { /* new code */ } else { /* old code */ }";
}

const char* hint(const ReplayResult& result) {
  switch (result.verdict) {
    case Verdict::nondeterminism:
      return hint(result.divergence.kind);
    case Verdict::not_registered:
      return "add the class with this type name: replayer.add_workflow<...>()";
    default:
      return nullptr;
  }
}

}  // namespace

std::string headline(const ReplayResult& result, const Terminal& terminal) {
  const std::string verdict = traits_of(result.verdict).headline;
  std::string out = (result.has_passed() ? terminal.green(verdict) : terminal.red(verdict)) + "  " + result.name;
  if (!result.workflow_type.empty()) out += "  " + printable(result.workflow_type);
  if (result.event_count != 0) out += "  (" + std::to_string(result.event_count) + " events)";
  return out + (result.is_duplicate ? "  as another\n" : "\n");
}

std::string text_report(const ReplayResult& result, const Terminal& terminal) {
  std::string out = headline(result, terminal);
  if (result.has_passed()) return out;
  if (!result.workflow_id.empty()) {
    out += "  workflow id " + printable(result.workflow_id) +
           (result.run_id.empty() ? "" : ", run id " + printable(result.run_id)) + "\n";
  }
  if (result.verdict == Verdict::nondeterminism) add_divergence(result.divergence, terminal, out);
  if (!result.message.empty()) out += "  " + printable(result.message, "\n  ") + "\n";
  add_context(result, terminal, out);
  if (const char* text = hint(result)) out += "  " + terminal.yellow("hint:") + " " + text + "\n";
  return out;
}

std::string ReplayResult::report() const { return text_report(*this, Terminal{}); }

}  // namespace temporalio::replayer
