"""B: how long adding a job to a running scheduler takes, and how much memory the job."""

from __future__ import annotations

import gc
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

from benchmarks.speed import books
from benchmarks.speed.names import APSCHEDULER_3
from benchmarks.speed.reach import AsGoodAs, AtMost, Flat
from benchmarks.speed.row import BYTES, MICROS, Row

TITLE = "B: adding jobs, in memory"
COUNTS, QUICK_COUNTS = (1_000, 10_000, 100_000, 1_000_000), (1_000, 20_000)
FEWEST_FOR_MEMORY = 10_000
"""With fewer, what the scheduler itself has is more than its jobs."""


def counts(quick: bool) -> tuple[int, ...]:
    """Return how many jobs are added."""
    return QUICK_COUNTS if quick else COUNTS


def cases(quick: bool) -> list[dict[str, Any]]:
    """Return a case for each number of jobs."""
    found = [case for count in counts(quick) for case in _cases(count)]
    for count in counts(quick)[1:-1] or counts(quick)[-1:]:
        key = f"add_many {count}"
        found.append({"count": count, "keys": [key], "seconds": 240, "needs": "in_memory", "in_one_call": True})
    return found


def _cases(count: int) -> list[dict[str, Any]]:
    keys = [f"{what} {count}" for what in ("add", "first", "last", "memory")]
    case: dict[str, Any] = {"count": count, "keys": keys, "seconds": 240}
    if count == COUNTS[-1]:
        case["rounds"] = 1
    return [case | {"needs": needs} for needs in ("in_memory", "adds_in_memory")]


def rows(quick: bool) -> list[Row]:
    """Return the rows of each number of jobs."""
    found = []
    for count in counts(quick):
        found.append(
            Row(
                key=f"add {count}",
                label=f"`add_job`, {count:,} jobs",
                unit=MICROS,
                reach=(AsGoodAs(6, APSCHEDULER_3),),
            )
        )
    most = counts(quick)[-1]
    found.append(Row(key=f"first {most}", label=f"the first tenth of {most:,}", unit=MICROS))
    flat = Flat(1.5, f"first {most}", "first tenth")
    found.append(Row(key=f"last {most}", label=f"the last tenth of {most:,}", unit=MICROS, reach=(flat,)))
    for count in counts(quick)[1:-1] or counts(quick)[-1:]:
        found.append(Row(key=f"add_many {count}", label=f"`add_jobs` of {count:,}, each", unit=MICROS))
    for count in counts(quick):
        if count >= FEWEST_FOR_MEMORY:
            label = f"memory for a job of {count:,}"
            found.append(Row(key=f"memory {count}", label=label, unit=BYTES, reach=(AtMost(600),)))
    return found


def measure(adapter: Any, case: dict[str, Any]) -> dict[str, float]:
    """Add jobs that are due between one and three hours from now, in no order; or for tomorrow, in one call."""
    count: int = case["count"]
    if case.get("in_one_call"):
        return _measure_one_call(adapter, count)
    scheduler = getattr(adapter, case["needs"])(10, 0)
    scheduler.open()
    scheduler.go()
    # A job that goes on, or where the library has only such, one that comes once.
    add = getattr(scheduler, "add_hourly", None) or scheduler.add_once
    first = datetime.now(UTC) + timedelta(hours=1)
    # Made one by one, so that the memory they take is not there before.
    random = Random(7)
    gc.collect()
    before = _resident_bytes()
    tenths = []
    for tenth in range(10):
        numbers = range(tenth * count // 10, (tenth + 1) * count // 10)
        began = perf_counter()
        for number in numbers:
            add(books.note, number, first + timedelta(microseconds=random.randrange(7_200_000_000)))
        tenths.append((perf_counter() - began) / len(numbers))
    memory = (_resident_bytes() - before) / count
    # Nothing is to run here; the process ends without tidying up a million jobs.
    found = {f"add {count}": sum(tenths) / 10, f"first {count}": tenths[0], f"last {count}": tenths[-1]}
    return found | ({f"memory {count}": memory} if count >= FEWEST_FOR_MEMORY else {})


def _measure_one_call(adapter: Any, count: int) -> dict[str, float]:
    scheduler = adapter.in_memory(10, 0)
    if not hasattr(scheduler, "add_many"):
        raise books.LacksError("")
    scheduler.open()
    scheduler.go()
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    began = perf_counter()
    scheduler.add_many(books.note, range(count), tomorrow)
    return {f"add_many {count}": (perf_counter() - began) / count}


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
