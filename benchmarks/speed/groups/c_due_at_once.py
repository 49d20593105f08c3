"""C: how long each of many jobs takes that are due at once, until all of them have run and are on record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

from benchmarks.speed import books
from benchmarks.speed.names import APSCHEDULER_3, SUBMIT
from benchmarks.speed.reach import AsGoodAs, Flat
from benchmarks.speed.row import MICROS, Row

TITLE = "C: jobs due at once, 10 threads"
COUNTS, QUICK_COUNTS = (1_000, 10_000, 100_000), (1_000, 10_000)
THREADS = 10
SECONDS_TO_ADD = 200e-6
WARMING_UP = 50


def cases(quick: bool) -> list[dict[str, Any]]:
    """Return a case for each number of jobs, and one for jobs that go on; those must be waited for, and take long."""
    counts = QUICK_COUNTS if quick else COUNTS
    wanted = [(count, "once") for count in counts] + ([] if quick else [(counts[-1], "hourly")])
    return [
        {"count": count, "kind": kind, "needs": needs, "keys": [f"{count} {kind}"], "seconds": 120}
        for count, kind in wanted
        for needs in ("in_memory", "submits_in_memory")
        if (needs, kind) != ("submits_in_memory", "hourly")
    ]


def rows(quick: bool) -> list[Row]:
    """Return a row for each case."""
    counts = QUICK_COUNTS if quick else COUNTS
    few, most = counts[0], counts[-1]
    reach = (AsGoodAs(1, SUBMIT),)
    found = [
        Row(key=f"{count} once", label=f"{count:,} one-shot jobs, each", unit=MICROS, reach=reach)
        for count in counts[:-1]
    ]
    reach_all = (AsGoodAs(10, APSCHEDULER_3), *reach, Flat(1.5, f"{few} once", f"that of {few:,}"))
    found.append(Row(key=f"{most} once", label=f"{most:,} one-shot jobs, each", unit=MICROS, reach=reach_all))
    if not quick:
        label = f"{most:,} jobs with an interval, each"
        found.append(Row(key=f"{most} hourly", label=label, unit=MICROS, reach=(AsGoodAs(10, APSCHEDULER_3),)))
    return found


def measure(adapter: Any, case: dict[str, Any]) -> dict[str, float]:
    """Have many jobs fall due before anything is taken, and let go."""
    count, kind = case["count"], case["kind"]
    make = getattr(adapter, case["needs"])
    _seconds(make(THREADS, WARMING_UP), WARMING_UP, kind)  # what a library imports when it first needs it
    return {f"{count} {kind}": _seconds(make(THREADS, count), count, kind) / count}


def _seconds(scheduler: Any, count: int, kind: str) -> float:
    """Return the seconds from letting go until all have run and are on record."""
    if not hasattr(scheduler, f"add_{kind}"):
        raise books.LacksError("")
    add = getattr(scheduler, f"add_{kind}")
    books.begin(count)
    scheduler.open()
    # An interval that began in the past would be due in an hour: these are added before their first time comes.
    due = datetime.now(UTC) + timedelta(seconds=0 if kind == "once" else 1 + count * SECONDS_TO_ADD)
    for number in range(count):
        add(books.note, number, due)
    if kind != "once" and datetime.now(UTC) >= due:
        raise books.LacksError("too slow to add them in time")
    books.sleep_until(due)
    began = perf_counter()
    scheduler.go()
    books.wait()
    if hasattr(scheduler, "wait_for_record"):
        scheduler.wait_for_record(count)
    seconds = perf_counter() - began
    books.check(range(count))
    if hasattr(scheduler, "check_record"):
        scheduler.check_record(count)
    scheduler.close()
    return seconds
