"""Histories that the official Python SDK's worker has made replay with the same workflows in C++, and differ where edited."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from loops import ActivityLoop, SignalLoop, TimerLoop, act

SERVER = os.environ["TEST_SERVER"]
REPLAY = [os.environ["TEMPORAL_REPLAY"], "replay", "--plugin", os.environ["FIXTURES_PLUGIN"]]


class Replay(unittest.IsolatedAsyncioTestCase):
    async def record(self) -> list[dict]:
        async with await WorkflowEnvironment.start_time_skipping(test_server_existing_path=SERVER) as env:
            async with Worker(
                env.client, task_queue="loops", workflows=[TimerLoop, ActivityLoop, SignalLoop], activities=[act]
            ):
                start = env.client.start_workflow
                handles = [
                    await start("TimerLoop", 4, id="timers", task_queue="loops"),
                    await start("ActivityLoop", 4, id="activities", task_queue="loops"),
                    await start("SignalLoop", 4, id="signals", task_queue="loops"),
                ]
                for i in range(4):
                    await handles[2].signal("tick", i)
                for handle in handles:
                    self.assertEqual(await handle.result(), 4)
                return [json.loads((await handle.fetch_history()).to_json()) for handle in handles]

    def replay(self, history: dict) -> dict:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "history.json"
            file.write_text(json.dumps(history))
            run = subprocess.run(REPLAY + ["--output", "json", str(file)], capture_output=True, text=True, timeout=60)
        return json.loads(run.stdout)

    async def test_python_histories_replay_in_cpp(self) -> None:
        for history in await self.record():
            with self.subTest(events=len(history["events"])):
                result = self.replay(history)
                self.assertEqual(result["exitCode"], 0, result)

        # An activity with an id that this code does not give it.
        history = (await self.record())[1]
        for event in history["events"]:
            scheduled = event.get("activityTaskScheduledEventAttributes")
            if scheduled and scheduled["activityId"] == "3":
                scheduled["activityId"] = "7"
                break
        result = self.replay(history)
        self.assertEqual(result["exitCode"], 1)
        self.assertEqual(result["results"][0]["divergence"]["eventId"], int(event["eventId"]))
