"""Python drives a C++ worker, and a C++ client drives a Python worker, on our server."""

import asyncio
import os
import signal
import unittest
from contextlib import asynccontextmanager
from datetime import timedelta

from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ActivityError, ApplicationError, CancelledError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from purchase import Doomed, Purchase, charge

SERVER = os.environ["TEST_SERVER"]
PEER = os.environ["CPP_PEER"]


class CppPeer(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.env = await WorkflowEnvironment.start_time_skipping(test_server_existing_path=SERVER)
        self.addAsyncCleanup(self.env.shutdown)
        self.client = self.env.client
        self.target = self.client.service_client.config.target_host

    @asynccontextmanager
    async def cpp_worker(self, queue: str):
        worker = await asyncio.create_subprocess_exec(PEER, "worker", self.target, queue)
        try:
            yield
        finally:
            worker.send_signal(signal.SIGTERM)
            code = await asyncio.wait_for(worker.wait(), 20)
        self.assertEqual(code, 0, "the C++ worker ends cleanly on SIGTERM")

    async def test_python_client_drives_cpp_worker(self) -> None:
        async with self.cpp_worker("cpp"):
            before = await self.env.get_current_time()
            handle = await self.client.start_workflow(
                "Order", {"item": "book", "quantity": 3}, id="py-1", task_queue="cpp"
            )
            self.assertEqual(await handle.query("approved_by"), "")
            await handle.signal("approve", "Ann")
            self.assertEqual(await handle.query("approved_by"), "Ann")
            receipt = await handle.result()
            self.assertEqual(receipt, {"item": "book", "total": 7.5, "approved_by": "Ann", "attempt": 3})
            passed = await self.env.get_current_time() - before
            self.assertGreaterEqual(passed, timedelta(days=1, minutes=3))
            self.assertLess(passed, timedelta(days=1, minutes=4))

    async def test_cpp_failure_arrives_with_type_and_details(self) -> None:
        async with self.cpp_worker("cpp"):
            with self.assertRaises(WorkflowFailureError) as failure:
                await self.client.execute_workflow("Doomed", "no stock", id="py-2", task_queue="cpp")
            activity_error = failure.exception.cause
            self.assertIsInstance(activity_error, ActivityError)
            error = activity_error.cause
            self.assertIsInstance(error, ApplicationError)
            self.assertEqual(error.message, "no stock")
            self.assertEqual(error.type, "Refused")
            self.assertEqual(list(error.details), [42])

    async def test_cpp_workflow_is_cancelled(self) -> None:
        async with self.cpp_worker("cpp"):
            handle = await self.client.start_workflow(
                "Order", {"item": "book", "quantity": 3}, id="py-3", task_queue="cpp"
            )
            self.assertEqual(await handle.query("approved_by"), "")
            await handle.cancel()
            with self.assertRaises(WorkflowFailureError) as failure:
                await handle.result()
            self.assertIsInstance(failure.exception.cause, CancelledError)

    async def test_cpp_client_drives_python_worker(self) -> None:
        async with Worker(self.client, task_queue="py", workflows=[Purchase, Doomed], activities=[charge]):
            client = await asyncio.create_subprocess_exec(
                PEER, "client", self.target, "py", stdout=asyncio.subprocess.PIPE
            )
            output, _ = await asyncio.wait_for(client.communicate(), 60)
        self.assertEqual(client.returncode, 0)
        self.assertEqual(
            output.decode().splitlines(),
            [
                "approved by: []",
                "approved by: [Ann]",
                "result: book charged at attempt 3, approved by Ann",
                "failure: no stock",
            ],
        )
