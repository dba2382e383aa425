// The workflow and the activities that the cases use, rightly or wrongly.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "temporalio/activity.h"
#include "temporalio/client.h"
#include "temporalio/payload_json.h"
#include "temporalio/worker.h"
#include "temporalio/workflow.h"

namespace subject {

using namespace std::chrono_literals;
namespace activity = temporalio::activity;
namespace client = temporalio::client;
namespace worker = temporalio::worker;
namespace workflow = temporalio::workflow;

// An aggregate that owns memory: the shape g++ 12.2 miscompiles as a temporary in a co_await statement.
struct Order {
  std::string item;
  int count = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Order, item, count)

// The same with a constructor: safe.
struct SafeOrder {
  SafeOrder() = default;
  SafeOrder(std::string i, int c) : item(std::move(i)), count(c) {}
  std::string item;
  int count = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SafeOrder, item, count)

struct Opaque {
  void* handle = nullptr;
};

int charge(int amount);
int ship(Order order);
int ship_safely(SafeOrder order);

class Printer {
 public:
  void print(std::string text);
};

class Shop {
 public:
  workflow::Task<int> run(int amount);
  void restock(int count);
  int stock() const;
  static void define(workflow::Definer<Shop> d) {
    d.run<&Shop::run>();
    d.signal<&Shop::restock>();
    d.query<&Shop::stock>();
  }
};

}  // namespace subject
