"""Activities across languages: Python workflows call C++ activities; each side completes activities of the other."""

import asyncio
import os
import signal
import unittest
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.common import Priority, RetryPolicy
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

SERVER = os.environ["TEST_SERVER"]
PEER = os.environ["CPP_ACTIVITY_PEER"]

left_behind = asyncio.Event()


@activity.defn
async def completes_elsewhere(argument: str) -> str:
    left_behind.set()
    activity.raise_complete_async()


@workflow.defn
class CallActivity:
    @workflow.run
    async def run(self, activity_type: str, queue: str) -> Any:
        return await workflow.execute_activity(
            activity_type,
            "book",
            task_queue=queue,
            activity_id="the-activity",
            start_to_close_timeout=timedelta(minutes=1),
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=10), maximum_attempts=4),
            priority=Priority(priority_key=2),
        )


class Activities(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.env = await WorkflowEnvironment.start_time_skipping(test_server_existing_path=SERVER)
        self.addAsyncCleanup(self.env.shutdown)
        self.client = self.env.client
        self.target = self.client.service_client.config.target_host

    @asynccontextmanager
    async def workers(self):
        cpp = await asyncio.create_subprocess_exec(PEER, "worker", self.target, "cpp")
        async with Worker(
            self.client, task_queue="py", workflows=[CallActivity], activities=[completes_elsewhere]
        ):
            try:
                yield
            finally:
                cpp.send_signal(signal.SIGTERM)
                code = await asyncio.wait_for(cpp.wait(), 20)
        self.assertEqual(code, 0, "the C++ worker ends cleanly on SIGTERM")

    async def start(self, activity_type: str, queue: str):
        return await self.client.start_workflow(
            CallActivity.run, args=[activity_type, queue], id="w-" + activity_type, task_queue="py"
        )

    async def test_cpp_dynamic_activity_takes_any_type(self) -> None:
        async with self.workers():
            handle = await self.start("anything", "cpp")
            self.assertEqual(await handle.result(), 'anything "book"')

    async def test_cpp_activity_is_told_what_python_sets(self) -> None:
        async with self.workers():
            handle = await self.start("what_it_is_told", "cpp")
            self.assertEqual(await handle.result(), ["2", "4", "CallActivity", ""])

    async def test_crash_in_a_cpp_process_pool_is_retried(self) -> None:
        async with self.workers():
            handle = await self.start("crashes_once", "cpp")
            self.assertEqual(await handle.result(), "attempt 2")

    async def test_python_completes_a_cpp_activity(self) -> None:
        async with self.workers():
            handle = await self.start("completes_elsewhere", "cpp")
            activity_handle = self.client.get_async_activity_handle(
                workflow_id=handle.id, run_id=None, activity_id="the-activity"
            )
            while True:
                description = await handle.describe()
                pending = description.raw_description.pending_activities
                if pending and pending[0].HasField("last_started_time"):
                    break
                await asyncio.sleep(0.01)
            await activity_handle.complete("from Python")
            self.assertEqual(await handle.result(), "from Python")

    async def test_cpp_completes_a_python_activity(self) -> None:
        left_behind.clear()
        async with self.workers():
            handle = await self.start("completes_elsewhere", "py")
            await left_behind.wait()
            completing = await asyncio.create_subprocess_exec(
                PEER, "complete", self.target, handle.id, "the-activity", "from C++"
            )
            self.assertEqual(await asyncio.wait_for(completing.wait(), 20), 0)
            self.assertEqual(await handle.result(), "from C++")
