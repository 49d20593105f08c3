"""A store, an executor, a trigger and a clock of one's own, held to strict types; they run, too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from tickwright.active_run import ActiveRun
from tickwright.clock import Clock
from tickwright.errors import ConflictingIdError, JobLookupError
from tickwright.events import Event
from tickwright.executors.base import Executor, ExecutorHost
from tickwright.executors.call import call
from tickwright.jobstores.base import JobStore
from tickwright.run import Run
from tickwright.schedulers.background import BackgroundScheduler
from tickwright.stored_job import StoredJob
from tickwright.testing import ManualScheduler
from tickwright.triggers.base import Trigger


class DictStore(JobStore):
    """The heart of a job store, and nothing else."""

    keeps_objects: ClassVar[bool] = True

    def __init__(self) -> None:
        self.jobs: dict[str, StoredJob] = {}

    def lookup_job(self, job_id: str) -> StoredJob | None:
        return self.jobs.get(job_id)

    def get_due_jobs(self, now: datetime) -> list[StoredJob]:
        return [job for job in self.get_all_jobs() if (at := job.schedule.next_run_time) is not None and at <= now]

    def get_next_run_time(self) -> datetime | None:
        times = (job.schedule.next_run_time for job in self.jobs.values())
        return min((time for time in times if time is not None), default=None)

    def get_all_jobs(self) -> list[StoredJob]:
        far = datetime.max.replace(tzinfo=UTC)
        return sorted(self.jobs.values(), key=lambda job: (job.schedule.next_run_time or far, job.id))

    def add_job(self, job: StoredJob) -> None:
        if job.id in self.jobs:
            raise ConflictingIdError(f"there is a job {job.id!r}")
        self.jobs[job.id] = job

    def update_job(self, job: StoredJob) -> None:
        if job.id not in self.jobs:
            raise JobLookupError(f"there is no job {job.id!r}")
        self.jobs[job.id] = job

    def remove_job(self, job_id: str) -> None:
        if self.jobs.pop(job_id, None) is None:
            raise JobLookupError(f"there is no job {job_id!r}")

    def remove_all_jobs(self) -> None:
        self.jobs.clear()


class InlineExecutor(Executor):
    """Calls at once, and counts."""

    def __init__(self, start_at: int = 0) -> None:
        self.count = start_at

    def start(self, scheduler: ExecutorHost, alias: str) -> None:
        super().start(scheduler, alias)

    def submit(self, run: Run, job: StoredJob) -> None:
        self.count += 1
        self.host.deliver(call(ActiveRun(run), job.func, job.args, job.kwargs, self.host))


class Hourly(Trigger):
    """Fires at each full hour."""

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        after = now - timedelta(microseconds=1) if previous_fire_time is None else previous_fire_time
        return after.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


class StandingClock(Clock):
    """Shows one moment for ever."""

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0


def add(a: int, b: int = 0) -> int:
    return a + b


def test_own_parts_work_together() -> None:
    store, executor = DictStore(), InlineExecutor()
    scheduler = ManualScheduler("2026-01-01 00:30", jobstores={"default": store}, executors={"default": executor})
    heard: list[Event] = []
    scheduler.add_listener(heard.append)
    job = scheduler.add_job(add, Hourly(), args=[1], kwargs={"b": 2}, id="mine")
    scheduler.advance(hours=3)
    assert [run.result for run in scheduler.get_runs("mine")] == [3, 3, 3]
    assert job.next_run_time == datetime(2026, 1, 1, 4, tzinfo=UTC)
    assert executor.count == 3
    kwargs: Mapping[str, Any] = job.kwargs
    assert kwargs == {"b": 2}
    assert heard


def test_parts_may_be_named_in_the_configuration() -> None:
    scheduler = BackgroundScheduler(
        clock=StandingClock(),
        jobstores={"default": {"class": "tests.typing.test_own_parts:DictStore"}},
        executors={"default": {"class": "tests.typing.test_own_parts:InlineExecutor", "start_at": 5}},
    )
    scheduler.start(paused=True)
    assert scheduler.add_job(add, Hourly(), args=[1]).next_run_time == datetime(2026, 1, 1, tzinfo=UTC)
    scheduler.shutdown()
