#include "replayer/src/load/zip.h"

#include <zip.h>

#include "replayer/src/load/file_names.h"
#include "replayer/src/load/loader.h"

namespace temporalio::replayer {

struct ZipArchive::State {
  zip_t* archive = nullptr;
  zip_int64_t count = 0;
  zip_int64_t at = 0;
  bool takes_all = false;  // no name in it says that it is a history
  ~State() {
    if (archive != nullptr) zip_discard(archive);
  }
};

bool is_zip(std::string_view bytes) { return bytes.starts_with("PK\x03\x04"); }

ZipArchive::ZipArchive(std::string_view bytes, std::string name)
    : state_(std::make_unique<State>()), name_(std::move(name)) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source != nullptr) state_->archive = zip_open_from_source(source, ZIP_RDONLY, &error);
  if (state_->archive == nullptr) {
    const std::string why = zip_error_strerror(&error);
    if (source != nullptr) zip_source_free(source);
    zip_error_fini(&error);
    throw LoadError(name_ + ": expected a sound zip archive: " + why);
  }
  zip_error_fini(&error);
  state_->count = zip_get_num_entries(state_->archive, 0);
  state_->takes_all = true;
  for (zip_int64_t i = 0; i < state_->count; ++i) {
    const char* entry = zip_get_name(state_->archive, static_cast<zip_uint64_t>(i), 0);
    if (entry != nullptr && has_history_name(entry)) state_->takes_all = false;
  }
}
ZipArchive::~ZipArchive() = default;

bool ZipArchive::next(PaddedBytes& into) {
  into = PaddedBytes();
  while (state_->at < state_->count) {
    const auto index = static_cast<zip_uint64_t>(state_->at++);
    const char* entry = zip_get_name(state_->archive, index, 0);
    if (entry == nullptr) continue;
    const std::string_view entry_name = entry;
    if (entry_name.ends_with('/') || !(state_->takes_all || has_history_name(entry_name))) continue;
    file_name_ = name_ + "/" + entry;
    zip_file_t* file = zip_fopen_index(state_->archive, index, 0);
    if (file == nullptr) {
      throw LoadError(file_name_ + ": expected a file that can be unpacked: " + zip_strerror(state_->archive));
    }
    zip_int64_t count = 0;
    do {
      into.reserve(std::size_t{64} << 10);
      count = zip_fread(file, into.end(), into.room());
      if (count > 0) into.grown(static_cast<std::size_t>(count));
    } while (count > 0 && into.size() <= kLargestInput);
    const std::string why = count < 0 ? zip_file_strerror(file) : "";
    zip_fclose(file);
    if (count < 0) throw LoadError(file_name_ + ": expected a file that can be unpacked: " + why);
    if (into.size() > kLargestInput) throw LoadError(file_name_ + ": expected at most 4 GB of history, found more");
    return true;
  }
  return false;
}

}  // namespace temporalio::replayer
