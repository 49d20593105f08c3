"""A million jobs: added, idling, fired ten thousand a second, removed.

    python -m benchmarks.scale.many_jobs FOLDER memory|sqlite JOBS SECONDS

It prints one line of JSON, of words and figures.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time, sleep

from benchmarks.scale.figures import lateness_of, resident_bytes, shown
from tickwright import BackgroundScheduler, MemoryJobStore, SQLiteJobStore
from tickwright.jobstores.base import JobStore

PERIOD = 100
"""Seconds after which each job comes again."""
BATCH = 10_000
IDLE = 20
"""Seconds of idling that are looked at."""

calls = 0


def count() -> None:
    """Be the function of the jobs: all run in one process, and a lost update would be a missing run."""
    global calls
    calls += 1


def main() -> None:
    """Measure all four."""
    folder, kind, jobs, seconds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    store: JobStore = MemoryJobStore() if kind == "memory" else SQLiteJobStore(folder / "jobs.sqlite")
    scheduler = BackgroundScheduler(timezone="UTC", jobstores={"default": store})
    scheduler.start()
    found: dict[str, str] = {}

    before, began = resident_bytes(), perf_counter()
    # Late enough that none is due before all are there, and the idling is over.
    first = datetime.now(UTC) + timedelta(seconds=IDLE + 30 + jobs / 4_000)
    for batch in _batches(jobs, first):
        scheduler.add_jobs(batch)
    took = perf_counter() - began
    found["added with `add_jobs`"] = f"{jobs / took:,.0f} a second, {took / jobs * 1e6:.1f} µs each"
    if kind == "memory":
        found["memory"] = f"{(resident_bytes() - before) / jobs:.0f} bytes each"
    else:
        found["on disk"] = f"{sum(file.stat().st_size for file in folder.iterdir()) / jobs:.0f} bytes each"

    sleep(2)
    cpu = process_time()
    sleep(IDLE)
    found["idling"] = f"{(process_time() - cpu) * 60 / IDLE:.3f} s of CPU a minute"

    sleep(max(0.0, (first - datetime.now(UTC)).total_seconds()))
    found |= _fire(scheduler, first, jobs, seconds)

    began = perf_counter()
    removed = len(scheduler.remove_jobs(where=lambda job: True))
    took = perf_counter() - began
    assert removed == jobs == jobs + len(scheduler.get_jobs())
    found["removed with one `remove_jobs`"] = f"{took:.1f} s, {took / jobs * 1e6:.1f} µs each"
    scheduler.shutdown()
    print(json.dumps(found))


def _batches(jobs: int, first: datetime) -> Iterator[list[dict[str, object]]]:
    """Yield the arguments of the jobs; each second of the period has as many as the others."""
    for start in range(0, jobs, BATCH):
        yield [
            {
                "func": count,
                "trigger": "interval",
                "seconds": PERIOD,
                "start_date": first + timedelta(seconds=PERIOD * number / jobs),
            }
            for number in range(start, min(start + BATCH, jobs))
        ]


def _fire(scheduler: BackgroundScheduler, first: datetime, jobs: int, seconds: int) -> dict[str, str]:
    """Let the jobs run for so many seconds, and as long as it takes to catch up; return how that went."""
    late: list[float] = []
    cpu, began = process_time(), perf_counter()
    until = first + timedelta(seconds=seconds)
    while datetime.now(UTC) < until:
        sleep(1)
        late += [run.lateness.total_seconds() for run in scheduler.get_runs(limit=200)]
    scheduler.pause()
    done_at = datetime.now(UTC)
    cpu, while_firing = process_time() - cpu, calls
    while scheduler.get_runs(status="scheduled", limit=1) or scheduler.get_runs(status="running", limit=1):
        sleep(0.01)
    took = perf_counter() - began
    runs = calls
    # A fire time that has come has been run, or is still due: the next of each job says which.
    behind = sum(1 for job in scheduler.get_jobs() if job.next_run_time and job.next_run_time <= done_at)
    expected = int(((done_at - first).total_seconds()) * jobs / PERIOD)
    assert abs(runs + behind - expected) <= max(2 * PERIOD, jobs // 1_000), (runs, behind, expected)
    return {
        "fired": f"{runs:,} runs, {runs / took:,.0f} a second",
        "due and not taken at the end": f"{behind:,}",
        "CPU": f"{cpu / while_firing * 1e6:.0f} µs a run",
        "lateness": shown(lateness_of(late)),
    }


if __name__ == "__main__":
    main()
