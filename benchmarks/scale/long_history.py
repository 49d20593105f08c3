"""A thousand jobs a second beside a history that is long already, and while retention shortens it.

    python -m benchmarks.scale.long_history FOLDER RUNS SECONDS

It prints one line of JSON, of words and figures.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time, sleep

from benchmarks.scale.figures import lateness_of, shown
from tickwright import BackgroundScheduler, SQLiteJobStore

JOBS = 1_000
LET_GO = 10
"""The part of the history that retention lets go: one of so many."""

FILL = """
    WITH RECURSIVE up (value) AS (SELECT ? UNION ALL SELECT value + 1 FROM up WHERE value + 1 < ?)
    INSERT INTO runs (
        id, owner, job_id, fire_time, due_at, lateness, attempt, coalesced, executor, host, status,
        started_at, finished_at, ended
    )
    SELECT
        'old-' || value, 'old', 'job-' || (value % 1000), at, at, 100, 1, 1, 'default', 'host', 'succeeded',
        at + 100, at + 200, at + 200
    FROM (SELECT value, 1700000000000000 + value AS at FROM up)
"""


def nothing() -> None:
    """Be the function of the jobs."""


def main() -> None:
    """Measure with a history of so many runs that is kept, and then with a tenth of it to let go."""
    file, runs, seconds = Path(sys.argv[1]) / "jobs.sqlite", int(sys.argv[2]), int(sys.argv[3])
    found = {}
    scheduler = _scheduler(file, None)
    scheduler.start(paused=True)
    scheduler.add_jobs(
        [{"func": nothing, "trigger": "interval", "seconds": 1, "id": f"job-{number}"} for number in range(JOBS)]
    )
    scheduler.shutdown()
    _fill(file, runs)
    found["kept"] = _work(_scheduler(file, None), seconds)
    if runs:
        with closing(sqlite3.connect(file)) as sql:
            before = sql.execute("SELECT count(*) FROM runs").fetchone()[0]
        found["while a tenth is let go"] = _work(_scheduler(file, before - runs // LET_GO), seconds)
        with closing(sqlite3.connect(file)) as sql:
            after = sql.execute("SELECT count(*) FROM runs").fetchone()[0]
        found["let go meanwhile"] = f"{before - after + JOBS * seconds:,} runs"
    print(json.dumps(found))


def _scheduler(file: Path, keep_runs: int | None) -> BackgroundScheduler:
    return BackgroundScheduler(timezone="UTC", jobstores={"default": SQLiteJobStore(file, keep_runs=keep_runs)})


def _fill(file: Path, runs: int) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as sql:
        sql.execute("PRAGMA synchronous = OFF")
        sql.execute("PRAGMA cache_size = -500000")
        for start in range(0, runs, 500_000):
            sql.execute(FILL, (start, min(start + 500_000, runs)))
        sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _work(scheduler: BackgroundScheduler, seconds: int) -> str:
    began = perf_counter()
    scheduler.start()
    started = perf_counter() - began
    sleep(2)  # what had come while it was down is over
    cpu, late = process_time(), []
    begins = datetime.now(UTC)
    for _ in range(seconds):
        sleep(1)
        late += [run.lateness.total_seconds() for run in scheduler.get_runs(limit=100)]
    took = process_time() - cpu
    fired = sum(run.fire_time >= begins for run in scheduler.get_runs(limit=2 * JOBS * seconds))
    assert fired >= JOBS * (seconds - 2), f"{fired} runs in {seconds} seconds"
    scheduler.shutdown()
    return (
        f"start {started * 1e3:.0f} ms; {took / fired * 1e6:.0f} µs of CPU a run; lateness {shown(lateness_of(late))}"
    )


if __name__ == "__main__":
    main()
