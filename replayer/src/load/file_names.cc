#include "replayer/src/load/file_names.h"

namespace temporalio::replayer {

const char* const kHistoryNames = "*.json, *.jsonl, *.ndjson, *.bin, *.binpb, *.pb, each also with .gz, and *.zip";

bool has_history_name(std::string_view path) {
  if (path.ends_with(".zip")) return true;
  if (path.ends_with(".gz")) path.remove_suffix(3);
  for (const char* known : {".json", ".jsonl", ".ndjson", ".bin", ".binpb", ".pb"}) {
    if (path.ends_with(known)) return true;
  }
  return false;
}

}  // namespace temporalio::replayer
