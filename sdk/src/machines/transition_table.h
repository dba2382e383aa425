// The form of a protocol state machine: a table from (state, input) to (next state, effect). What is not in the table
// is not allowed.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

namespace temporalio::machines {

template <class State, class Input, class Effect>
struct Transition {
  State from;
  Input input;
  State to;
  Effect effect;
};

// A dense table, made at compile time from a list of transitions.
template <class State, class Input, class Effect, std::size_t kStates, std::size_t kInputs>
class TransitionTable {
 public:
  struct Cell {
    bool is_allowed = false;
    State to{};
    Effect effect{};
  };

  template <std::size_t N>
  constexpr explicit TransitionTable(const Transition<State, Input, Effect> (&transitions)[N]) {
    for (const auto& t : transitions) {
      cells_[static_cast<std::size_t>(t.from)][static_cast<std::size_t>(t.input)] = Cell{true, t.to, t.effect};
    }
  }

  // Moves `state` on and returns what is to be done; nothing, and no move, where the table does not allow the input.
  [[nodiscard]] constexpr std::optional<Effect> apply(State& state, Input input) const {
    const Cell& cell = cells_[static_cast<std::size_t>(state)][static_cast<std::size_t>(input)];
    if (!cell.is_allowed) return std::nullopt;
    state = cell.to;
    return cell.effect;
  }

 private:
  std::array<std::array<Cell, kInputs>, kStates> cells_{};
};

}  // namespace temporalio::machines
