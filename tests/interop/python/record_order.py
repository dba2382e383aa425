# Records with the Python SDK what it makes of two causes that come in one workflow task, for every ordered pair of
# {signal, handler that awaits, timer, activity result, cancellation}: fixtures/replay/python_order/FIRST_SECOND.json.
# The C++ SDK has to replay them with the same workflow (tests/unit/workflow/python_order_test.cc).
# Usage: record_order.py TEMPORAL_TEST_SERVER FOLDER
import asyncio
import datetime
import itertools
import json
import pathlib
import sys

import temporalio.api.enums.v1 as enums
import temporalio.api.taskqueue.v1 as taskqueue
import temporalio.api.workflowservice.v1 as service
from temporalio import workflow
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

QUEUE = "order"
COMPLETED = enums.EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
# How long the workflow's timer takes: long, unless it is one of the causes.
timer_seconds = 3600


def work(what):
    return workflow.start_activity("work", what, start_to_close_timeout=datetime.timedelta(hours=9))


@workflow.defn
class ReportsCauses:
    def __init__(self):
        self.went = False

    @workflow.signal
    def go(self):
        self.went = True
        work("signal")

    @workflow.signal
    async def go_and_await(self):
        await work("awaiting signal")

    async def timer(self):
        try:
            await asyncio.sleep(timer_seconds)
        except asyncio.CancelledError:
            pass
        work("timer")

    async def activity(self):
        await work("it")
        work("activity")

    async def condition(self):
        await workflow.wait_condition(lambda: self.went)
        work("condition")

    @workflow.run
    async def run(self):
        tasks = [asyncio.create_task(task()) for task in (self.timer, self.activity, self.condition)]
        try:
            await workflow.wait_condition(lambda: False)
        except asyncio.CancelledError:
            pass
        work("cancelled")
        await asyncio.sleep(1)
        del tasks


def worker(client):
    return Worker(client, task_queue=QUEUE, workflows=[ReportsCauses], max_cached_workflows=0,
                  workflow_runner=UnsandboxedWorkflowRunner())


async def events(handle, event_type, count):
    while True:
        history = await handle.fetch_history()
        if sum(e.event_type == event_type for e in history.events) >= count:
            return history
        await asyncio.sleep(0.02)


async def cause(env, handle, token, kind):
    if kind == "signal":
        await handle.signal(ReportsCauses.go)
    elif kind == "handler":
        await handle.signal(ReportsCauses.go_and_await)
    elif kind == "cancel":
        await handle.cancel()
    elif kind == "timer":
        await events(handle, enums.EventType.EVENT_TYPE_TIMER_FIRED, 1)
    else:
        result = Payloads(payloads=[Payload(metadata={"encoding": b"json/plain"}, data=b'"ok"')])
        await env.client.workflow_service.respond_activity_task_completed(
            service.RespondActivityTaskCompletedRequest(namespace=env.client.namespace, task_token=token, result=result))


async def record(server, kinds):
    global timer_seconds
    timer_seconds = 4 if "timer" in kinds else 3600
    async with await WorkflowEnvironment.start_time_skipping(test_server_existing_path=server) as env:
        handle = await env.client.start_workflow(ReportsCauses.run, id="-".join(kinds), task_queue=QUEUE)
        async with worker(env.client):
            await events(handle, COMPLETED, 1)
        task = await env.client.workflow_service.poll_activity_task_queue(
            service.PollActivityTaskQueueRequest(namespace=env.client.namespace,
                                                 task_queue=taskqueue.TaskQueue(name=QUEUE)))
        for kind in kinds:
            await cause(env, handle, task.task_token, kind)
        async with worker(env.client):
            history = await events(handle, COMPLETED, 2)
        await handle.terminate()
        return history


# What says who and where, and nothing of the order.
def without_identities(value):
    if isinstance(value, dict):
        return {k: without_identities(v) for k, v in value.items() if k not in ("identity", "requestId", "workerVersion")}
    return [without_identities(v) for v in value] if isinstance(value, list) else value


async def main():
    server, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for kinds in itertools.permutations(("signal", "handler", "timer", "activity", "cancel"), 2):
        history = await record(server, kinds)
        (folder / ("_".join(kinds) + ".json")).write_text(json.dumps(without_identities(history.to_json_dict()), indent=1) + "\n")
        print(*kinds, [e.event_id for e in history.events][-1])


asyncio.run(main())
