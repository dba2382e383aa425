// How long temporal-test-server takes from exec to its first answered GetSystemInfo, and what it holds in memory then.
// Usage: server_start PATH [RUNS]. The client is a few bytes of HTTP/2 by hand, so that only the server is measured.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Sample {
  double ready_ms;
  double rss_mb;
  int threads;
};

// One header of HPACK without tables: a literal with a new name.
void add_header(std::string& block, const std::string& name, const std::string& value) {
  block += '\0';
  block += static_cast<char>(name.size());
  block += name;
  block += static_cast<char>(value.size());
  block += value;
}

std::string frame(char type, char flags, char stream, const std::string& payload) {
  std::string bytes{'\0', static_cast<char>(payload.size() >> 8), static_cast<char>(payload.size()), type, flags};
  return bytes + std::string("\0\0\0", 3) + stream + payload;
}

std::string get_system_info() {
  std::string headers;
  add_header(headers, ":method", "POST");
  add_header(headers, ":scheme", "http");
  add_header(headers, ":path", "/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo");
  add_header(headers, ":authority", "localhost");
  add_header(headers, "te", "trailers");
  add_header(headers, "content-type", "application/grpc");
  const char kEndHeaders = 4;
  const char kEndStream = 1;
  return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, "") + frame(1, kEndHeaders, 1, headers) +
         frame(0, kEndStream, 1, std::string(5, '\0'));
}

sockaddr_in local_address(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<in_port_t>(port));
  return address;
}

int free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = local_address(0);
  socklen_t size = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0) std::perror("bind");
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  close(fd);
  return ntohs(address.sin_port);
}

bool read_exactly(int fd, char* out, std::size_t size) {
  while (size > 0) {
    const ssize_t got = read(fd, out, size);
    if (got <= 0) return false;
    out += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

// True once a DATA frame of stream 1, the answer's message, has come.
bool read_answer(int fd) {
  for (;;) {
    unsigned char head[9];
    if (!read_exactly(fd, reinterpret_cast<char*>(head), sizeof head)) return false;
    std::string payload((std::size_t{head[0]} << 16) | (std::size_t{head[1]} << 8) | head[2], '\0');
    if (!read_exactly(fd, payload.data(), payload.size())) return false;
    if (head[3] == 0 && head[8] == 1) return true;
  }
}

// "VmRSS:   1234 kB" and the like from /proc/PID/status.
double status_value(pid_t pid, const std::string& key) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key)) return std::strtod(line.c_str() + key.size(), nullptr);
  }
  return 0;
}

std::optional<Sample> measure(const std::string& path) {
  const std::string port = std::to_string(free_port());
  const std::string request = get_system_info();
  const sockaddr_in address = local_address(std::atoi(port.c_str()));
  const auto start = Clock::now();
  const pid_t pid = vfork();
  if (pid == 0) {
    execl(path.c_str(), path.c_str(), port.c_str(), nullptr);
    _exit(127);
  }
  std::optional<Sample> sample;
  while (!sample && Clock::now() - start < std::chrono::seconds(10) && waitpid(pid, nullptr, WNOHANG) == 0) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
        write(fd, request.data(), request.size()) == static_cast<ssize_t>(request.size()) && read_answer(fd)) {
      const double ready = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
      usleep(20'000);  // memory at rest, not in the middle of the answer
      sample = Sample{ready, status_value(pid, "VmRSS:") / 1024, static_cast<int>(status_value(pid, "Threads:"))};
    }
    close(fd);
    if (!sample) usleep(200);
  }
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  return sample;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fputs("usage: server_start PATH-OF-temporal-test-server [RUNS]\n", stderr);
    return 2;
  }
  const int runs = argc == 3 ? std::max(1, std::atoi(argv[2])) : 21;
  std::vector<Sample> samples;
  for (int i = 0; i < runs; ++i) {
    const std::optional<Sample> sample = measure(argv[1]);
    if (!sample) {
      std::fprintf(stderr, "server_start: %s did not answer GetSystemInfo within 10 s\n", argv[1]);
      return 1;
    }
    samples.push_back(*sample);
  }
  std::sort(samples.begin(), samples.end(), [](const Sample& a, const Sample& b) { return a.ready_ms < b.ready_ms; });
  const Sample& median = samples[samples.size() / 2];
  std::printf(
      "temporal-test-server: ready in %.1f ms (median of %d, best %.1f, worst %.1f), idle RSS %.1f MB, %d threads\n",
      median.ready_ms, runs, samples.front().ready_ms, samples.back().ready_ms, median.rss_mb, median.threads);
  return 0;
}
