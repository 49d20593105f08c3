"""How jobs stand: their rows or schedules with their unsettled runs, as they are at one moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from tickwright.jobstores.sqlite import jobs, runs
from tickwright.jobstores.sqlite.job_row import JobRow
from tickwright.jobstores.sqlite.run_row import Row
from tickwright.stored_job import Schedule

__all__ = ["due_rows", "standing_rows"]


def due_rows(
    sql: sqlite3.Connection, now: int, limit: int, executors: Collection[str] | None
) -> list[tuple[JobRow, list[Row]]]:
    """Return due jobs, each with its unsettled runs, as they stand at one moment."""
    return [(row, runs.unsettled_of(sql, row.id)) for row in jobs.due_jobs(sql, now, limit, executors)]


def standing_rows(sql: sqlite3.Connection, job_ids: tuple[str, ...]) -> list[tuple[str, Schedule, list[Row]]]:
    """Return the schedules of those jobs that are there, each with its unsettled runs, as they stand at one moment."""
    return [
        (job_id, schedule, runs.unsettled_of(sql, job_id))
        for job_id in job_ids
        if (schedule := jobs.read_schedule(sql, job_id)) is not None
    ]
