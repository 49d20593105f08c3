"""E: what jobs in an SQLite file cost: running them, adding them, starting with many, and room on the disk."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from benchmarks.speed import books
from benchmarks.speed.names import APSCHEDULER_3
from benchmarks.speed.reach import AsGoodAs, AtLeast, AtMost, NearLimit
from benchmarks.speed.row import BYTES, MILLIS, PER_SECOND, Row

TITLE = "E: SQLite, the defaults of each"
MODES = ("default", "NORMAL")
STORED, QUICK_STORED = 100_000, 10_000
LOOKS = 200


def cases(quick: bool) -> list[dict[str, Any]]:
    """Return a case for running, adding and starting, the first two in both modes."""
    runs, adds = (1_000, 100) if quick else (10_000, 500)
    found: list[dict[str, Any]] = []
    for mode in MODES:
        found.append({"what": "run", "mode": mode, "count": runs})
        found.append({"what": "add", "mode": mode, "count": adds})
    found.append({"what": "add_many", "mode": "default", "count": runs})
    stored = QUICK_STORED if quick else STORED
    found.append({"what": "start", "mode": "default", "count": stored, "needs": "fill"})
    return [{"needs": "in_sqlite", "keys": _keys(case["what"], case["mode"]), "seconds": 180} | case for case in found]


def _keys(what: str, mode: str) -> list[str]:
    return ["start", "due", "disk"] if what == "start" else [f"{what} {mode}"]


def rows(quick: bool) -> list[Row]:
    """Return a row for each figure."""
    stored = QUICK_STORED if quick else STORED
    return [
        Row(
            key="run default",
            label="jobs run, durably and on record",
            unit=PER_SECOND,
            reach=(AsGoodAs(100, APSCHEDULER_3),),
        ),
        Row(key="run NORMAL", label="the same with `synchronous=NORMAL`", unit=PER_SECOND),
        Row(key="add default", label="`add_job`, one by one", unit=PER_SECOND, reach=(NearLimit(0.8),)),
        Row(key="add NORMAL", label="the same with `synchronous=NORMAL`", unit=PER_SECOND, reach=(NearLimit(0.8),)),
        Row(key="add_many default", label="`add_jobs`", unit=PER_SECOND, reach=(AtLeast(20_000),)),
        Row(key="start", label=f"start with {stored:,} jobs stored", unit=MILLIS, reach=(AtMost(50),)),
        Row(key="due", label=f"find the one that is due of {stored:,}", unit=MILLIS, reach=(AtMost(0.1),)),
        Row(key="disk", label="disk for a job", unit=BYTES, reach=(AtMost(250),)),
    ]


def measure(adapter: Any, case: dict[str, Any]) -> dict[str, float]:
    """Measure one of them in a folder of its own."""
    measures: dict[str, Callable[..., dict[str, float]]] = {
        "run": _run,
        "add": _add,
        "add_many": _add_many,
        "start": _start,
    }
    with TemporaryDirectory(dir=case["folder"]) as folder:
        return measures[case["what"]](adapter, str(Path(folder) / "jobs.sqlite"), case["mode"], case)


def _run(adapter: Any, path: str, mode: str, case: dict[str, Any]) -> dict[str, float]:
    """Have jobs fall due before anything is taken, and let go."""
    count = min(case["count"], getattr(adapter, "MOST_DURABLE", case["count"]))
    books.begin(count)
    scheduler = adapter.in_sqlite(path, mode, count)
    scheduler.open()
    due = datetime.now(UTC)
    for number in range(count):
        scheduler.add_once(books.note, number, due)
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
    return {f"run {mode}": count / seconds}


def _add(adapter: Any, path: str, mode: str, case: dict[str, Any]) -> dict[str, float]:
    """Add jobs for tomorrow."""
    count = min(case["count"], getattr(adapter, "MOST_DURABLE", case["count"]))
    scheduler = adapter.in_sqlite(path, mode, 0)
    scheduler.open()
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    began = perf_counter()
    for number in range(count):
        scheduler.add_once(books.note, number, tomorrow)
    seconds = perf_counter() - began
    scheduler.close()
    return {f"add {mode}": count / seconds}


def _add_many(adapter: Any, path: str, mode: str, case: dict[str, Any]) -> dict[str, float]:
    """Add jobs for tomorrow in one call."""
    scheduler = adapter.in_sqlite(path, mode, 0)
    if not hasattr(scheduler, "add_many"):
        raise books.LacksError("")
    scheduler.open()
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    began = perf_counter()
    try:
        scheduler.add_many(books.note, range(case["count"]), tomorrow)
        return {f"add_many {mode}": case["count"] / (perf_counter() - began)}
    finally:
        scheduler.close()


def _start(adapter: Any, path: str, mode: str, case: dict[str, Any]) -> dict[str, float]:
    """Start with a full file, ask the store what is due, run it, and look how large the file is."""
    now = datetime.now(UTC)
    count = case["count"]
    _filled(adapter, path, case, now)
    disk = sum(file.stat().st_size for file in Path(path).parent.glob("jobs.sqlite*")) / count
    books.begin(1)
    scheduler = adapter.in_sqlite(path, mode, 0)
    gc.collect()
    began = perf_counter()
    scheduler.open()
    start = perf_counter() - began
    looks = []
    for _ in range(LOOKS):
        began = perf_counter()
        found = scheduler.due(now)
        looks.append(perf_counter() - began)
        if len(found) != 1:
            raise books.DroppedWorkError(f"{len(found)} jobs were found due, and one is")
    scheduler.go()
    books.wait()
    books.check([0])
    scheduler.close()
    return {"start": start, "due": median(looks), "disk": disk}


def _filled(adapter: Any, path: str, case: dict[str, Any], now: datetime) -> None:
    """Have a full file at the path: filled in the first round, and a copy of that in the next ones."""
    kept = Path(case["folder"]) / f"{adapter.__name__}.sqlite"
    if not kept.exists():
        adapter.fill(path, case["count"], now + timedelta(days=1), now - timedelta(seconds=1))
        shutil.copyfile(path, kept)
    else:
        shutil.copyfile(kept, path)
