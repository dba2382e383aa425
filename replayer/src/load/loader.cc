#include "replayer/src/load/loader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "replayer/src/load/binary_loader.h"
#include "replayer/src/load/gzip.h"
#include "replayer/src/load/history_order.h"
#include "replayer/src/load/json_loader.h"
#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::replayer {
namespace {

google::protobuf::ArenaOptions arena_options() {
  google::protobuf::ArenaOptions options;
  options.start_block_size = std::size_t{64} << 10;
  options.max_block_size = std::size_t{1} << 20;
  return options;
}

constexpr std::size_t kLargestFile = std::size_t{4} << 30;  // what simdjson takes

// `bytes` is followed by kJsonPadding readable bytes.
void load_uncompressed(std::string_view bytes, const std::string& name, Histories& into) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);  // a byte order mark
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) throw LoadError(name + ": expected a history, found an empty file");
  if (bytes.starts_with("PK\x03\x04"))
    throw LoadError(name + ": expected a history, found a zip archive: unpack it first");
  // The tag of a binary history's first field is a line feed, and its length may be a bracket.
  const bool is_perhaps_binary = bytes.front() == '\n' || first == 0;
  if (bytes[first] != '{' && bytes[first] != '[') {
    if (is_perhaps_binary && load_binary(bytes, into)) return;
    throw LoadError(name + ": expected a history as JSON (an object or array) or as binary protobuf, found neither");
  }
  try {
    load_json(bytes, name, into);
  } catch (const LoadError&) {
    if (bytes.front() != '\n') throw;
    into.truncate(0);
    if (!load_binary(bytes, into)) throw;
  }
}

void finish(Histories& histories, const std::string& name) {
  if (histories.list().empty()) throw LoadError(name + ": expected a history, found none");
  for (std::size_t i = 0; i < histories.list().size(); ++i) {
    LoadedHistory& loaded = histories.at(i);
    loaded.name = histories.list().size() == 1 ? name : name + "[" + std::to_string(i) + "]";
    const std::string problem = put_in_order(histories.events(i), loaded.is_contiguous);
    if (!problem.empty()) throw LoadError(loaded.name + ": " + problem);
    const auto& started = loaded.history->events(0).workflow_execution_started_event_attributes();
    if (!started.workflow_id().empty()) loaded.workflow_id = started.workflow_id();
    if (loaded.run_id.empty()) loaded.run_id = started.original_execution_run_id();
  }
}

// Bytes with readable padding behind them; not filled with zeros first, which would cost a second pass over them.
class PaddedBytes {
 public:
  explicit PaddedBytes(std::size_t capacity)
      : bytes_(std::make_unique_for_overwrite<char[]>(capacity + kJsonPadding)), capacity_(capacity) {}
  char* data() { return bytes_.get(); }
  std::size_t capacity() const { return capacity_; }
  std::size_t size() const { return size_; }
  void grown(std::size_t count) { size_ += count; }
  std::string_view view() const { return {bytes_.get(), size_}; }

  void double_capacity() {
    PaddedBytes larger(capacity_ * 2 + 4096);
    std::memcpy(larger.data(), data(), size_);
    bytes_ = std::move(larger.bytes_);
    capacity_ = larger.capacity_;
  }
  // Once filled: what follows is read by the parser, eight or more bytes at a time.
  void pad() { std::memset(bytes_.get() + size_, 0, kJsonPadding); }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_;
  std::size_t size_ = 0;
};

void load_padded(std::string_view bytes, const std::string& name, Histories& into) {
  if (is_gzip(bytes)) {
    std::string plain, error;
    if (!gunzip(bytes, plain, error)) throw LoadError(name + ": " + error);
    const std::size_t size = plain.size();
    plain.resize(size + kJsonPadding);
    load_uncompressed(std::string_view(plain).substr(0, size), name, into);
  } else {
    load_uncompressed(bytes, name, into);
  }
  finish(into, name);
}

PaddedBytes read_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw LoadError(path + ": expected a history file: " + std::strerror(errno));
  struct stat status{};
  int error = ::fstat(file, &status) != 0 ? errno : S_ISDIR(status.st_mode) ? EISDIR : 0;
  PaddedBytes bytes(error == 0 ? static_cast<std::size_t>(status.st_size) + 1
                               : 0);  // + 1: sees the end without growing
  while (error == 0) {
    if (bytes.size() == bytes.capacity()) bytes.double_capacity();  // a pipe, or the file grew
    const ssize_t count = ::read(file, bytes.data() + bytes.size(), bytes.capacity() - bytes.size());
    if (count == 0) break;
    if (count > 0) bytes.grown(static_cast<std::size_t>(count));
    if (bytes.size() > kLargestFile) {
      ::close(file);
      throw LoadError(path + ": expected a history file of at most 4 GB, found more");
    }
    if (count < 0 && errno != EINTR) error = errno;
  }
  ::close(file);
  if (error != 0) throw LoadError(path + ": expected a history file: " + std::strerror(error));
  bytes.pad();
  return bytes;
}

}  // namespace

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
  if (!bytes.empty()) std::memcpy(padded.data(), bytes.data(), bytes.size());
  padded.grown(bytes.size());
  padded.pad();
  load_padded(padded.view(), name, *histories);
  return histories;
}

std::unique_ptr<Histories> load_file(const std::string& path) {
  auto histories = std::make_unique<Histories>();
  const PaddedBytes bytes = read_file(path);
  load_padded(bytes.view(), path, *histories);
  return histories;
}

}  // namespace temporalio::replayer
