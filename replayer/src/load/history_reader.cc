#include "replayer/src/load/history_reader.h"

#include <algorithm>
#include <optional>

#include "replayer/src/load/byte_source.h"
#include "replayer/src/load/json_loader.h"
#include "replayer/src/load/zip.h"

namespace temporalio::replayer {
namespace {

// How much is read of a file of lines at a time; longer where a line is.
constexpr std::size_t kPiece = std::size_t{1} << 20;

}  // namespace

class HistoryReader::Impl {
 public:
  Impl(const std::string& path, std::string name) : name_(std::move(name)), current_name_(name_) {
    source_.emplace(path, name_);
    while (!is_at_end_ && bytes_.size() < 4) read_more(kPiece);
    if (is_zip(bytes_.view())) {
      source_->read_all(bytes_);
      archive_ = std::make_unique<ZipArchive>(bytes_.view(), name_);
    } else {
      is_by_line_ = begins_with_a_line();
    }
  }

  std::unique_ptr<Histories> next() {
    if (archive_) return next_in_archive();
    if (is_done_) return nullptr;
    return is_by_line_ ? next_lines() : everything();
  }

  bool can_continue() const { return archive_ != nullptr; }
  const std::string& current_name() const { return current_name_; }

 private:
  void read_more(std::size_t wanted) { is_at_end_ = !source_->read(bytes_, wanted); }

  // Whether the file holds one history a line, several of them.
  bool begins_with_a_line() {
    std::size_t end = 0, searched = 0;
    while ((end = bytes_.view().find('\n', searched)) == std::string_view::npos && !is_at_end_) {
      searched = bytes_.size();
      read_more(std::max(kPiece, bytes_.size()));
    }
    if (end == std::string_view::npos || !is_history_line(bytes_.view().substr(0, end))) return false;
    while (!is_at_end_ && bytes_.view().find_first_not_of(" \t\r\n", end) == std::string_view::npos) read_more(kPiece);
    return bytes_.view().find_first_not_of(" \t\r\n", end) != std::string_view::npos;
  }

  std::unique_ptr<Histories> next_in_archive() {
    do {
      try {
        if (!archive_->next(file_)) return nullptr;
      } catch (const LoadError&) {
        current_name_ = archive_->file_name();
        throw;
      }
      current_name_ = archive_->file_name();
    } while (file_.size() == 0);
    return load_bytes(file_.view(), current_name_);
  }

  std::unique_ptr<Histories> everything() {
    is_done_ = true;
    if (!is_at_end_) source_->read_all(bytes_);
    bytes_.pad();
    auto histories = std::make_unique<Histories>();
    load_padded(bytes_.view(), name_, *histories);
    return histories;
  }

  std::unique_ptr<Histories> next_lines() {
    drop_used();
    while (!is_at_end_ && bytes_.size() < kPiece) read_more(kPiece);
    std::size_t end = whole_lines();
    while (!is_at_end_ && end == 0) {
      read_more(std::max(kPiece, bytes_.size()));
      end = whole_lines();
    }
    if (is_at_end_ && bytes_.view().find_first_not_of(" \t\r\n") == std::string_view::npos) return nullptr;
    auto histories = std::make_unique<Histories>();
    bytes_.pad();
    try {
      parser_.load(bytes_.view().substr(0, end), name_, *histories, lines_);
    } catch (const LoadError&) {
      if (is_at_end_) throw;
      // A document may go on behind these lines after all: then only the whole rest can be read.
      source_->read_all(bytes_);
      bytes_.pad();
      is_at_end_ = true;
      end = bytes_.size();
      histories = std::make_unique<Histories>();
      parser_.load(bytes_.view(), name_, *histories, lines_);
    }
    used_ = end;
    finish_histories(*histories, name_, histories_);
    histories_ += histories->list().size();
    return histories;
  }

  void drop_used() {
    const std::string_view used = bytes_.view().substr(0, used_);
    lines_ += static_cast<std::size_t>(std::count(used.begin(), used.end(), '\n'));
    bytes_.drop_front(used_);
    used_ = 0;
  }

  // Up to where bytes_ holds whole lines with something in them; 0: none yet.
  std::size_t whole_lines() const {
    if (is_at_end_) return bytes_.size();
    const std::size_t last = bytes_.view().rfind('\n');
    if (last == std::string_view::npos) return 0;
    return bytes_.view().substr(0, last).find_first_not_of(" \t\r\n") == std::string_view::npos ? 0 : last + 1;
  }

  std::string name_;
  std::string current_name_;
  std::optional<ByteSource> source_;
  PaddedBytes bytes_;
  bool is_at_end_ = false;  // bytes_ ends with the file
  bool is_done_ = false;
  std::unique_ptr<ZipArchive> archive_;
  PaddedBytes file_;  // of the archive

  bool is_by_line_ = false;
  JsonParser parser_;
  std::size_t used_ = 0;       // that much of bytes_ has been returned
  std::size_t lines_ = 0;      // before bytes_
  std::size_t histories_ = 0;  // returned so far
};

HistoryReader::HistoryReader(const std::string& path, std::string name)
    : impl_(std::make_unique<Impl>(path, std::move(name))) {}
HistoryReader::~HistoryReader() = default;
std::unique_ptr<Histories> HistoryReader::next() { return impl_->next(); }
bool HistoryReader::can_continue() const { return impl_->can_continue(); }
const std::string& HistoryReader::current_name() const { return impl_->current_name(); }

}  // namespace temporalio::replayer
