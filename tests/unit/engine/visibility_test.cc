// Lists and counts of runs: an index must find what going through all runs finds, page by page and while runs change.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/engine/harness.h"

namespace temporalio::timeskip::test {
namespace {

commonpb::Payload json(const std::string& text) {
  commonpb::Payload payload;
  (*payload.mutable_metadata())["encoding"] = "json/plain";
  payload.set_data(text);
  return payload;
}

class Lists : public ::testing::Test {
 protected:
  std::vector<std::string> list_ids(const std::string& query, int page_size) {
    std::vector<std::string> ids;
    std::string token;
    do {
      svc::ListWorkflowExecutionsRequest request;
      request.set_query(query);
      request.set_page_size(page_size);
      request.set_next_page_token(token);
      const auto sent = h.list(std::move(request));
      EXPECT_EQ(sent->code(), errors::kOk) << query << ": " << sent->status.message;
      for (const auto& info : sent->response.executions()) ids.push_back(info.execution().workflow_id());
      token = sent->response.next_page_token();
      if (between_pages) between_pages();
    } while (!token.empty());
    return ids;
  }

  std::int64_t count(const std::string& query) {
    svc::CountWorkflowExecutionsRequest request;
    request.set_query(query);
    const auto sent = h.count(std::move(request));
    EXPECT_EQ(sent->code(), errors::kOk) << query << ": " << sent->status.message;
    return sent->response.count();
  }

  void terminate(const std::string& id) {
    svc::TerminateWorkflowExecutionRequest request;
    request.mutable_workflow_execution()->set_workflow_id(id);
    EXPECT_EQ(h.terminate(std::move(request))->code(), errors::kOk);
  }

  void pass(Duration time) {
    h.wall += time;
    h.tick();
  }

  Harness h;
  std::function<void()> between_pages;
};

struct Facts {
  std::string id;
  std::string color;  // empty: none
  int amount = 0;
  bool has_amount = false;
  std::set<std::string> tags;
  bool is_open = true;
};

// A condition, as a query and as what it means; null facts make it unknown, which here means: not let through, nor is
// its negation.
struct Condition {
  std::string query;
  std::function<int(const Facts&)> truth;  // -1: unknown
};

Condition random_condition(std::mt19937& random, int depth) {
  const auto pick = [&random](int most) { return static_cast<int>(random() % static_cast<unsigned>(most)); };
  const auto decide = [](bool value) { return value ? 1 : 0; };
  if (depth > 0 && pick(2) == 0) {
    Condition a = random_condition(random, depth - 1);
    Condition b = random_condition(random, depth - 1);
    switch (pick(3)) {
      case 0:
        return {"(" + a.query + " AND " + b.query + ")", [a, b](const Facts& facts) {
                  const int left = a.truth(facts);
                  const int right = b.truth(facts);
                  return left == 0 || right == 0 ? 0 : left < 0 || right < 0 ? -1 : 1;
                }};
      case 1:
        return {"(" + a.query + " OR " + b.query + ")", [a, b](const Facts& facts) {
                  const int left = a.truth(facts);
                  const int right = b.truth(facts);
                  return left == 1 || right == 1 ? 1 : left < 0 || right < 0 ? -1 : 0;
                }};
      default:
        return {"NOT " + a.query, [a](const Facts& facts) { return a.truth(facts) < 0 ? -1 : 1 - a.truth(facts); }};
    }
  }
  const std::string color = std::string(1, static_cast<char>('a' + pick(4)));
  const int amount = pick(10);
  switch (pick(8)) {
    case 0:
      return {"Color = '" + color + "'",
              [=](const Facts& facts) { return facts.color.empty() ? -1 : decide(facts.color == color); }};
    case 1:
      return {"Color IN ('" + color + "', 'b')", [=](const Facts& facts) {
                return facts.color.empty() ? -1 : decide(facts.color == color || facts.color == "b");
              }};
    case 2:
      return {"Amount > " + std::to_string(amount),
              [=](const Facts& facts) { return facts.has_amount ? decide(facts.amount > amount) : -1; }};
    case 3:
      return {"Amount BETWEEN 2 AND " + std::to_string(amount), [=](const Facts& facts) {
                return facts.has_amount ? decide(facts.amount >= 2 && facts.amount <= amount) : -1;
              }};
    case 4:
      return {"Tags = '" + color + "'", [=](const Facts& facts) { return decide(facts.tags.count(color) != 0); }};
    case 5:
      return {"Tags IN ('a', 'b', '" + color + "')", [=](const Facts& facts) {
                return decide(facts.tags.count("a") + facts.tags.count("b") + facts.tags.count(color) != 0);
              }};
    case 6:
      return {"Color IS NULL", [=](const Facts& facts) { return decide(facts.color.empty()); }};
    default:
      return {"ExecutionStatus = 'Running'", [=](const Facts& facts) { return decide(facts.is_open); }};
  }
}

class RandomLists : public Lists {
 protected:
  void start(int number) {
    Facts facts;
    facts.id = "w" + std::to_string(number);
    EXPECT_EQ(h.start_with(facts.id,
                           [&](auto& request) {
                             auto& fields = *request.mutable_search_attributes()->mutable_indexed_fields();
                             if (random() % 4 != 0) facts.color = std::string(1, static_cast<char>('a' + random() % 4));
                             if (!facts.color.empty()) fields["Color"] = json("\"" + facts.color + "\"");
                             facts.has_amount = random() % 3 != 0;
                             facts.amount = static_cast<int>(random() % 10);
                             if (facts.has_amount) fields["Amount"] = json(std::to_string(facts.amount));
                             std::string tags;
                             for (const char tag : {'a', 'b', 'c', 'd'}) {
                               if (random() % 3 != 0) continue;
                               facts.tags.insert(std::string(1, tag));
                               tags += std::string(tags.empty() ? "\"" : ", \"") + tag + "\"";
                             }
                             if (!tags.empty()) fields["Tags"] = json("[" + tags + "]");
                           })
                  ->code(),
              errors::kOk);
    all[facts.id] = facts;
  }

  std::mt19937 random;
  std::map<std::string, Facts> all;
};

TEST_F(RandomLists, FindWhatTheConditionMeans) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  random.seed(seed);
  h.add_search_attributes({{"Color", enums::INDEXED_VALUE_TYPE_KEYWORD},
                           {"Amount", enums::INDEXED_VALUE_TYPE_INT},
                           {"Tags", enums::INDEXED_VALUE_TYPE_KEYWORD_LIST}});
  for (int round = 0; round < 8; ++round) {
    for (int i = 0; i < 25; ++i) start(round * 25 + i);
    for (auto& [id, facts] : all) {
      if (!facts.is_open || random() % 4 != 0) continue;
      terminate(id);
      facts.is_open = false;
    }
    for (int i = 0; i < 40; ++i) {
      const Condition condition = random_condition(random, 3);
      std::set<std::string> expected;
      for (const auto& [id, facts] : all) {
        if (condition.truth(facts) == 1) expected.insert(id);
      }
      const std::vector<std::string> listed = list_ids(condition.query, 1 + static_cast<int>(random() % 40));
      EXPECT_EQ(std::set<std::string>(listed.begin(), listed.end()), expected) << condition.query;
      EXPECT_EQ(listed.size(), expected.size()) << condition.query;
      EXPECT_EQ(count(condition.query), static_cast<std::int64_t>(expected.size())) << condition.query;
      // In the order of the list of all.
      std::vector<std::string> ordered;
      for (const std::string& id : list_ids("", 1000)) {
        if (expected.count(id) != 0) ordered.push_back(id);
      }
      EXPECT_EQ(listed, ordered) << condition.query;
    }
  }
}

TEST_F(Lists, OpenRunsComeFirstThenTheOnesThatClosedLast) {
  for (const char* id : {"w1", "w2", "w3", "w4"}) {
    h.begin(id);
    pass(1s);
  }
  terminate("w3");
  pass(1s);
  terminate("w1");
  EXPECT_EQ(list_ids("", 1000), (std::vector<std::string>{"w4", "w2", "w1", "w3"}));
}

TEST_F(Lists, ARunThatClosesBetweenTwoPagesMovesAndNoOtherIsMissedOrShownTwice) {
  for (int i = 0; i < 10; ++i) {
    h.begin("w" + std::to_string(i));
    pass(1s);
  }
  int page = 0;
  between_pages = [&] {
    if (++page == 1) terminate("w8");  // it has been shown
    if (page == 2) terminate("w0");    // it has not
  };
  const auto listed = list_ids("", 3);
  std::map<std::string, int> times;
  for (const std::string& id : listed) ++times[id];
  for (int i = 1; i < 10; ++i) {
    EXPECT_EQ(times["w" + std::to_string(i)], i == 8 ? 2 : 1) << i;  // w8: once open, once closed
  }
  EXPECT_EQ(times["w0"], 1);
}

TEST_F(Lists, AnAttributeThatIsAddedLaterIsFound) {
  h.begin("w1");
  EXPECT_EQ(count(""), 1);
  h.add_search_attributes({{"Color", enums::INDEXED_VALUE_TYPE_KEYWORD}});
  EXPECT_EQ(count("Color IS NULL"), 1);
  h.start_with("w2", [](auto& request) {
    (*request.mutable_search_attributes()->mutable_indexed_fields())["Color"] = json("\"red\"");
  });
  EXPECT_EQ(list_ids("Color = 'red'", 10), std::vector<std::string>{"w2"});
}

TEST_F(Lists, ManyNestedConditionsAreRefusedAndNotFollowed) {
  svc::CountWorkflowExecutionsRequest request;
  request.set_query(std::string(100'000, '(') + "WorkflowId = 'a'");
  const auto sent = h.count(std::move(request));
  EXPECT_EQ(sent->code(), errors::kInvalidArgument);
  EXPECT_NE(sent->status.message.find("max nesting level reached"), std::string::npos) << sent->status.message;
}

TEST_F(Lists, ALongChainOfConditionsIsTaken) {
  h.begin("w1");
  std::string query = "WorkflowId = 'w1'";
  for (int i = 0; i < 100'000; ++i) query += " OR TaskQueue = 'q" + std::to_string(i) + "'";
  EXPECT_EQ(count(query), 1);
}

TEST_F(Lists, ADeletedRunIsGoneFromEverywhere) {
  h.begin("w1");
  h.begin("w2");
  EXPECT_EQ(count(""), 2);
  const auto poll = h.poll_task("other");
  svc::DeleteWorkflowExecutionRequest request;
  request.set_namespace_("default");
  request.mutable_workflow_execution()->set_workflow_id("w1");
  EXPECT_EQ(h.call<svc::DeleteWorkflowExecutionResponse>(
                 "/temporal.api.workflowservice.v1.WorkflowService/DeleteWorkflowExecution", request)
                ->code(),
            errors::kOk);
  EXPECT_EQ(list_ids("", 10), std::vector<std::string>{"w2"});
  svc::GetWorkflowExecutionHistoryRequest history;
  history.mutable_execution()->set_workflow_id("w1");
  EXPECT_EQ(h.history(std::move(history))->code(), errors::kNotFound);
  EXPECT_EQ(h.task().workflow_execution().workflow_id(), "w2");  // the task of the deleted run is passed over
}

TEST_F(Lists, ClosedRunsAreForgottenWhenTheirRetentionIsOverAndManyAreNewer) {
  constexpr int kKept = 10'000;
  for (int i = 0; i < kKept + 50; ++i) {
    h.begin("w" + std::to_string(i));
    terminate("w" + std::to_string(i));
  }
  EXPECT_EQ(count(""), kKept + 50);
  pass(23h);
  EXPECT_EQ(count(""), kKept + 50);
  pass(2h);
  h.begin("last");
  EXPECT_EQ(count("ExecutionStatus = 'Terminated'"), kKept);
  EXPECT_EQ(count("WorkflowId = 'w0'"), 0);
  EXPECT_EQ(count("WorkflowId = 'w50'"), 1);
  svc::GetWorkflowExecutionHistoryRequest history;
  history.mutable_execution()->set_workflow_id("w0");
  EXPECT_EQ(h.history(std::move(history))->code(), errors::kNotFound);
}

TEST_F(Lists, ATokenOfAnotherMakingIsRefused) {
  svc::ListWorkflowExecutionsRequest request;
  request.set_next_page_token("abc");
  EXPECT_EQ(h.list(std::move(request))->code(), errors::kInvalidArgument);
}

}  // namespace
}  // namespace temporalio::timeskip::test
