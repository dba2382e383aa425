// g++ 12 lays out the frame of this shape wrongly: an await in a condition, no local variable. Where it would crash it
// is found when the coroutine is made; elsewhere the same code runs. Goes when g++ 12 is no longer supported.
#include <gtest/gtest.h>

#include "temporalio/task.h"

namespace temporalio {
namespace {

int g_taken = 0;

Task<bool> yes() { co_return true; }

Task<> await_in_condition() {
  if (co_await yes()) ++g_taken;  // await-shape-ok: the shape under test
}

Task<> await_outside_of_condition() {
  const bool is_true = co_await yes();
  if (is_true) ++g_taken;
}

void run(Task<> task) {
  coro::Scheduler scheduler;
  const coro::Ref<coro::SpawnedTask<void>> spawned(new coro::SpawnedTask<void>(scheduler, task.release()));
  scheduler.start(*spawned);
  scheduler.run();
}

TEST(BrokenFrame, IsFoundWhereItWouldCrash) {
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
  EXPECT_DEATH(run(await_in_condition()), "laid out a coroutine's frame wrongly");
#else
  g_taken = 0;
  run(await_in_condition());
  EXPECT_EQ(g_taken, 1);
#endif
}

TEST(BrokenFrame, IsNotReportedForTheCuredShape) {
  g_taken = 0;
  run(await_outside_of_condition());
  EXPECT_EQ(g_taken, 1);
}

}  // namespace
}  // namespace temporalio
