"""The board: how each job stands at this moment, asked of the scheduler."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tickwright import BackgroundScheduler, Job, Run, RunStatus

from .progress import how_far
from .timetable import JOBS
from .wording import span


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How one job stands."""

    job_id: str
    trigger: str
    next_run: str
    run: Run | None
    """The run in flight, or else the last one on record."""
    part: float | None = None
    """How far the run in flight has come, between 0 and 1, where it says so."""


def rows_of(scheduler: BackgroundScheduler, data: Path, now: datetime) -> Iterator[Row]:
    """Go through all jobs, also those that are finished and live on in the history only."""
    in_flight = {run.job_id: run for run in runs_in_flight(scheduler)}
    for job_id in JOBS:
        job = scheduler.get_job(job_id)
        run = in_flight.get(job_id) or next(iter(scheduler.get_runs(job_id, limit=1)), None)
        yield Row(
            job_id=job_id,
            trigger=str(job.trigger) if job else "once",
            next_run=_next_run(job, now, is_running=job_id in in_flight),
            run=run,
            part=how_far(data, run) if run and not run.is_settled else None,
        )


def runs_in_flight(scheduler: BackgroundScheduler) -> list[Run]:
    """Return the runs that have not ended."""
    return scheduler.get_runs(status=RunStatus.RUNNING) + scheduler.get_runs(status=RunStatus.SCHEDULED)


def _next_run(job: Job | None, now: datetime, *, is_running: bool) -> str:
    if job is None:
        return "done"
    next_run_time = job.next_run_time
    if next_run_time is None:
        return "-"
    seconds = round((next_run_time - now).total_seconds())
    if seconds <= 0:
        return "waits" if is_running else "now"
    return f"in {seconds} s" if seconds < 60 else f"in {span(timedelta(seconds=seconds))}"
