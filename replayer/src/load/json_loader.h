// The JSON side of the loader: finds the events in whatever surrounds them and hands each to the EventEncoder.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "replayer/src/load/loader.h"

namespace temporalio::replayer {

// Keeps the parser's buffers from one call to the next.
class JsonParser {
 public:
  JsonParser();
  ~JsonParser();
  JsonParser(JsonParser&&) = delete;

  // Appends the histories in `text`, which is followed by the padding of PaddedBytes; throws LoadError. Does not check
  // that they are in order. `lines_before`: how many lines of the file come before the text, for messages.
  void load(std::string_view text, const std::string& name, Histories& into, std::size_t lines_before = 0);

 private:
  class State;
  std::unique_ptr<State> state_;
};

// Whether a line is a whole JSON object that holds a history (and not, say, one event).
bool is_history_line(std::string_view line);

}  // namespace temporalio::replayer
