"""Jobs in SQL: what firing changes in the table `jobs`, what the user changes in `bodies`."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import Any

from tickwright.errors import UnreadableJobError
from tickwright.jobstores.sqlite.among import rows_among
from tickwright.jobstores.sqlite.instants import EARLIEST, LATEST, micros_of
from tickwright.jobstores.sqlite.job_row import JobRow, schedule_of
from tickwright.jobstores.sqlite.troubles import is_damage
from tickwright.stored_job import Schedule, StoredJob

__all__ = [
    "INSERT",
    "INSERT_BODY",
    "add_job",
    "all_jobs",
    "aside_jobs",
    "columns_of",
    "due_jobs",
    "find_job",
    "find_jobs",
    "first_jobs",
    "illegible_jobs",
    "next_run_time",
    "read_schedules",
    "remove_all_jobs",
    "remove_job",
    "replace_job",
    "row_of",
]


# -- reading ---------------------------------------------------------------------------------------

COLUMNS = "key, id, executor, next_fire_time, next_run_time, paused, version"

SCHEDULES = "SELECT id, next_fire_time, next_run_time, paused, version FROM jobs WHERE id IN"

FIND = "WHERE id = ?"

ALL = "ORDER BY next_run_time IS NULL, next_run_time, id"

FIRST = "ORDER BY key LIMIT ?"

ASIDE = "WHERE key IN (SELECT key FROM temp.aside)"

# The jobs set aside are passed over as long as they have the body that could not be loaded.
DUE = """
    WHERE executor = ? AND next_run_time <= ?
        AND NOT EXISTS (SELECT 1 FROM temp.aside WHERE aside.key = jobs.key AND aside.body IS bodies.body)
    ORDER BY next_run_time LIMIT ?
"""

NEXT = """
    SELECT next_run_time
    FROM jobs
    WHERE executor = ? AND next_run_time BETWEEN ? AND ? AND typeof(next_run_time) = 'integer'
        AND NOT EXISTS (
            SELECT 1 FROM temp.aside LEFT JOIN bodies USING (key)
            WHERE aside.key = jobs.key AND aside.body IS bodies.body
        )
    ORDER BY next_run_time LIMIT 1
"""

# The same without a look at the bodies, for a file in which some of these are damaged.
DUE_ALONE = """
    WHERE executor = ? AND next_run_time <= ? AND key NOT IN (SELECT key FROM temp.aside)
    ORDER BY next_run_time LIMIT ?
"""

NEXT_ALONE = """
    SELECT next_run_time
    FROM jobs
    WHERE executor = ? AND next_run_time BETWEEN ? AND ? AND typeof(next_run_time) = 'integer'
        AND key NOT IN (SELECT key FROM temp.aside)
    ORDER BY next_run_time LIMIT 1
"""

# Text and blobs come after all numbers, and blobs after all text: both are found at the ends of the index.
ILLEGIBLE_TIME = "WHERE executor = ? AND next_run_time > ?"

ILLEGIBLE_EXECUTOR = "WHERE executor >= x'' AND next_run_time IS NOT NULL"

# From the name of each executor to the next one by the index: as many steps as there are executors.
EXECUTORS = """
    WITH RECURSIVE names (name) AS (
        SELECT min(executor) FROM jobs WHERE next_run_time IS NOT NULL
        UNION ALL
        SELECT (SELECT min(executor) FROM jobs WHERE next_run_time IS NOT NULL AND executor > name)
        FROM names WHERE name IS NOT NULL
    )
    SELECT name FROM names WHERE name IS NOT NULL
"""


def find_job(sql: sqlite3.Connection, job_id: str) -> JobRow | None:
    """Return the job's row, or None."""
    found = _rows(sql, FIND, (job_id,))
    return found[0] if found else None


def find_jobs(sql: sqlite3.Connection, job_ids: Sequence[str]) -> list[JobRow]:
    """Return the rows of those of these jobs that are there, in no order."""
    statement = f"SELECT {COLUMNS}, body FROM jobs LEFT JOIN bodies USING (key) WHERE id IN"  # noqa: S608 - all of it constant
    try:
        return list(map(JobRow._make, rows_among(sql, statement, job_ids)))
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
    return [row for job_id in job_ids if (row := find_job(sql, job_id)) is not None]


def first_jobs(sql: sqlite3.Connection, limit: int) -> list[JobRow]:
    """Return so many rows, those added first in front."""
    return _rows(sql, FIRST, (limit,))


def all_jobs(sql: sqlite3.Connection) -> list[JobRow]:
    """Return all rows by `next_run_time`, those without one at the end, then by id."""
    return _rows(sql, ALL)


def aside_jobs(sql: sqlite3.Connection) -> list[JobRow]:
    """Return the rows of the jobs on the list of those set aside, as they are stored now."""
    return _rows(sql, ASIDE)


def due_jobs(sql: sqlite3.Connection, now: int, limit: int, executors: Collection[str] | None = None) -> list[JobRow]:
    """Return at most `limit` rows (-1: all) with `next_run_time <= now`, those due first in front.

    Those set aside are passed over. Of jobs due at the same moment, those added first come first.
    """
    queues = [_rows(sql, DUE, (executor, now, limit), DUE_ALONE) for executor in _executors(sql, executors)]
    first = queues[0] if len(queues) == 1 else merge(*queues, key=attrgetter("next_run_time"))
    return list(first if limit < 0 else islice(first, limit))


def illegible_jobs(sql: sqlite3.Connection, executors: Collection[str] | None = None) -> list[JobRow]:
    """Return the rows that are never due because their time, or their executor, is none."""
    late = [_rows(sql, ILLEGIBLE_TIME, (executor, LATEST)) for executor in _executors(sql, executors)]
    return sum(late, _rows(sql, ILLEGIBLE_EXECUTOR))


def next_run_time(sql: sqlite3.Connection, executors: Collection[str] | None = None) -> int | None:
    """Return the earliest `next_run_time` of the jobs that are not set aside, or None."""
    firsts = (_first(sql, (name, EARLIEST, LATEST)) for name in _executors(sql, executors))
    return min((first[0] for first in firsts if first is not None), default=None)


def read_schedules(sql: sqlite3.Connection, job_ids: Iterable[str]) -> dict[str, Schedule]:
    """Return the schedules of jobs, without reading a body; not of those that are gone, or whose rows are damaged."""
    schedules = {}
    for columns in rows_among(sql, SCHEDULES, job_ids):
        with suppress(UnreadableJobError):
            schedules[columns[0]] = schedule_of(*columns)
    return schedules


def _rows(
    sql: sqlite3.Connection, which: str, values: tuple[object, ...] = (), which_alone: str | None = None
) -> list[JobRow]:
    """Return the rows of `jobs` that are asked for, with their bodies.

    Where a page of the bodies is damaged, SQLite reads none of them in one statement. Each is read by itself then, and
    those that cannot be are None: their jobs cannot be loaded, and all others go on.
    """
    statement = f"SELECT {COLUMNS}, body FROM jobs LEFT JOIN bodies USING (key) {which}"  # noqa: S608 - all of it constant
    try:
        return list(map(JobRow._make, sql.execute(statement, values)))
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
    statement = f"SELECT {COLUMNS} FROM jobs {which_alone or which}"  # noqa: S608 - all of it constant
    found = sql.execute(statement, values).fetchall()
    return [JobRow._make((*columns, _body_of(sql, columns[0]))) for columns in found]


def _body_of(sql: sqlite3.Connection, key: int) -> Any:
    try:
        found = sql.execute("SELECT body FROM bodies WHERE key = ?", (key,)).fetchone()
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return None
    return found and found[0]


def _first(sql: sqlite3.Connection, values: tuple[object, ...]) -> tuple[int] | None:
    try:
        found = sql.execute(NEXT, values).fetchone()
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        found = sql.execute(NEXT_ALONE, values).fetchone()
    first: tuple[int] | None = found
    return first


def _executors(sql: sqlite3.Connection, executors: Collection[str] | None) -> Collection[str]:
    return [name for (name,) in sql.execute(EXECUTORS)] if executors is None else set(executors)


# -- writing, within the caller's transaction -------------------------------------------------------


INSERT = (
    "INSERT INTO jobs (next_fire_time, next_run_time, paused, version, executor, id, key) VALUES (?, ?, ?, ?, ?, ?, ?)"
)

# A body without its job, as deleting rows by hand leaves behind, must not be in the way of a new job for ever.
INSERT_BODY = "INSERT OR REPLACE INTO bodies (key, body) VALUES (?, ?)"


def add_job(sql: sqlite3.Connection, job: StoredJob, body: bytes) -> None:
    """Insert a job. Raises `sqlite3.IntegrityError` where the id is taken."""
    added = sql.execute(INSERT, (*row_of(job), None))
    sql.execute(INSERT_BODY, (added.lastrowid, body))


def replace_job(sql: sqlite3.Connection, job: StoredJob, body: bytes, version: int | None = None) -> bool:
    """Replace a job, if it is there and, with `version`, if it stands at that one; return whether so."""
    updated = sql.execute(
        "UPDATE jobs SET next_fire_time = ?, next_run_time = ?, paused = ?, version = ?, executor = ?"
        " WHERE id = ? AND version = ifnull(?, version)",
        (*columns_of(job.schedule), job.executor, job.id, version),
    )
    if not updated.rowcount:
        return False
    sql.execute("INSERT OR REPLACE INTO bodies (key, body) SELECT key, ? FROM jobs WHERE id = ?", (body, job.id))
    return True


def remove_job(sql: sqlite3.Connection, job_id: str) -> bool:
    """Delete a job, if it is there; return whether so."""
    sql.execute("DELETE FROM bodies WHERE key = (SELECT key FROM jobs WHERE id = ?)", (job_id,))
    return sql.execute("DELETE FROM jobs WHERE id = ?", (job_id,)).rowcount > 0


def remove_all_jobs(sql: sqlite3.Connection) -> None:
    """Delete all jobs."""
    sql.execute("DELETE FROM jobs")
    sql.execute("DELETE FROM bodies")


def row_of(job: StoredJob) -> tuple[int | None, int | None, int, int, str, str]:
    """Return what `INSERT` takes of a job, before the key."""
    return *columns_of(job.schedule), job.executor, job.id


def columns_of(schedule: Schedule) -> tuple[int | None, int | None, int, int]:
    """Return what firing changes, as the columns before `executor`."""
    return (
        micros_of(schedule.next_fire_time),
        micros_of(schedule.next_run_time),
        int(schedule.paused),
        schedule.version,
    )
