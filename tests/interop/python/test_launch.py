"""The official Python SDK launches our server as it launches the Java one, and runs a workflow on it."""

import asyncio
import os
import time
import unittest
from datetime import timedelta

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import CancelledError, TerminatedError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from purchase import Purchase, charge

SERVER = os.environ["TEST_SERVER"]
QUEUE = "purchases"


class Launch(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        started = time.monotonic()
        self.env = await WorkflowEnvironment.start_time_skipping(test_server_existing_path=SERVER)
        self.assertLess(time.monotonic() - started, 5)
        self.addAsyncCleanup(self.env.shutdown)

    def worker(self) -> Worker:
        return Worker(self.env.client, task_queue=QUEUE, workflows=[Purchase], activities=[charge])

    async def test_one_day_two_failures_one_signal(self) -> None:
        wall = time.monotonic()
        before = await self.env.get_current_time()
        async with self.worker():
            handle = await self.env.client.start_workflow(Purchase.run, "book", id="p1", task_queue=QUEUE)
            self.assertEqual(await handle.query(Purchase.approved_by), "")
            await handle.signal(Purchase.approve, "Ann")
            self.assertEqual(await handle.query(Purchase.approved_by), "Ann")
            self.assertEqual(await handle.result(), "book charged at attempt 3, approved by Ann")
        passed = await self.env.get_current_time() - before
        self.assertLess(time.monotonic() - wall, 60)  # a day does not pass, however busy the machine is
        # One day, and the back-offs of one and two minutes: not the ten years of a left-over timeout.
        self.assertGreaterEqual(passed, timedelta(days=1, minutes=3))
        self.assertLess(passed, timedelta(days=1, minutes=4))

        history = await handle.fetch_history()
        started = [e for e in history.events if e.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED]
        self.assertEqual(len(started), 1)
        attributes = started[0].activity_task_started_event_attributes
        self.assertEqual(attributes.attempt, 3)
        self.assertEqual(attributes.last_failure.message, "card reader offline, attempt 2")
        await Replayer(workflows=[Purchase]).replay_workflow(history)

    async def test_sleep_moves_the_clock_by_hand(self) -> None:
        before = await self.env.get_current_time()
        await self.env.sleep(timedelta(days=30))
        passed = await self.env.get_current_time() - before
        self.assertGreaterEqual(passed, timedelta(days=30))
        self.assertLess(passed, timedelta(days=30, minutes=1))

    async def test_time_stands_at_wall_pace_while_skipping_is_disabled(self) -> None:
        async with self.worker():
            handle = await self.env.client.start_workflow(Purchase.run, "book", id="p2", task_queue=QUEUE)
            before = await self.env.get_current_time()
            with self.env.auto_time_skipping_disabled():
                with self.assertRaises(asyncio.TimeoutError):
                    await asyncio.wait_for(handle.result(), 0.3)
            self.assertLess(await self.env.get_current_time() - before, timedelta(minutes=1))
            await handle.cancel()
            with self.assertRaises(WorkflowFailureError) as failure:
                await handle.result()
            self.assertIsInstance(failure.exception.cause, CancelledError)

    async def test_terminated_while_it_sleeps(self) -> None:
        async with self.worker():
            handle = await self.env.client.start_workflow(Purchase.run, "book", id="p3", task_queue=QUEUE)
            await handle.terminate(reason="enough")
            with self.assertRaises(WorkflowFailureError) as failure:
                await handle.result()
            self.assertIsInstance(failure.exception.cause, TerminatedError)
