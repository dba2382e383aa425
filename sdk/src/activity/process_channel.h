// Messages between a worker and a process of its pool: a stream socket that carries frames of a kind and a body.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace temporalio::activity {

enum class FrameKind : unsigned char {
  // From the worker.
  task = 'T',           // pieces: key, namespace, task queue, "1" if local, PollActivityTaskQueueResponse
  cancel = 'C',         // the reasons, see encode_reasons
  shutdown = 'S',       // the worker is shutting down
  heartbeat_ack = 'A',  // the last heartbeat has been taken: the next may be sent
  // From the process.
  heartbeat = 'H',  // Payloads
  log = 'L',        // a digit, the level, then the text
  completed = 'R',  // Payloads: the result
  completes_later = 'D',
  failed = 'F',  // Failure
};

struct Frame {
  Frame() = default;
  FrameKind kind = FrameKind::task;
  std::string body;
};

// Sends a whole frame, blocking. False: the other side has gone. One thread at a time.
bool send_frame(int socket, FrameKind kind, std::string_view body);
// Waits for a whole frame. Nothing: the other side has gone, or sends no frames.
std::optional<Frame> receive_frame(int socket);

// Strings one behind the other, each with its length.
std::string join_pieces(std::initializer_list<std::string_view> pieces);
// Empty where `text` is none of join_pieces.
std::vector<std::string> split_pieces(std::string_view text);

}  // namespace temporalio::activity
