"""The books of a workload: which job ran how often, noted by the jobs themselves, in memory or from worker processes.

What runs here in an environment of a peer needs nothing but Python.
"""

from __future__ import annotations

import os
import struct
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from threading import Event
from time import monotonic, sleep, time

__all__ = [
    "DroppedWorkError",
    "LacksError",
    "begin",
    "begin_file",
    "check",
    "is_full",
    "note",
    "note_in_file",
    "note_in_loop",
    "note_time",
    "noted_times",
    "sleep_until",
    "wait",
    "wait_for_file",
]

SECONDS_TO_WAIT = 600.0
NUMBER = struct.Struct("<q")
PATH = "BENCHMARK_BOOKS"


class DroppedWorkError(Exception):
    """A job did not run, or ran twice, or is not on record: whatever was measured, it does not count."""


class LacksError(Exception):
    """The library does not offer this. The text is what the table says in place of a figure."""


_ran: list[int] = []
_times: dict[int, float] = {}
_expected = 0
_full = Event()


def begin(expected: int) -> None:
    """Begin anew: as many runs are to come."""
    global _expected
    _ran.clear()
    _times.clear()
    _full.clear()
    _expected = expected


def note(number: int) -> None:
    """Note that this job runs. This is the job; appending to a list is one step for all threads."""
    _ran.append(number)
    if len(_ran) >= _expected:
        _full.set()


async def note_in_loop(number: int) -> None:
    """Note it from a coroutine."""
    note(number)


def note_time(number: int) -> None:
    """Note when this job runs, first of all."""
    now = time()
    _times[number] = now
    note(number)


def noted_times() -> dict[int, float]:
    """Return when each job ran, in seconds since 1970."""
    return _times


def is_full() -> bool:
    """Return whether all runs have come."""
    return _full.is_set()


def wait(seconds: float = SECONDS_TO_WAIT) -> None:
    """Return when all runs have come."""
    if not _full.wait(seconds):
        raise DroppedWorkError(f"{_expected - len(_ran):,} of {_expected:,} jobs had not run after {seconds:.0f} s")


def sleep_until(instant: datetime) -> None:
    """Return when it is over."""
    while (seconds := (instant - datetime.now(UTC)).total_seconds()) > 0:
        sleep(seconds)


def check(numbers: Iterable[int], ran: Iterable[int] | None = None) -> None:
    """Raise `DroppedWorkError` unless each of these jobs ran once, and no other."""
    expected, found = Counter(numbers), Counter(_ran if ran is None else ran)
    missing, added = (expected - found).total(), (found - expected).total()
    if missing or added:
        raise DroppedWorkError(f"of {expected.total():,} jobs, {missing:,} did not run, and {added:,} ran unasked")


# From worker processes ----------------------------------------------------------------------------------------

_file = -1


def begin_file(path: str) -> None:
    """Have the worker processes that are started from now on write to this file, which is empty."""
    os.environ[PATH] = path
    with open(path, "wb"):
        pass


def note_in_file(number: int) -> None:
    """Note it from a worker process: a few bytes, appended in one step."""
    global _file
    if _file < 0:
        _file = os.open(os.environ[PATH], os.O_WRONLY | os.O_APPEND)
    os.write(_file, NUMBER.pack(number))


def wait_for_file(path: str, count: int, seconds: float = SECONDS_TO_WAIT) -> list[int]:
    """Return the numbers of those that ran, when as many have."""
    until = monotonic() + seconds
    while os.stat(path).st_size < count * NUMBER.size:
        if monotonic() > until:
            raise DroppedWorkError(f"not all of {count:,} jobs had run in worker processes after {seconds:.0f} s")
        sleep(0.0005)
    with open(path, "rb") as file:
        return [number for (number,) in NUMBER.iter_unpack(file.read())]
