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
    rows = jobs.due_jobs(sql, now, limit, executors)
    unsettled = runs.unsettled_of(sql, [row.id for row in rows])
    return [(row, unsettled.get(row.id, [])) for row in rows]


def standing_rows(sql: sqlite3.Connection, job_ids: tuple[str, ...]) -> list[tuple[str, Schedule, list[Row]]]:
    """Return the schedules of those jobs that are there, each with its unsettled runs, as they stand at one moment."""
    schedules = jobs.read_schedules(sql, job_ids)
    unsettled = runs.unsettled_of(sql, schedules)
    return [(job_id, schedule, unsettled.get(job_id, [])) for job_id, schedule in schedules.items()]
