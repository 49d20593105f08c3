"""D: how late a job's function starts, when the scheduler has nothing else to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import quantiles
from typing import Any

from benchmarks.speed import books
from benchmarks.speed.reach import NearLimit
from benchmarks.speed.row import MICROS, Row

TITLE = "D: from the scheduled time to the function"
GAP = timedelta(milliseconds=25)


def cases(quick: bool) -> list[dict[str, Any]]:
    """Return the one case."""
    return [{"count": 80 if quick else 400, "needs": "in_memory", "keys": ["p50", "p99"], "seconds": 120}]


def rows(quick: bool) -> list[Row]:
    """Return the median, and what one of a hundred exceeds."""
    return [
        Row(key="p50", label="half of them within", unit=MICROS, reach=(NearLimit(1.2),)),
        Row(key="p99", label="99 of 100 within", unit=MICROS),
    ]


def measure(adapter: Any, case: dict[str, Any]) -> dict[str, float]:
    """Have one job after the other fall due."""
    count = case["count"]
    books.begin(count)
    scheduler = adapter.in_memory(10, count)
    scheduler.open()
    scheduler.go()
    first = datetime.now(UTC) + timedelta(seconds=1.5)
    due = [first + number * GAP for number in range(count)]
    for number, when in enumerate(due):
        scheduler.add_once(books.note_time, number, when)
    books.wait()
    books.check(range(count))
    if hasattr(scheduler, "check_record"):
        scheduler.wait_for_record(count)
        scheduler.check_record(count)
    scheduler.close()
    late = [books.noted_times()[number] - when.timestamp() for number, when in enumerate(due)]
    hundredths = quantiles(late, n=100)
    return {"p50": hundredths[49], "p99": hundredths[98]}
