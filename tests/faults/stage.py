"""What the tests of faults share: schedulers on two job stores, one of which fails, and ears for what they tell."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults import deeds
from tests.faults.books import Books, Planned, audit, plan_of
from tests.schedulers.stage import Heard, soon
from tickwright import BackgroundScheduler, events
from tickwright.change import Change
from tickwright.core import changing
from tickwright.jobstores.base import JobStore
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.owner import Owner
from tickwright.policies import OnLost
from tickwright.run import Run
from tickwright.stored_job import StoredJob
from tickwright.testing import Faults, FaultyStore, ManualScheduler
from tickwright.testing.faults import When
from tickwright.testing.suites.store.material import Host
from tickwright.triggers.interval import IntervalTrigger
from tickwright.virtual_clock import VirtualClock

START = "2026-01-01"
LEASE = 6.0

LEFT = {"left": "record", "left again": "rerun"}
"""The jobs whose first runs a dead scheduler left, and what they want to be done about that."""

MakeStore = Callable[[Path], JobStore]
STORES: dict[str, MakeStore] = {
    "memory": lambda folder: MemoryJobStore(keep_runs=None),
    "sqlite": lambda folder: SQLiteJobStore(folder / "jobs.db", synchronous="NORMAL", keep_runs=None),
}

each_store = pytest.mark.parametrize("make", STORES.values(), ids=STORES)

WHENS: tuple[When, ...] = ("before", "after", "half")
"""When in a call a fault may strike."""


class LeasedScheduler(ManualScheduler):
    """One that keeps a lease as those with threads do."""

    def _lease_seconds(self) -> float:
        return LEASE


class Stage:
    """A scheduler on a virtual clock with a store that fails, `default`, and one that does not, `other`."""

    def __init__(self, inner: JobStore, faults: Faults | None = None) -> None:
        deeds.noted.clear()
        self.inner = inner
        self.faults = Faults() if faults is None else faults
        self.clock = VirtualClock(START)
        self.told: list[Any] = []
        self.records: list[logging.LogRecord] = []
        self.began = self.clock.now()
        leave_a_mess(inner, self.clock)
        self.scheduler = LeasedScheduler(
            clock=self.clock,
            jobstores={"default": FaultyStore(inner, self.faults), "other": MemoryJobStore(keep_runs=None)},
            logger=noting(self.records),
            jobstore_retry_interval=4,
        )
        self.scheduler.add_listener(self.told.append)

    def add_jobs(self) -> dict[str, Planned]:
        """Add jobs of all kinds to the store that fails, and one that is due each second to the other."""
        add = self.scheduler.add_job
        for number in range(4):
            add(deeds.note, "interval", seconds=1, id=f"tick{number}")
        add(deeds.note, "interval", seconds=0.7, id="each", coalesce=False)
        add(deeds.note_and_fail, "interval", seconds=2.5, id="fails")
        add(deeds.note, "interval", seconds=3, id="graced", misfire_grace_time=1)
        add(deeds.note, "date", run_date="2026-01-01 00:00:12.5", id="once")
        add(deeds.note, "interval", seconds=2, end_date="2026-01-01 00:00:14", id="few")
        add(deeds.note, "interval", seconds=1, id="elsewhere", jobstore="other")
        plan = plan_of(self.scheduler)
        for job_id in LEFT:
            plan[job_id] = Planned(plan[job_id].trigger, self.began)
        return plan

    def books(self, plan: dict[str, Planned]) -> Books:
        """Return the books, once the scheduler has done all that is due."""
        return audit(self.scheduler, plan, deeds.noted)

    def codes(self, mask: int) -> list[int]:
        """Return what was told of a mask, in order."""
        return [event.code for event in self.told if event.code & mask]

    def logged(self, text: str) -> list[str]:
        """Return the lines of the log that contain a text."""
        return [record.getMessage() for record in self.records if text in record.getMessage()]

    def check_tidings(self, outages: int | None = None) -> None:
        """See that each outage was told and logged once at its start and once at its end."""
        codes = self.codes(events.EVENT_JOBSTORE_OUTAGE | events.EVENT_JOBSTORE_RECOVERED)
        times = len(codes) // 2
        assert codes == [events.EVENT_JOBSTORE_OUTAGE, events.EVENT_JOBSTORE_RECOVERED] * times
        assert times >= 1
        assert outages in (None, times)
        assert len(self.logged("failed: ")) == times
        assert len(self.logged("answers again")) == times


class Working:
    """A scheduler with threads, on a store that fails and one that does not; a job in each, every 50 ms."""

    def __init__(self, inner: JobStore, lease: float = 30.0) -> None:
        deeds.noted.clear()
        self.faults = Faults()
        self.heard = Heard()
        self.records: list[logging.LogRecord] = []
        self.inner = inner
        self.scheduler = BackgroundScheduler(
            timezone="UTC",
            jobstores={"default": FaultyStore(inner, self.faults), "other": MemoryJobStore(keep_runs=None)},
            logger=noting(self.records),
            jobstore_retry_interval=0.5,
            lease=lease,
        )
        self.scheduler.add_listener(self.heard)

    def begin(self) -> None:
        self.scheduler.start(paused=True)
        for number in range(3):
            self.scheduler.add_job(deeds.note, "interval", seconds=0.05, id=f"tick{number}")
        self.scheduler.add_job(deeds.note, "interval", seconds=0.05, id="elsewhere", jobstore="other")
        self.plan = plan_of(self.scheduler)
        self.scheduler.resume()

    def books_at_rest(self) -> Books:
        """Return the books once what is in flight has ended; takes no more jobs."""
        take_no_more(self.scheduler)
        unsettled = "scheduled", "running"
        assert soon(lambda: not [run for status in unsettled for run in self.scheduler.get_runs(status=status)])
        return audit(self.scheduler, self.plan, deeds.noted)

    def check_tidings(self) -> None:
        """One outage: told and logged once at its start, and once at its end."""
        self.heard.wait_for(events.EVENT_JOBSTORE_RECOVERED)
        outages, recoveries = map(self.heard.of, (events.EVENT_JOBSTORE_OUTAGE, events.EVENT_JOBSTORE_RECOVERED))
        assert len(outages) == len(recoveries) == 1
        assert sum("failed: " in record.getMessage() for record in self.records) == 1
        assert sum("answers again" in record.getMessage() for record in self.records) == 1

    def has_run(self, job_id: str, times: int) -> bool:
        """Wait until a job has run so many times more; return whether it has."""
        before = sum(note.job_id == job_id for note in deeds.noted.copy())
        return soon(lambda: sum(note.job_id == job_id for note in deeds.noted.copy()) >= before + times)


def take_no_more(scheduler: BackgroundScheduler) -> None:
    """Pause, and return when the loop has heard of it: the round that it is in may still take jobs."""
    scheduler.pause()
    loop, paused_at = scheduler._loop, scheduler.clock.monotonic()
    assert loop is not None
    assert soon(lambda: loop.last_step > paused_at, 60)


def leave_a_mess(store: JobStore, clock: VirtualClock) -> None:
    """Leave in a store what a scheduler leaves that died in the middle of two runs: one to be run again."""
    store.start(Host(), "default")
    dead = Owner(id="dead", host="elsewhere")
    store.open_lease(dead, LEASE, clock.now())
    for job_id, on_lost in LEFT.items():
        trigger = IntervalTrigger(seconds=5, timezone="UTC").anchored(clock.now())
        job = changing.added(declared(job_id, trigger, on_lost), clock.now())
        store.add_job(job)
        run = Run(id=f"{job_id}-run", job_id=job_id, fire_time=clock.now(), due_at=clock.now(), owner="dead")
        assert store.commit([Change(job_id=job_id, started=(run,))]) == [True]


def declared(job_id: str, trigger: IntervalTrigger, on_lost: str) -> StoredJob:
    """Return a job of this trigger that notes its calls."""
    return StoredJob(id=job_id, func=deeds.note, reference=None, trigger=trigger, on_lost=OnLost(on_lost))


def noting(records: list[logging.LogRecord]) -> logging.Logger:
    """Return a logger that only keeps what it is given."""
    logger = logging.Logger("tickwright.tests.faults")

    class Notes(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            record.getMessage()
            records.append(record)

    logger.addHandler(Notes())
    return logger
