"""I: how long a job that is due each second takes to be run again after a long sleep, once for all that it missed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

from benchmarks.speed import books
from benchmarks.speed.reach import AtMost
from benchmarks.speed.row import MILLIS, Row

TITLE = "I: catching up, coalesced"
ASLEEP = timedelta(days=30)


def cases(quick: bool) -> list[dict[str, Any]]:
    """Return the one case."""
    return [{"needs": "in_memory", "keys": ["catch up"], "seconds": 120}]


def rows(quick: bool) -> list[Row]:
    """Return the one row."""
    label = f"{ASLEEP.days} days asleep, an interval of 1 s"
    return [Row(key="catch up", label=label, unit=MILLIS, reach=(AtMost(1),))]


def measure(adapter: Any, case: dict[str, Any]) -> dict[str, float]:
    """Add a job that has been due for long, and let go."""
    _seconds(adapter.in_memory(10, 0), timedelta(0))  # what a library imports when it first needs it
    return {"catch up": _seconds(adapter.in_memory(10, 0), ASLEEP)}


def _seconds(scheduler: Any, asleep: timedelta) -> float:
    """Return the seconds from letting go until the function is called."""
    if not hasattr(scheduler, "add_each_second"):
        raise books.LacksError("")
    books.begin(1)
    scheduler.open()
    scheduler.add_each_second(books.note, 0, datetime.now(UTC) - asleep)
    began = perf_counter()
    scheduler.go()
    books.wait()
    seconds = perf_counter() - began
    if hasattr(scheduler, "stood_for") and scheduler.stood_for() < asleep.total_seconds():
        raise books.DroppedWorkError(f"the run stands for {scheduler.stood_for():,} fire times, not for all of them")
    scheduler.close()
    return seconds
