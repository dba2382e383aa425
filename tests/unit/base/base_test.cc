// Tests of what base offers the other parts: the map keyed by ids, the hash, the seed of a run.
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "sdk/src/base/id_map.h"
#include "sdk/src/base/siphash.h"

namespace temporalio::base {
namespace {

TEST(IdMap, AgreesWithAnOrdinaryMap) {
  std::mt19937_64 random(7);
  std::vector<int> values(5000);
  IdMap<int> map;
  std::map<std::int64_t, int*> expected;
  for (int step = 0; step < 20'000; ++step) {
    const auto id = static_cast<std::int64_t>(random() % 4000) + 1;
    if (expected.contains(id)) {
      map.erase(id);
      expected.erase(id);
    } else {
      map.insert(id, &values[static_cast<std::size_t>(id)]);
      expected[id] = &values[static_cast<std::size_t>(id)];
    }
    ASSERT_EQ(map.size(), expected.size());
  }
  for (std::int64_t id = 1; id <= 4000; ++id) {
    const auto at = expected.find(id);
    EXPECT_EQ(map.find(id), at == expected.end() ? nullptr : at->second) << "id " << id;
  }
  EXPECT_EQ(map.find(0), nullptr);
  EXPECT_EQ(map.find(-1), nullptr);
}

// The vectors of the Core-based SDKs: the seed of a run is the same in all of them.
TEST(SeedOfRun, IsThatOfTheOtherSdks) {
  EXPECT_EQ(seed_of_run(""), 3476900567878811119ull);
  EXPECT_EQ(seed_of_run("a"), 8186225505942432243ull);
  EXPECT_EQ(seed_of_run("run-id"), 13183365550469184546ull);
  EXPECT_EQ(seed_of_run("b3481d08-84c0-4afa-bcea-0f29a5c62b2f"), 5651634849619530159ull);
  EXPECT_EQ(seed_of_run("f7908bea-3ce8-473a-98e6-669d77d5f664"), 7007969311485133519ull);
  EXPECT_EQ(seed_of_run("0195d9a4-3b9e-7c3f-8a44-2f1a5f3c9f10"), 1993691550708835455ull);
}

}  // namespace
}  // namespace temporalio::base
