"""H: how long each of many coroutine jobs takes that are due at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from benchmarks.speed import books
from benchmarks.speed.names import APSCHEDULER_3
from benchmarks.speed.reach import AsGoodAs
from benchmarks.speed.row import MICROS, Row

TITLE = "H: coroutine jobs due at once"


def cases(quick: bool) -> list[dict[str, Any]]:
    """Return a case for schedulers in an event loop, and one for a loop to each job."""
    count = 2_000 if quick else 10_000
    return [
        {"count": count, "needs": "in_event_loop", "keys": ["loop"], "seconds": 120},
        {"count": count, "needs": "in_threads_with_loops", "keys": ["threads"], "seconds": 120},
    ]


def rows(quick: bool) -> list[Row]:
    """Return a row for each case."""
    count = 2_000 if quick else 10_000
    return [
        Row(
            key="loop",
            label=f"{count:,} in one event loop, each",
            unit=MICROS,
            reach=(AsGoodAs(3, APSCHEDULER_3),),
        ),
        Row(key="threads", label=f"{count:,} in 10 threads, a loop for each", unit=MICROS),
    ]


def measure(adapter: Any, case: dict[str, Any]) -> dict[str, float]:
    """Have many jobs fall due before anything is taken, and let go."""
    count = case["count"]
    books.begin(count)
    if case["needs"] == "in_event_loop":
        found = {"loop": asyncio.run(_in_event_loop(adapter.in_event_loop(), count)) / count}
    else:
        found = {"threads": _in_threads(adapter.in_threads_with_loops(10, count), count) / count}
    books.check(range(count))
    return found


async def _in_event_loop(scheduler: Any, count: int) -> float:
    await scheduler.open()
    due = datetime.now(UTC)
    for number in range(count):
        await scheduler.add_once(books.note_in_loop, number, due)
    began = perf_counter()
    await scheduler.go()
    while not books.is_full():
        await asyncio.sleep(0.0005)
    seconds = perf_counter() - began
    await scheduler.close()
    return seconds


def _in_threads(scheduler: Any, count: int) -> float:
    scheduler.open()
    due = datetime.now(UTC)
    for number in range(count):
        scheduler.add_once(books.note_in_loop, number, due)
    began = perf_counter()
    scheduler.go()
    books.wait()
    scheduler.wait_for_record(count)
    seconds = perf_counter() - began
    scheduler.check_record(count)
    scheduler.close()
    return seconds
