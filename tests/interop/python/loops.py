"""The workflows of fixtures/workflows/loops.h, in Python."""

from datetime import timedelta

from temporalio import activity, workflow


@activity.defn(name="Act")
async def act(i: int) -> int:
    return i


@workflow.defn
class TimerLoop:
    @workflow.run
    async def run(self, n: int) -> int:
        for _ in range(n):
            await workflow.sleep(1)
        return n


@workflow.defn
class ActivityLoop:
    @workflow.run
    async def run(self, n: int) -> int:
        for i in range(1, n + 1):
            await workflow.execute_activity(act, i, start_to_close_timeout=timedelta(seconds=60))
        return n


@workflow.defn
class SignalLoop:
    def __init__(self) -> None:
        self.ticks = 0

    @workflow.run
    async def run(self, n: int) -> int:
        await workflow.wait_condition(lambda: self.ticks >= n)
        return n

    @workflow.signal
    def tick(self, i: int) -> None:
        self.ticks += 1
