"""The scheduler of the service, in a module of its own, where a job that needs it finds it."""

from __future__ import annotations

from pathlib import Path

from tickwright import BackgroundScheduler
from tickwright.executors.pool import ProcessPoolExecutor
from tickwright.jobstores.sqlite import SQLiteJobStore

scheduler = BackgroundScheduler(executors={"processes": ProcessPoolExecutor(max_workers=2)})


def keep_jobs_in(data: Path) -> None:
    """Have the scheduler keep jobs and history in a SQLite file in this folder."""
    scheduler.add_jobstore(SQLiteJobStore(data / "tickwright.sqlite", keep_runs=2_000))
