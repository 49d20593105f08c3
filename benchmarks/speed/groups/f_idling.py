"""F: what a scheduler costs that does nothing, and its import."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from statistics import median
from time import process_time, sleep
from typing import Any

from benchmarks.speed import books
from benchmarks.speed.reach import AtMost
from benchmarks.speed.row import COUNT, MEBIBYTES, MILLIS, Row, Unit

TITLE = "F: idling and importing"
JOBS = 10_000
IMPORTS = 5
CPU_A_MINUTE = Unit(name="s a minute")

IMPORTING = """
import sys, json
from time import process_time
def pages():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1])
modules, memory, began = len(sys.modules), pages(), process_time()
{statement}
print(json.dumps([process_time() - began, len(sys.modules) - modules, (pages() - memory) * 4096]))
"""


def cases(quick: bool) -> list[dict[str, Any]]:
    """Return one case for each."""
    return [
        {"needs": "in_memory", "keys": ["idle"], "for": 3 if quick else 20, "seconds": 120},
        {"needs": "IMPORT", "keys": ["import", "modules", "memory"], "seconds": 60},
    ]


def rows(quick: bool) -> list[Row]:
    """Return a row for each figure."""
    return [
        Row(key="idle", label=f"CPU with {JOBS:,} jobs, none due", unit=CPU_A_MINUTE, reach=(AtMost(0.02),)),
        Row(key="import", label="CPU for the import", unit=MILLIS, reach=(AtMost(40),)),
        Row(key="modules", label="modules it loads", unit=COUNT),
        Row(key="memory", label="memory for the import", unit=MEBIBYTES),
    ]


def measure(adapter: Any, case: dict[str, Any]) -> dict[str, float]:
    """Measure one of them."""
    return _import(adapter.IMPORT) if case["needs"] == "IMPORT" else _idle(adapter, case["for"])


def _idle(adapter: Any, seconds: float) -> dict[str, float]:
    """Let time pass with many jobs, none of which is due."""
    scheduler = adapter.in_memory(10, 0)
    if not hasattr(scheduler, "add_hourly"):
        raise books.LacksError("")
    scheduler.open()
    scheduler.go()
    first = datetime.now(UTC) + timedelta(hours=1)
    for number in range(JOBS):
        scheduler.add_hourly(books.note, number, first + timedelta(seconds=number))
    sleep(1)
    began = process_time()
    sleep(seconds)
    used = process_time() - began
    scheduler.close()
    return {"idle": used * 60 / seconds}


def _import(statement: str) -> dict[str, float]:
    """Run the statement in processes in which nothing else has been imported; the first makes the bytecode."""
    command = [sys.executable, "-c", IMPORTING.format(statement=statement)]
    found = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(IMPORTS + 1)]
    seconds, modules, memory = (median(values) for values in zip(*found[1:], strict=True))
    return {"import": seconds, "modules": modules, "memory": memory}
