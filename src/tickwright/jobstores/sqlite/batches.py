"""Many jobs in SQL, within one transaction: prepared once, and given to SQLite all together."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from tickwright.change import Change
from tickwright.jobstores.sqlite import jobs, runs
from tickwright.jobstores.sqlite.commits import commit_each
from tickwright.stored_job import StoredJob

__all__ = [
    "Refused",
    "Taken",
    "add_job",
    "add_jobs",
    "commit_all",
    "refuse_if_run",
    "remove_jobs",
    "replace_jobs",
]

LAST_KEY = 2**63 - 1

Packed = tuple[StoredJob, bytes]
"""A job and its body."""


class Refused(Exception):
    """A condition does not hold: nothing is to be written."""


class Taken(Exception):
    """The id that it is made with is taken."""


def add_job(sql: sqlite3.Connection, job: StoredJob, body: bytes) -> None:
    """Insert a job. Raises `Taken` where its id is."""
    try:
        jobs.add_job(sql, job, body)
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_CONSTRAINT_UNIQUE:
            raise
        raise Taken(job.id) from None


def add_jobs(sql: sqlite3.Connection, new: Sequence[Packed]) -> None:
    """Insert jobs. Raises `Taken` where an id is taken."""
    # The keys that SQLite would choose; told beforehand, a job and its body need not wait for each other.
    (last,) = sql.execute("SELECT ifnull(max(key), 0) FROM jobs").fetchone()
    first = last + 1 if last <= LAST_KEY - len(new) else None  # None: as after damage
    try:
        if first is None:
            for job, body in new:
                add_job(sql, job, body)
            return
        sql.executemany(jobs.INSERT, ((*jobs.row_of(job), key) for key, (job, _) in enumerate(new, first)))
        sql.executemany(jobs.INSERT_BODY, ((key, body) for key, (_, body) in enumerate(new, first)))
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_CONSTRAINT_UNIQUE:
            raise
        raise Taken(_taken(sql, new, last)) from None


def _taken(sql: sqlite3.Connection, new: Sequence[Packed], last: int) -> str:
    """Return the first id that another job has: one that was there before, or one of these."""
    seen: set[str] = set()
    for job, _ in new:
        found = sql.execute("SELECT 1 FROM jobs WHERE id = ? AND key <= ?", (job.id, last)).fetchone()
        if found is not None or job.id in seen:
            return job.id
        seen.add(job.id)
    raise AssertionError("an id was taken a moment ago, in this very transaction")


def refuse_if_run(sql: sqlite3.Connection, job_id: str, fire_time: int | None) -> None:
    """Raise `Refused` where the job has a run on record for this fire time."""
    ran = "SELECT 1 FROM runs WHERE job_id = ? AND fire_time = ?"
    if sql.execute(ran, (job_id, fire_time)).fetchone() is not None:
        raise Refused


def replace_jobs(sql: sqlite3.Connection, packed: Sequence[Packed], versions: Sequence[int | None]) -> None:
    """Replace jobs at these versions (None: at none that can be read). Raises `Refused` where one stands otherwise."""
    for (job, body), version in zip(packed, versions, strict=True):
        if version is None and jobs.read_schedules(sql, [job.id]):
            raise Refused
        if not jobs.replace_job(sql, job, body, version):
            raise Refused


def remove_jobs(sql: sqlite3.Connection, job_ids: Iterable[str]) -> str | None:
    """Delete jobs up to one that is not there, whose id it returns."""
    return next((job_id for job_id in job_ids if not jobs.remove_job(sql, job_id)), None)


def commit_all(sql: sqlite3.Connection, changes: Sequence[Change], prepared: Sequence[runs.RunWrites]) -> None:
    """Write changes. Raises `Refused` where one of them is refused."""
    if not all(commit_each(sql, changes, prepared)):
        raise Refused
