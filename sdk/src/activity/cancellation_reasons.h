// Cancellation reasons as text: a letter for each that holds.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "temporalio/activity_info.h"

namespace temporalio::activity {

inline constexpr std::pair<char, bool CancellationDetails::*> kReasonLetters[] = {
    {'n', &CancellationDetails::not_found}, {'c', &CancellationDetails::cancel_requested},
    {'p', &CancellationDetails::paused},    {'r', &CancellationDetails::reset},
    {'t', &CancellationDetails::timed_out}, {'w', &CancellationDetails::worker_shutdown},
};

inline std::string encode_reasons(const CancellationDetails& details) {
  std::string text;
  for (const auto& [letter, reason] : kReasonLetters) {
    if (details.*reason) text += letter;
  }
  return text;
}

inline CancellationDetails decode_reasons(std::string_view text) {
  CancellationDetails details;
  for (const auto& [letter, reason] : kReasonLetters) details.*reason = text.find(letter) != std::string_view::npos;
  return details;
}

}  // namespace temporalio::activity
