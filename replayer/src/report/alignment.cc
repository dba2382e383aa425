#include "replayer/src/report/alignment.h"

#include <algorithm>
#include <cstddef>

#include "replayer/src/report/event_shape.h"
#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::replayer {
namespace {

// Above this the middle of two long lists is paired by position: the table of the longest common sequence would take
// too much memory.
constexpr std::size_t kLargestTable = std::size_t{64} << 20;

class Alignment {
 public:
  Alignment(const std::vector<std::uint64_t>& left, const std::vector<std::uint64_t>& right)
      : left_(left), right_(right) {}

  std::vector<AlignedPair> run() {
    std::size_t begin = 0, left_end = left_.size(), right_end = right_.size();
    while (begin < left_end && begin < right_end && left_[begin] == right_[begin]) {
      add(begin, begin);
      ++begin;
    }
    while (left_end > begin && right_end > begin && left_[left_end - 1] == right_[right_end - 1]) {
      --left_end;
      --right_end;
    }
    if ((left_end - begin) * (right_end - begin) <= kLargestTable) {
      middle(begin, left_end, right_end);
    } else {
      by_position(begin, left_end, right_end);
    }
    for (; left_end < left_.size(); ++left_end, ++right_end) add(left_end, right_end);
    return std::move(pairs_);
  }

 private:
  void add(std::size_t left, std::size_t right) { pairs_.push_back({static_cast<int>(left), static_cast<int>(right)}); }
  void only_left(std::size_t index) { pairs_.push_back({static_cast<int>(index), -1}); }
  void only_right(std::size_t index) { pairs_.push_back({-1, static_cast<int>(index)}); }

  // The longest common sequence; lengths_ holds that of each pair of suffixes.
  void middle(std::size_t begin, std::size_t left_end, std::size_t right_end) {
    const std::size_t rows = left_end - begin, columns = right_end - begin;
    std::vector<std::uint32_t> lengths((rows + 1) * (columns + 1), 0);
    const auto at = [&](std::size_t row, std::size_t column) -> std::uint32_t& {
      return lengths[row * (columns + 1) + column];
    };
    for (std::size_t row = rows; row-- > 0;) {
      for (std::size_t column = columns; column-- > 0;) {
        at(row, column) = left_[begin + row] == right_[begin + column]
                              ? at(row + 1, column + 1) + 1
                              : std::max(at(row + 1, column), at(row, column + 1));
      }
    }
    std::size_t row = 0, column = 0;
    while (row < rows && column < columns) {
      if (left_[begin + row] == right_[begin + column]) {
        add(begin + row++, begin + column++);
      } else if (at(row + 1, column) >= at(row, column + 1)) {
        only_left(begin + row++);
      } else {
        only_right(begin + column++);
      }
    }
    for (; row < rows; ++row) only_left(begin + row);
    for (; column < columns; ++column) only_right(begin + column);
  }

  void by_position(std::size_t begin, std::size_t left_end, std::size_t right_end) {
    for (std::size_t i = begin; i < std::max(left_end, right_end); ++i) {
      if (i < left_end && i < right_end && left_[i] == right_[i]) {
        add(i, i);
        continue;
      }
      if (i < left_end) only_left(i);
      if (i < right_end) only_right(i);
    }
  }

  const std::vector<std::uint64_t>& left_;
  const std::vector<std::uint64_t>& right_;
  std::vector<AlignedPair> pairs_;
};

}  // namespace

std::vector<AlignedPair> align(const std::vector<std::uint64_t>& left, const std::vector<std::uint64_t>& right) {
  return Alignment(left, right).run();
}

std::vector<AlignedPair> align_events(const temporal::api::history::v1::History& left,
                                      const temporal::api::history::v1::History& right) {
  std::vector<std::uint64_t> lefts, rights;
  for (const auto& event : left.events()) lefts.push_back(event_shape(event));
  for (const auto& event : right.events()) rights.push_back(event_shape(event));
  return align(lefts, rights);
}

}  // namespace temporalio::replayer
