"""The same misdeeds in a whole scheduler: the record says what happened, it is told once, and the job goes on."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from threading import Condition
from typing import Any

import pytest

from tests.executors import deeds
from tests.executors.charges import CHARGES, Charge
from tickwright import BackgroundScheduler, MemoryJobStore, ProcessPoolExecutor, SQLiteJobStore, events
from tickwright.errors import InvalidJobError
from tickwright.jobstores.base import JobStore
from tickwright.run import Run, RunStatus

ENDINGS = events.EVENT_JOB_EXECUTED | events.EVENT_JOB_ERROR | events.EVENT_JOB_LOST | events.EVENT_JOB_CANCELLED
CODES = {
    RunStatus.SUCCEEDED: events.EVENT_JOB_EXECUTED,
    RunStatus.FAILED: events.EVENT_JOB_ERROR,
    RunStatus.LOST: events.EVENT_JOB_LOST,
}
WAIT = 60.0


@dataclass
class Ear:
    """Hears how runs end."""

    heard: list[Any] = field(default_factory=list)
    news: Condition = field(default_factory=Condition)

    def __call__(self, event: Any) -> None:
        with self.news:
            self.heard.append(event)
            self.news.notify_all()

    def wait_for(self, count: int) -> None:
        with self.news:
            assert self.news.wait_for(lambda: len(self.heard) >= count, WAIT), self.heard


@pytest.fixture(params=["memory", "sqlite"], scope="module")
def store(request, tmp_path_factory) -> JobStore:
    if request.param == "memory":
        return MemoryJobStore()
    return SQLiteJobStore(tmp_path_factory.mktemp("store") / "jobs.sqlite")


@pytest.fixture(scope="module")
def scheduler(store) -> Iterator[BackgroundScheduler]:
    """A scheduler with a pool of two processes, and one job an hour for each misdeed."""
    executors = {"default": ProcessPoolExecutor(2, max_queued=1000)}
    with BackgroundScheduler(timezone="UTC", jobstores={"default": store}, executors=executors) as scheduler:
        yield scheduler


def fits(charge: Charge, store: JobStore) -> bool:
    return charge.is_storable or isinstance(store, MemoryJobStore)


@pytest.fixture(scope="module")
def told(scheduler, store) -> dict[str, list[Any]]:
    """All that was told of the jobs, twice the run of each: whatever one of them does, the others have theirs."""
    charges = [charge for charge in CHARGES if fits(charge, store)]
    ear = Ear()
    scheduler.add_listener(ear, ENDINGS)
    for charge in charges:
        scheduler.add_job(
            charge.func, "interval", hours=1, args=charge.args, kwargs=charge.kwargs, id=charge.name, max_instances=2
        )
    for _ in range(2):
        for charge in charges:
            scheduler.run_job(charge.name)
    ear.wait_for(2 * len(charges))
    by_job: dict[str, list[Any]] = {charge.name: [] for charge in charges}
    for event in ear.heard:
        by_job[event.job_id].append(event)
    return by_job


@pytest.mark.parametrize("charge", CHARGES, ids=lambda charge: charge.name)
def test_a_misdeed_is_on_record_and_told_once_for_each_run_and_the_job_goes_on(scheduler, store, told, charge: Charge):
    if not fits(charge, store):
        assert charge.name not in told  # see below
        return
    runs: list[Run] = scheduler.get_runs(charge.name)
    assert len(runs) == 2
    for run in runs:
        charge.check(run)
    heard = told[charge.name]
    assert Counter(event.run.id for event in heard) == Counter(run.id for run in runs)
    assert {event.code for event in heard} == {CODES[charge.status]}
    job = scheduler.get_job(charge.name)
    assert job is not None
    assert job.next_run_time is not None


@pytest.mark.parametrize("charge", [one for one in CHARGES if "ValueError when" in one.name], ids=lambda one: one.name)
def test_a_database_refuses_what_it_cannot_write_and_sets_aside_what_it_cannot_load(tmp_path, charge: Charge):
    with BackgroundScheduler(jobstores={"default": SQLiteJobStore(tmp_path / "db")}) as scheduler:
        add = partial(scheduler.add_job, charge.func, "interval", hours=1, args=charge.args, kwargs=charge.kwargs)
        if charge.name.endswith("when pickled"):
            with pytest.raises(InvalidJobError, match="raised by the object itself"):
                add(id="job")
            return
        add(id="job")
        [unreadable] = scheduler.get_unreadable_jobs()
        assert "raised by the object itself" in unreadable.reason


def test_after_all_that_the_scheduler_is_well_and_its_pool_serves(scheduler, told):
    assert scheduler.health().ok
    ear = Ear()
    scheduler.add_listener(ear, ENDINGS)
    for number in range(20):
        scheduler.add_job(deeds.nothing, id=f"after {number}")
    ear.wait_for(20)
    assert {event.code for event in ear.heard} == {events.EVENT_JOB_EXECUTED}
