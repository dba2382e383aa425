"""The workflow and the activity that the Python side of the interoperability tests runs."""

from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError


@activity.defn
async def charge(item: str) -> str:
    """Fails twice, then answers with the number of the attempt."""
    attempt = activity.info().attempt
    if attempt < 3:
        raise ApplicationError(f"card reader offline, attempt {attempt}", type="Offline")
    return f"{item} charged at attempt {attempt}"


@workflow.defn
class Purchase:
    """Sleeps a day, charges, waits for the approval that arrives by signal."""

    def __init__(self) -> None:
        self._approved_by = ""

    @workflow.run
    async def run(self, item: str) -> str:
        await workflow.sleep(timedelta(days=1))
        receipt = await workflow.execute_activity(
            charge,
            item,
            start_to_close_timeout=timedelta(seconds=10),
            retry_policy=RetryPolicy(initial_interval=timedelta(minutes=1)),
        )
        await workflow.wait_condition(lambda: self._approved_by != "")
        return f"{receipt}, approved by {self._approved_by}"

    @workflow.signal
    def approve(self, name: str) -> None:
        self._approved_by = name

    @workflow.query
    def approved_by(self) -> str:
        return self._approved_by


@workflow.defn
class Doomed:
    """Fails with what it is given."""

    @workflow.run
    async def run(self, why: str) -> str:
        raise ApplicationError(why, type="Refused", non_retryable=True)
