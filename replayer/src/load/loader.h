// Recorded histories from files or memory, whatever their form: proto JSON in all its dialects, binary History or
// WorkflowExecutions, one or many in a file, plain, gzip-compressed or in a zip archive. What cannot be read is refused
// with the place.
#pragma once

#include <google/protobuf/arena.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace temporal::api::history::v1 {
class History;
}

namespace temporalio::replayer {

// Input that is no history. what(): "file.json:12:7: events[3].eventType (event 4): expected ..., found ...".
class LoadError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct LoadedHistory {
  const temporal::api::history::v1::History* history = nullptr;  // on the arena of its Histories
  std::string name;            // the file's, with "[2]" behind it where a file holds several
  std::string workflow_id;     // from the start event, else from what surrounds the history; may be empty
  std::string run_id;          // likewise
  bool is_contiguous = false;  // the ids were seen to count up from 1 while it was loaded
};

// The histories of one file, and the memory they live in.
class Histories {
 public:
  Histories();
  Histories(Histories&&) = delete;
  const std::vector<LoadedHistory>& list() const { return list_; }

  // The loaders' side: a new history to be filled.
  temporal::api::history::v1::History& add();
  LoadedHistory& at(std::size_t index) { return list_[index]; }
  // Of a history that add() made.
  temporal::api::history::v1::History& events(std::size_t index);
  void truncate(std::size_t size) { list_.resize(size); }
  void erase(std::size_t index) { list_.erase(list_.begin() + static_cast<std::ptrdiff_t>(index)); }

 private:
  google::protobuf::Arena arena_;
  std::vector<LoadedHistory> list_;
};

constexpr std::size_t kLargestInput = std::size_t{4} << 30;  // bytes: what simdjson takes
constexpr std::size_t kOnlyHistories = static_cast<std::size_t>(-1);

// The parts of load_bytes(), for the HistoryReader. `bytes` is followed by the padding of PaddedBytes.
void load_padded(std::string_view bytes, const std::string& name, Histories& into);
// Joins pages, puts events in order and names each history; the first is number `first_index` of its file, or they are
// all that the file holds. Throws LoadError.
void finish_histories(Histories& histories, const std::string& name, std::size_t first_index);

// Both throw LoadError. `name` is what messages call the input. Thread-safe.
std::unique_ptr<Histories> load_bytes(std::string_view bytes, const std::string& name);
std::unique_ptr<Histories> load_file(const std::string& path);

}  // namespace temporalio::replayer
