// The C++ side of the interoperability tests: `peer worker TARGET QUEUE` serves the workflows below until SIGTERM;
// `peer client TARGET QUEUE` drives a workflow of another language's worker and prints what it saw, one fact a line.
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

#include "temporalio/payload_json.h"
#include "temporalio/testing.h"
#include "temporalio/worker.h"
#include "temporalio/workflow.h"

using namespace std::chrono_literals;
using namespace temporalio;

namespace {

struct OrderRequest {
  OrderRequest() = default;
  std::string item;
  int quantity = 0;
  friend void from_json(const nlohmann::json& json, OrderRequest& request) {
    json.at("item").get_to(request.item);
    json.at("quantity").get_to(request.quantity);
  }
};

struct Receipt {
  Receipt() = default;
  std::string item;
  double total = 0;
  std::string approved_by;
  int attempt = 0;
  friend void to_json(nlohmann::json& json, const Receipt& receipt) {
    json = {{"item", receipt.item},
            {"total", receipt.total},
            {"approved_by", receipt.approved_by},
            {"attempt", receipt.attempt}};
  }
};

struct Price {
  Price() = default;
  double total = 0;
  int attempt = 0;
  NLOHMANN_DEFINE_TYPE_INTRUSIVE(Price, total, attempt)
};

// Fails twice.
Price price(int quantity) {
  const int attempt = activity::info().attempt;
  if (attempt < 3) throw ApplicationError("price list not loaded", {.type = "NotLoaded"});
  Price answer;
  answer.total = 2.5 * quantity;
  answer.attempt = attempt;
  return answer;
}

void refuse(std::string why) { throw ApplicationError(why, {.type = "Refused", .non_retryable = true}, 42); }

// A day later, once somebody has approved, gives the receipt.
class Order {
 public:
  static void define(workflow::Definer<Order> d) {
    d.run<&Order::run>();
    d.signal<&Order::approve>();
    d.query<&Order::approved_by>();
  }

  workflow::Task<Receipt> run(OrderRequest request) {
    co_await workflow::sleep(24h);
    Price total = co_await workflow::execute_activity<&price>(
        request.quantity, {.start_to_close_timeout = 10s, .retry_policy = RetryPolicy{.initial_interval = 60s}});
    co_await workflow::wait_condition([this] { return !approved_by_.empty(); });
    Receipt receipt;
    receipt.item = request.item;
    receipt.total = total.total;
    receipt.approved_by = approved_by_;
    receipt.attempt = total.attempt;
    co_return receipt;
  }
  void approve(std::string name) { approved_by_ = std::move(name); }
  std::string approved_by() const { return approved_by_; }

 private:
  std::string approved_by_;
};

// Fails as its activity does.
class Doomed {
 public:
  static void define(workflow::Definer<Doomed> d) { d.run<&Doomed::run>(); }
  workflow::Task<> run(std::string why) {
    co_await workflow::execute_activity<&refuse>(why, {.start_to_close_timeout = 10s});
  }
};

int serve(std::string_view target, std::string_view queue) {
  const auto client = client::Client::connect(target);
  worker::Worker worker(client, {.task_queue = queue});
  worker.add_workflow<Order>();
  worker.add_workflow<Doomed>();
  worker.add_activity<&price>();
  worker.add_activity<&refuse>();
  worker.run();
  return 0;
}

// The innermost cause's message.
std::string root_cause(const TemporalError& error) {
  FailurePtr cause = error.cause();
  if (!cause) return error.what();
  while (cause->cause()) cause = cause->cause();
  return cause->what();
}

int drive(std::string_view target, std::string_view queue) {
  auto env = testing::WorkflowEnvironment::connect_time_skipping(target);
  auto handle = env.client().start_workflow<std::string>("Purchase", "book", {.id = "cpp-1", .task_queue = queue});
  std::printf("approved by: [%s]\n", handle.query<std::string>("approved_by").c_str());
  handle.signal("approve", "Ann");
  std::printf("approved by: [%s]\n", handle.query<std::string>("approved_by").c_str());
  std::printf("result: %s\n", handle.result().c_str());
  try {
    env.client().start_workflow<std::string>("Doomed", "no stock", {.id = "cpp-2", .task_queue = queue}).result();
    std::printf("failure: none\n");
  } catch (const WorkflowFailureError& error) {
    std::printf("failure: %s\n", root_cause(error).c_str());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc == 4 ? argv[1] : "";
  try {
    if (mode == "worker") return serve(argv[2], argv[3]);
    if (mode == "client") return drive(argv[2], argv[3]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "peer: %s\n", error.what());
    return 1;
  }
  std::fputs("usage: peer worker|client TARGET QUEUE\n", stderr);
  return 2;
}
