// Results as people read them.
#include "replayer/src/load/event_names.h"
#include "replayer/src/report/verdict.h"
#include "temporalio/replayer.h"

namespace temporalio::replayer {
namespace {

// What histories and code say, without what a terminal would obey. Line ends are shown, too, or kept as `line_end`.
std::string printable(const std::string& text, const char* line_end = "\\x0a") {
  constexpr const char kHex[] = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += line_end;
    } else if (byte >= 0x20 && byte != 0x7f) {
      out += c;
    } else {
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 0xf]};
    }
  }
  return out;
}

std::string source_of(const Divergence& divergence) {
  if (divergence.source_file.empty()) return {};
  return divergence.source_file + ":" + std::to_string(divergence.source_line);
}

void add_divergence(const Divergence& divergence, std::string& out) {
  out += "  " + event_reference(divergence.event_id, divergence.event_type);
  if (divergence.workflow_task != 0) {
    out += ", workflow task " + std::to_string(divergence.workflow_task);
    if (divergence.workflow_task_completed_event_id != 0) {
      out += " (completed by event " + std::to_string(divergence.workflow_task_completed_event_id) + ")";
    }
  }
  out += "\n    the history recorded  " + printable(divergence.recorded) + "\n    the code did          " +
         printable(divergence.actual) + "\n";
  const std::string source = source_of(divergence);
  if (!source.empty()) out += "                          at " + source + "\n";
}

void add_context(const ReplayResult& result, std::string& out) {
  if (result.context.empty()) return;
  out += "  events around it:\n";
  const std::size_t width = std::to_string(result.context.back().id).size();
  for (const ContextEvent& event : result.context) {
    const std::string id = std::to_string(event.id);
    out += event.id == result.event_id ? "  > " : "    ";
    out += std::string(width - id.size(), ' ') + id + "  " + printable(event.text) + "\n";
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

std::string ReplayResult::report() const {
  std::string out = std::string(traits_of(verdict).headline) + "  " + name;
  if (!workflow_type.empty()) out += "  " + printable(workflow_type);
  if (event_count != 0) out += "  (" + std::to_string(event_count) + " events)";
  out += "\n";
  if (has_passed()) return out;
  if (!workflow_id.empty()) {
    out += "  workflow id " + printable(workflow_id) + (run_id.empty() ? "" : ", run id " + printable(run_id)) + "\n";
  }
  if (verdict == Verdict::nondeterminism) add_divergence(divergence, out);
  if (!message.empty()) out += "  " + printable(message, "\n  ") + "\n";
  add_context(*this, out);
  if (const char* text = hint(*this)) out += std::string("  hint: ") + text + "\n";
  return out;
}

}  // namespace temporalio::replayer
