"""G: how long each of many jobs takes that are due at once, in worker processes that are there already."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.speed import books
from benchmarks.speed.reach import NearLimit
from benchmarks.speed.row import MICROS, Row

TITLE = "G: two worker processes, warm"
WORKERS = 2
SECONDS_TO_ADD = 2.0


def cases(quick: bool) -> list[dict[str, Any]]:
    """Return the one case."""
    return [{"count": 500 if quick else 5_000, "needs": "in_processes", "keys": ["each"], "seconds": 120}]


def rows(quick: bool) -> list[Row]:
    """Return the one row."""
    return [Row(key="each", label="jobs due at once, each", unit=MICROS, reach=(NearLimit(1.3),))]


def warm_up(number: int) -> None:
    """Take long enough that the other worker is started for the next."""
    time.sleep(1)
    books.note_in_file(number)


def measure(adapter: Any, case: dict[str, Any]) -> dict[str, float]:
    """Have the workers started, and then many jobs fall due."""
    count = case["count"]
    with TemporaryDirectory() as folder:
        path = str(Path(folder) / "books")
        books.begin_file(path)
        scheduler = adapter.in_processes(WORKERS, count)
        scheduler.open()
        scheduler.go()
        for number in range(WORKERS):
            scheduler.add_once(warm_up, count + number, datetime.now(UTC))
        books.wait_for_file(path, WORKERS)
        due = datetime.now(UTC) + timedelta(seconds=SECONDS_TO_ADD)
        for number in range(count):
            scheduler.add_once(books.note_in_file, number, due)
        if datetime.now(UTC) >= due:
            raise books.LacksError("too slow to add them in time")
        ran = books.wait_for_file(path, count + WORKERS)
        if hasattr(scheduler, "wait_for_record"):
            scheduler.wait_for_record(count)
        seconds = time.time() - due.timestamp()
        books.check(range(count + WORKERS), ran)
        if hasattr(scheduler, "check_record"):
            scheduler.check_record(count + WORKERS)
        scheduler.close()
    return {"each": seconds / count}
