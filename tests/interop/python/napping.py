"""Workflows that sleep, by themselves or in an activity. A module of its own: workflows run in a sandbox."""

import asyncio
from datetime import timedelta
from typing import Optional

from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.testing import WorkflowEnvironment


class Activities:
    def __init__(self, env: WorkflowEnvironment) -> None:
        self.env = env

    @activity.defn
    async def nap(self, seconds: int) -> None:
        await self.env.sleep(seconds)


@workflow.defn
class Napper:
    @workflow.run
    async def run(self, days: int) -> int:
        await asyncio.sleep(days * 24 * 60 * 60)
        return days


@workflow.defn
class NapsInActivity:
    @workflow.run
    async def run(self, seconds: int, heartbeat_seconds: Optional[int]) -> None:
        await workflow.execute_activity_method(
            Activities.nap,
            seconds,
            start_to_close_timeout=timedelta(days=10),
            heartbeat_timeout=timedelta(seconds=heartbeat_seconds) if heartbeat_seconds else None,
            retry_policy=RetryPolicy(maximum_attempts=1),
        )


@workflow.defn
class WakesOnSignal:
    def __init__(self) -> None:
        self.is_woken = False

    @workflow.run
    async def run(self) -> str:
        try:
            await workflow.wait_condition(lambda: self.is_woken, timeout=timedelta(hours=1))
            return "woken"
        except asyncio.TimeoutError:
            return "slept in"

    @workflow.signal
    def wake(self) -> None:
        self.is_woken = True
