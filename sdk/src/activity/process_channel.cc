#include "sdk/src/activity/process_channel.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace temporalio::activity {
namespace {

// More than any message of the service may hold.
constexpr std::uint32_t kLongestBody = 1U << 28;
constexpr std::size_t kHeaderSize = 1 + sizeof(std::uint32_t);

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool receive_all(int socket, char* to, std::size_t size) {
  while (size > 0) {
    const ssize_t received = ::recv(socket, to, size, 0);
    if (received < 0 && errno == EINTR) continue;
    if (received <= 0) return false;
    to += received;
    size -= static_cast<std::size_t>(received);
  }
  return true;
}

}  // namespace

// Both ends are the same executable on one machine: numbers go in its own byte order.
bool send_frame(int socket, FrameKind kind, std::string_view body) {
  if (body.size() > kLongestBody) return false;
  const auto size = static_cast<std::uint32_t>(body.size());
  char header[kHeaderSize];
  header[0] = static_cast<char>(kind);
  std::memcpy(header + 1, &size, sizeof size);
  return send_all(socket, std::string_view(header, kHeaderSize)) && send_all(socket, body);
}

std::optional<Frame> receive_frame(int socket) {
  char header[kHeaderSize];
  if (!receive_all(socket, header, kHeaderSize)) return std::nullopt;
  std::uint32_t size = 0;
  std::memcpy(&size, header + 1, sizeof size);
  if (size > kLongestBody) return std::nullopt;
  Frame frame;
  frame.kind = static_cast<FrameKind>(header[0]);
  frame.body.resize(size);
  if (!receive_all(socket, frame.body.data(), size)) return std::nullopt;
  return frame;
}

std::string join_pieces(std::initializer_list<std::string_view> pieces) {
  std::string text;
  for (const std::string_view piece : pieces) {
    const auto size = static_cast<std::uint32_t>(piece.size());
    text.append(reinterpret_cast<const char*>(&size), sizeof size);
    text.append(piece);
  }
  return text;
}

std::vector<std::string> split_pieces(std::string_view text) {
  std::vector<std::string> pieces;
  while (!text.empty()) {
    std::uint32_t size = 0;
    if (text.size() < sizeof size) return {};
    std::memcpy(&size, text.data(), sizeof size);
    text.remove_prefix(sizeof size);
    if (text.size() < size) return {};
    pieces.emplace_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return pieces;
}

}  // namespace temporalio::activity
