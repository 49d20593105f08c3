"""What the tests of sharing have in common: a scheduler beside the programs, waiting, and reading the records."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

from tests.chain import breaks
from tests.durability.audit import lines_of
from tests.durability.victim import Victim
from tests.durability.world import World
from tickwright import BackgroundScheduler, Run
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.testing.suites.store.material import Host

__all__ = ["SOON", "beside", "each_fire_time_once", "freeze_unlocked", "has_calls", "opened", "until"]

SOON = 40.0
"""Seconds within which anything happens that happens at all; far more than it takes on a busy machine."""


def until(is_so: Callable[[], Any], what: str, victims: Sequence[Victim] = ()) -> Any:
    """Wait until it is so, and return what it says."""
    deadline = time.monotonic() + SOON
    while not (answer := is_so()):
        said = "\n".join(victim.complaints for victim in victims)
        assert time.monotonic() < deadline, f"{what} did not come within {SOON:.0f} s\n{said}"
        time.sleep(0.01)
    return answer


def freeze_unlocked(victim: Victim) -> None:
    """Freeze it at an instant at which it does not hold the file's lock, by which it would hold up everybody."""
    while True:
        victim.freeze()
        if os.path.exists("/proc/self/stat"):
            until(victim.has_stopped, "the stop", [victim])
        if not _is_locked(victim.world):
            return
        victim.thaw()


def _is_locked(world: World) -> bool:
    # Others write too, each for some milliseconds.
    with closing(sqlite3.connect(world.file, timeout=0.2, isolation_level=None)) as sql:
        try:
            sql.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        sql.execute("ROLLBACK")
        return False


@contextmanager
def opened(world: World) -> Iterator[SQLiteJobStore]:
    """Open the store without a scheduler, to read it."""
    store = SQLiteJobStore(world.file, timeout=30)
    store.start(Host(), "default")
    try:
        yield store
    finally:
        store.shutdown()


@contextmanager
def beside(world: World, *, paused: bool = True, **options: Any) -> Iterator[BackgroundScheduler]:
    """Start a scheduler on the same file in this process; paused, it leaves all work to the others."""
    store = SQLiteJobStore(world.file, timeout=30)
    scheduler = BackgroundScheduler(timezone="UTC", lease=world.lease, jobstores={"default": store}, **options)
    scheduler.start(paused=paused)
    try:
        yield scheduler
    finally:
        scheduler.shutdown()


def has_calls(world: World, number: int) -> bool:
    """Return whether the jobs were called so often."""
    return len(lines_of(world)) >= number


def each_fire_time_once(runs: Sequence[Run], period: timedelta) -> None:
    """Hold the first attempts of one job's runs against its interval: no gap and no overlap."""
    firsts = sorted((run for run in runs if run.attempt == 1), key=lambda run: run.fire_time)
    assert firsts
    broken = breaks(((run.fire_time, run.coalesced) for run in firsts), period)
    assert [f"after {expected - period} the next on record is {found}" for expected, found in broken] == []
