#include "sdk/src/client/connection.h"

#include <google/protobuf/message.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <random>
#include <stdexcept>
#include <utility>

#include "sdk/src/base/check.h"
#include "sdk/src/client/status_errors.h"
#include "sdk/src/rpc/request_check.h"

namespace temporalio::client {
namespace {

std::string process_identity() {
  char host[256] = {};
  if (gethostname(host, sizeof host - 1) != 0) host[0] = '\0';
  return std::to_string(getpid()) + "@" + host;
}

// One call to the random device a process; connections differ by their number.
std::uint64_t next_seed() {
  static const std::uint64_t process_seed = base::random_seed();
  static std::atomic<std::uint64_t> connections = 0;
  return process_seed + connections.fetch_add(1);
}

}  // namespace

struct Connection::Ids {
  explicit Ids(std::uint64_t seed) : state(seed) {}

  // SplitMix64: eight bytes of state, where a Mersenne twister takes longer to seed than a unit test may last.
  std::uint64_t next() {
    std::uint64_t z = state.fetch_add(0x9e3779b97f4a7c15) + 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  std::atomic<std::uint64_t> state;
};

Connection::Connection(ConnectionOptions options) : options_(std::move(options)) {
  TEMPORALIO_CHECK(options_.service != nullptr && options_.loop != nullptr, "a connection needs a service and a loop");
  checking_ = rpc::make_checking_service(options_.service, options_.loop);
  if (options_.identity.empty()) {
    static const std::string identity = process_identity();
    options_.identity = identity;
  }
  ids_ = std::make_unique<Ids>(options_.seed != 0 ? options_.seed : next_seed());
}

Connection::~Connection() {
  checking_.reset();
  options_.service.reset();  // waits for the transport, whose threads post to the loop
}

void Connection::check_may_wait(const char* what) const {
  if (!options_.loop->is_inside()) return;
  throw std::logic_error(std::string(what) +
                         " waits for the Temporal service and was called from workflow code or an asynchronous "
                         "activity, which must not block: call it from a synchronous activity or from a thread of "
                         "your own");
}

rpc::Status Connection::try_call(const char* what, const char* method, google::protobuf::Message& request,
                                 google::protobuf::Message& response, rpc::CallOptions options) {
  check_may_wait(what);
  rpc::Status outcome;
  bool is_done = false;
  options_.loop->post([&] {
    service().start(method, request, response, std::move(options), [&](rpc::Status status) {
      outcome = std::move(status);
      is_done = true;
    });
  });
  options_.loop->pump_until([&] { return is_done; });
  return outcome;
}

namespace {

constexpr int kFailedPrecondition = 9;  // google.rpc.Code
// How long a service behind a socket has for an answer that needs no waiting, before an observer may end the call.
constexpr Duration kAnswerTime = std::chrono::seconds(1);

class ObservedWait {
 public:
  explicit ObservedWait(WorkObserver& observer) : observer_(observer) { observer_.begin_wait(); }
  ~ObservedWait() { observer_.end_wait(); }
  ObservedWait(const ObservedWait&) = delete;
  ObservedWait& operator=(const ObservedWait&) = delete;

 private:
  WorkObserver& observer_;
};

}  // namespace

rpc::Status Connection::try_wait(const char* what, const std::string& workflow_id, const char* method,
                                 google::protobuf::Message& request, google::protobuf::Message& response,
                                 rpc::CallOptions options) {
  WorkObserver* const observer = options_.observer.get();
  if (observer == nullptr) return try_call(what, method, request, response, std::move(options));
  check_may_wait(what);
  const ObservedWait wait(*observer);
  rpc::Status outcome;
  rpc::CallId id = 0;
  bool is_done = false;
  const auto may_end = std::make_shared<bool>(options_.is_in_process);  // the timer may outlive this call
  std::string reason;
  options_.loop->post([&] {
    id = service().start(method, request, response, std::move(options), [&](rpc::Status status) {
      outcome = std::move(status);
      is_done = true;
    });
  });
  base::Loop::TimerId timer;
  if (!*may_end) timer = options_.loop->post_after(kAnswerTime, [may_end] { *may_end = true; });
  options_.loop->pump_until([&] {
    if (is_done || !*may_end) return is_done;
    reason = observer->why_to_end(workflow_id);
    return !reason.empty();
  });
  options_.loop->cancel(timer);
  if (!is_done) {
    options_.loop->post([&] { service().cancel(id); });
    options_.loop->pump_until([&] { return is_done; });
    if (!outcome.is_ok()) return {kFailedPrecondition, reason, ""};
  }
  return outcome;
}

void Connection::call(const char* what, const char* method, google::protobuf::Message& request,
                      google::protobuf::Message& response, rpc::CallOptions options) {
  const rpc::Status status = try_call(what, method, request, response, std::move(options));
  if (!status.is_ok()) throw_status(status);
}

std::string Connection::new_id() {
  static constexpr char kHex[] = "0123456789abcdef";
  std::uint64_t bits[2] = {ids_->next(), ids_->next()};
  bits[0] = (bits[0] & ~std::uint64_t{0xf000}) | 0x4000;                      // version 4: random
  bits[1] = (bits[1] & (~std::uint64_t{0} >> 2)) | (std::uint64_t{2} << 62);  // the variant of RFC 9562
  std::string id(36, '-');
  std::size_t at = 0;
  for (int digit = 0; digit < 32; ++digit) {
    if (at == 8 || at == 13 || at == 18 || at == 23) ++at;
    id[at++] = kHex[(bits[digit / 16] >> (60 - 4 * (digit % 16))) & 0xf];
  }
  return id;
}

}  // namespace temporalio::client
