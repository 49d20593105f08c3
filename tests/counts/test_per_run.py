"""What one run of a job costs, counted: where a time would be noise, a count is the same each time.

Each bound stands a little above what is needed today. Who goes beyond one has a reason to give, or a loop to mend.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tickwright import SQLiteJobStore
from tickwright.jobstores.base import JobStore
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.testing import ManualScheduler

JOBS = 200
HOURS = 4

TRIGGERS = {
    "interval": {"trigger": "interval", "hours": 1},
    "cron": {"trigger": "cron", "minute": 0},
}


def nothing() -> None:
    """Be the function of the jobs."""


def take(number: int) -> None:
    """Be the function of jobs with an argument."""


def scheduler_with_jobs(store: JobStore, trigger: dict[str, Any]) -> ManualScheduler:
    """Return a scheduler of which each job has run once, so that what is done once has been."""
    scheduler = ManualScheduler("2026-01-01 00:30", jobstores={"default": store})
    for number in range(JOBS):
        scheduler.add_job(nothing, id=f"job-{number}", **trigger)
    scheduler.advance(hours=1)
    return scheduler


def fired_by(scheduler: ManualScheduler) -> int:
    """Let the jobs run for some hours; return how many runs that made."""
    before = len(scheduler.get_runs())
    scheduler.advance(hours=HOURS)
    runs = scheduler.get_runs()[: len(scheduler.get_runs()) - before]
    assert {run.status for run in runs} == {"succeeded"}
    assert len(runs) == JOBS * HOURS
    return len(runs)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Any) -> JobStore:
    if request.param == "memory":
        return MemoryJobStore(keep_runs=None)
    return SQLiteJobStore(tmp_path / "jobs.sqlite", keep_runs=None)


@pytest.fixture(params=list(TRIGGERS))
def trigger(request: pytest.FixtureRequest) -> dict[str, Any]:
    return TRIGGERS[request.param]


def counted(act: Callable[[], object]) -> Counter[str]:
    """Do it; return how often each function was called, those in Python as `call`, those of C by their names."""
    found: Counter[str] = Counter()

    def note(frame: Any, what: str, function: Any) -> None:
        if what == "call":
            found["call"] += 1
        elif what == "c_call":
            found[getattr(function, "__name__", "?")] += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(before)
    return found


def test_a_run_takes_few_calls_of_functions(store, trigger):
    scheduler = scheduler_with_jobs(store, trigger)
    runs = 0

    def act():
        nonlocal runs
        runs = JOBS * HOURS
        scheduler.advance(hours=HOURS)

    calls = counted(act)
    most = 115 if isinstance(store, MemoryJobStore) else 215
    assert calls["call"] / runs < most
    # Of the clock and of zones: when it is due, when it began and ended, and what comes next.
    assert (calls["now"] + calls["astimezone"] + calls["fromtimestamp"]) / runs < 1


def test_the_memory_store_takes_its_lock_for_a_batch_and_not_for_each_run(trigger):
    store = MemoryJobStore(keep_runs=None)
    scheduler = scheduler_with_jobs(store, trigger)
    taken: Any = CountingLock(store._lock)
    store._lock = store._runs.lock = taken
    runs = fired_by(scheduler)
    assert taken.times / runs < 0.1


class CountingLock:
    """A lock that knows how often it was taken."""

    def __init__(self, lock: Any) -> None:
        self.lock = lock
        self.times = 0

    def _is_owned(self) -> bool:
        owned: bool = self.lock._is_owned()
        return owned

    def __enter__(self) -> None:
        self.times += 1
        self.lock.acquire()

    def __exit__(self, *_: object) -> None:
        self.lock.release()


@pytest.fixture
def sqlite(tmp_path: Any) -> SQLiteJobStore:
    return SQLiteJobStore(tmp_path / "jobs.sqlite", keep_runs=None)


def test_a_run_on_sqlite_takes_few_statements_and_each_batch_few_transactions(sqlite, trigger):
    scheduler = scheduler_with_jobs(sqlite, trigger)
    said: Counter[str] = Counter()
    sqlite._file._short.sql.set_trace_callback(lambda statement: said.update([statement]))
    scheduler.advance(hours=HOURS)
    sqlite._file._short.sql.set_trace_callback(None)
    # Its schedule and its record at the start, and its record at the end. What the tables' triggers do is told under
    # the text of the statement that set them off, so each text counts once.
    assert len(said) / (JOBS * HOURS) < 3.2
    assert said["COMMIT"] < 25 * HOURS


def test_a_run_on_sqlite_writes_little(sqlite, trigger):
    scheduler = scheduler_with_jobs(sqlite, trigger)
    sqlite._file._short.sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sqlite._file._short.sql.execute("PRAGMA wal_autocheckpoint = 0")
    scheduler.advance(hours=HOURS)
    written = os.path.getsize(f"{sqlite.path}-wal")
    # In pages that many rows share, because many rows are written at once.
    assert written / (JOBS * HOURS) < 1_100


def test_a_job_on_sqlite_takes_little_room(sqlite):
    scheduler = ManualScheduler("2026-01-01 00:30", jobstores={"default": sqlite})
    first = datetime(2026, 1, 2, 12, 30, 15, 123456, tzinfo=UTC)
    jobs = [{"args": (number,), "start_date": first} for number in range(5_000)]
    scheduler.add_jobs(jobs, func=take, trigger="interval", hours=1)
    sqlite._file._short.sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert os.path.getsize(sqlite.path) / len(jobs) < 250


def test_nothing_is_done_for_jobs_that_are_not_due(store):
    scheduler = ManualScheduler("2026-01-01 00:30", jobstores={"default": store})
    scheduler.add_job(nothing, "interval", minutes=1, id="often")
    few = counted(lambda: scheduler.advance(timedelta(minutes=20)))
    for number in range(2_000):
        scheduler.add_job(nothing, "interval", days=30, id=f"seldom-{number}")
    scheduler.advance(timedelta(minutes=1))
    many = counted(lambda: scheduler.advance(timedelta(minutes=20)))
    assert many["call"] < 1.2 * few["call"]
