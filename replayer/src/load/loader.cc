#include "replayer/src/load/loader.h"

#include <cstring>

#include "replayer/src/load/binary_loader.h"
#include "replayer/src/load/byte_source.h"
#include "replayer/src/load/gzip.h"
#include "replayer/src/load/history_order.h"
#include "replayer/src/load/json_loader.h"
#include "replayer/src/load/zip.h"
#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::replayer {
namespace {

google::protobuf::ArenaOptions arena_options() {
  google::protobuf::ArenaOptions options;
  options.start_block_size = std::size_t{64} << 10;
  options.max_block_size = std::size_t{1} << 20;
  return options;
}

// `bytes` is followed by padding.
void load_uncompressed(std::string_view bytes, const std::string& name, Histories& into) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);  // a byte order mark
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) throw LoadError(name + ": expected a history, found an empty file");
  if (is_zip(bytes)) throw LoadError(name + ": expected a history, found a zip archive in an archive: unpack it first");
  // The tag of a binary history's first field is a line feed, and its length may be a bracket.
  const bool is_perhaps_binary = bytes.front() == '\n' || first == 0;
  if (bytes[first] != '{' && bytes[first] != '[') {
    if (is_perhaps_binary && load_binary(bytes, into)) return;
    throw LoadError(name + ": expected a history as JSON (an object or array) or as binary protobuf, found neither");
  }
  try {
    JsonParser().load(bytes, name, into);
  } catch (const LoadError&) {
    if (bytes.front() != '\n') throw;
    into.truncate(0);
    if (!load_binary(bytes, into)) throw;
  }
}

// Histories of one file that go on where the one before ends are its pages.
void join_pages(Histories& histories) {
  for (std::size_t i = 1; i < histories.list().size();) {
    auto& before = *histories.events(i - 1).mutable_events();
    const auto& after = histories.events(i).events();
    if (before.empty() || after.empty() || after[0].event_id() != before[before.size() - 1].event_id() + 1) {
      ++i;
      continue;
    }
    before.MergeFrom(after);
    histories.at(i - 1).is_contiguous = false;  // not looked at as a whole
    histories.erase(i);
  }
}

void load_archive(std::string_view bytes, const std::string& name, Histories& into) {
  ZipArchive archive(bytes, name);
  PaddedBytes file;
  while (archive.next(file)) {
    file.pad();
    Histories part;
    load_padded(file.view(), archive.file_name(), part);
    for (const LoadedHistory& loaded : part.list()) {
      into.add() = *loaded.history;
      LoadedHistory& added = into.at(into.list().size() - 1);
      const auto* history = added.history;
      added = loaded;
      added.history = history;
    }
  }
  if (into.list().empty()) throw LoadError(name + ": expected history files in this archive, found none");
}

}  // namespace

void finish_histories(Histories& histories, const std::string& name, std::size_t first_index) {
  join_pages(histories);
  if (histories.list().empty()) throw LoadError(name + ": expected a history, found none");
  for (std::size_t i = 0; i < histories.list().size(); ++i) {
    LoadedHistory& loaded = histories.at(i);
    loaded.name = first_index == kOnlyHistories && histories.list().size() == 1
                      ? name
                      : name + "[" + std::to_string((first_index == kOnlyHistories ? 0 : first_index) + i) + "]";
    const std::string problem = put_in_order(histories.events(i), loaded.is_contiguous);
    if (!problem.empty()) throw LoadError(loaded.name + ": " + problem);
    const auto& started = loaded.history->events(0).workflow_execution_started_event_attributes();
    if (!started.workflow_id().empty()) loaded.workflow_id = started.workflow_id();
    if (loaded.run_id.empty()) loaded.run_id = started.original_execution_run_id();
  }
}

void load_padded(std::string_view bytes, const std::string& name, Histories& into) {
  if (is_zip(bytes)) return load_archive(bytes, name, into);
  if (is_gzip(bytes)) {
    PaddedBytes plain;
    try {
      GzipStream stream;
      stream.decompress(bytes, plain);
      stream.finish();
    } catch (const LoadError& error) {
      throw LoadError(name + ": " + error.what());
    }
    plain.pad();
    load_uncompressed(plain.view(), name, into);
  } else {
    load_uncompressed(bytes, name, into);
  }
  finish_histories(into, name, kOnlyHistories);
}

Histories::Histories() : arena_(arena_options()) {}

temporal::api::history::v1::History& Histories::add() {
  auto* history = google::protobuf::Arena::CreateMessage<temporal::api::history::v1::History>(&arena_);
  list_.emplace_back().history = history;
  return *history;
}

temporal::api::history::v1::History& Histories::events(std::size_t index) {
  return const_cast<temporal::api::history::v1::History&>(*list_[index].history);  // add() made it, not const
}

std::unique_ptr<Histories> load_bytes(std::string_view bytes, const std::string& name) {
  auto histories = std::make_unique<Histories>();
  PaddedBytes padded(bytes.size());
  padded.append(bytes);
  padded.pad();
  load_padded(padded.view(), name, *histories);
  return histories;
}

std::unique_ptr<Histories> load_file(const std::string& path) {
  auto histories = std::make_unique<Histories>();
  PaddedBytes bytes;
  ByteSource(path, path).read_all(bytes);
  bytes.pad();
  load_padded(bytes.view(), path, *histories);
  return histories;
}

}  // namespace temporalio::replayer
