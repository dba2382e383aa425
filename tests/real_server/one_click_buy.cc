// one_click_buy ADDRESS HISTORY: runs one-click-buy with the SDK's client and worker against any Temporal server in
// real time (ten seconds): one purchase that is changed by a signal and made, one that is cancelled. Writes the history
// of the first to the file HISTORY. Exit codes: 0 all as expected, 1 not, 2 bad usage.
#include "fixtures/workflows/one_click_buy.h"

#include <exception>
#include <fstream>
#include <iostream>
#include <random>
#include <string>

#include "temporalio/client.h"
#include "temporalio/worker.h"

namespace {

using fixtures::OneClickBuy;
using fixtures::Purchase;
using fixtures::PurchaseStatus;

int failures = 0;

void expect(bool holds, const char* what) {
  std::cout << (holds ? "ok    " : "FAIL  ") << what << "\n";
  if (!holds) ++failures;
}

void run(const char* address, const char* history_path) {
  const auto client = temporalio::client::Client::connect(address, {.identity = "one-click-buy"});
  std::random_device random;  // workflow ids of their own, so that a server may be used again
  const std::string suffix = std::to_string(random());
  const std::string queue = "orders-" + suffix;
  temporalio::worker::Worker worker(client, {.task_queue = queue});
  worker.add_workflow<OneClickBuy>();
  worker.add_activity<&fixtures::do_purchase>();
  worker.start();

  const std::string bought_id = "bought-" + suffix;
  const std::string cancelled_id = "cancelled-" + suffix;
  auto bought =
      client.start_workflow<&OneClickBuy::run>(Purchase("item1", "user1"), {.id = bought_id, .task_queue = queue});
  auto cancelled =
      client.start_workflow<&OneClickBuy::run>(Purchase("item1", "user2"), {.id = cancelled_id, .task_queue = queue});
  expect(bought.query<&OneClickBuy::current_status>() == PurchaseStatus::pending, "the purchase is pending");
  bought.signal<&OneClickBuy::update_purchase>(Purchase("item2", "user1"));
  cancelled.cancel();
  expect(cancelled.result() == PurchaseStatus::cancelled, "the cancelled purchase is not made");
  expect(bought.result() == PurchaseStatus::completed, "the other one is made");
  expect(bought.query<&OneClickBuy::current_status>() == PurchaseStatus::completed,
         "a closed workflow answers queries");

  const std::string history = bought.fetch_history().to_json();
  expect(history.find("EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED") != std::string::npos, "its history is complete");
  std::ofstream out(history_path);
  out << history;
  expect(static_cast<bool>(out.flush()), "its history is written");
  worker.shutdown();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: one_click_buy ADDRESS HISTORY\n";
    return 2;
  }
  try {
    run(argv[1], argv[2]);
  } catch (const std::exception& error) {
    std::cerr << "one_click_buy: " << error.what() << "\n";
    return 1;
  }
  return failures == 0 ? 0 : 1;
}
