// What a list and a count cost whose result is the same, in a server with 5,000 runs and in one with 50,000:
// microseconds per call, the best of several rounds. The columns should be alike: an index is asked, not the store gone
// through. Usage: visibility_bench [ROUNDS]
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "temporal/api/operatorservice/v1/request_response.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "timeskip/src/engine/server.h"

namespace {

using namespace temporalio::timeskip;
namespace svc = ::temporal::api::workflowservice::v1;
namespace operatorsvc = ::temporal::api::operatorservice::v1;
using Clock = std::chrono::steady_clock;

constexpr int kResult = 100;  // runs that each query finds

class Bench {
 public:
  explicit Bench(int runs) : server_(ServerOptions{kStart, 7, false}) {
    operatorsvc::AddSearchAttributesRequest attributes;
    attributes.set_namespace_("default");
    (*attributes.mutable_search_attributes())["Color"] = ::temporal::api::enums::v1::INDEXED_VALUE_TYPE_KEYWORD;
    call<operatorsvc::AddSearchAttributesResponse>(
        "/temporal.api.operatorservice.v1.OperatorService/AddSearchAttributes", attributes);
    const int every = runs / kResult;
    for (int i = 0; i < runs; ++i) start(i, i % every == 0, i >= runs - kResult);
    count("");  // the index is made
  }

  double list_us(const std::string& query, int rounds) {
    return best_us(rounds, [&] {
      svc::ListWorkflowExecutionsRequest request;
      request.set_namespace_("default");
      request.set_query(query);
      const auto response = call<svc::ListWorkflowExecutionsResponse>(path("ListWorkflowExecutions"), request);
      if (response.executions_size() != kResult) fail(query, response.executions_size());
    });
  }
  double count_us(const std::string& query, int rounds) {
    return best_us(rounds, [&] {
      if (count(query) != kResult) fail(query, count(query));
    });
  }

 private:
  static constexpr Time kStart{std::chrono::seconds(1767225600)};

  static std::string path(const char* method) {
    return std::string("/temporal.api.workflowservice.v1.WorkflowService/") + method;
  }

  template <class Response, class Request>
  Response call(const std::string& method, Request request) {
    Response response;
    server_.call(method, request, response, CallContext{wall_, std::nullopt}, [&method](RpcStatus status) {
      if (status.code == 0) return;
      std::fprintf(stderr, "%s: %s\n", method.c_str(), status.message.c_str());
      std::exit(1);
    });
    return response;
  }

  void start(int number, bool is_rare, bool is_late) {
    svc::StartWorkflowExecutionRequest request;
    request.set_namespace_("default");
    request.set_workflow_id("w" + std::to_string(number));
    request.mutable_workflow_type()->set_name(is_rare ? "Rare" : "Common");
    request.mutable_task_queue()->set_name("q");
    auto& color = (*request.mutable_search_attributes()->mutable_indexed_fields())["Color"];
    (*color.mutable_metadata())["encoding"] = "json/plain";
    color.set_data(is_rare ? "\"red\"" : "\"blue\"");
    if (is_late) wall_ = kStart + std::chrono::hours(1);
    call<svc::StartWorkflowExecutionResponse>(path("StartWorkflowExecution"), std::move(request));
  }

  std::int64_t count(const std::string& query) {
    svc::CountWorkflowExecutionsRequest request;
    request.set_namespace_("default");
    request.set_query(query);
    return call<svc::CountWorkflowExecutionsResponse>(path("CountWorkflowExecutions"), request).count();
  }

  template <class Work>
  static double best_us(int rounds, Work work) {
    double best = 1e18;
    for (int i = 0; i < rounds; ++i) {
      const auto begin = Clock::now();
      work();
      best = std::min(best, std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
    }
    return best;
  }

  [[noreturn]] static void fail(const std::string& query, std::int64_t found) {
    std::fprintf(stderr, "%s found %lld runs\n", query.c_str(), static_cast<long long>(found));
    std::exit(1);
  }

  Server server_;
  Time wall_ = kStart;
};

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 50;
  Bench small(5'000);
  Bench large(50'000);
  const std::array<std::pair<const char*, const char*>, 5> queries = {
      {{"equal", "WorkflowType = 'Rare'"},
       {"search attribute", "Color = 'red'"},
       {"and", "ExecutionStatus = 'Running' AND Color = 'red'"},
       {"in", "WorkflowType IN ('Rare', 'Unknown')"},
       {"range", "StartTime > '2026-01-01T00:30:00Z'"}}};
  std::printf("%-28s %12s %12s %8s\n", "100 runs found", "of 5,000", "of 50,000", "ratio");
  for (const auto& [name, query] : queries) {
    for (const bool is_list : {true, false}) {
      const double a = is_list ? small.list_us(query, rounds) : small.count_us(query, rounds);
      const double b = is_list ? large.list_us(query, rounds) : large.count_us(query, rounds);
      std::printf("%-6s %-21s %9.1f us %9.1f us %8.2f\n", is_list ? "list," : "count,", name, a, b, b / a);
    }
  }
  return 0;
}
