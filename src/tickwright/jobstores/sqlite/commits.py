"""Changes in SQL: each is written whole, or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from tickwright.change import Change
from tickwright.jobstores.sqlite import jobs, leases, runs

__all__ = ["commit_each"]


def commit_each(sql: sqlite3.Connection, changes: Sequence[Change], prepared: Sequence[runs.RunWrites]) -> list[bool]:
    """Write each change whole, or nothing of it; return which were written.

    The runs are checked, then the job is written under its condition, then the runs are written, which
    cannot fail any more: the transaction has the file to itself, so what was checked stays true.
    """
    known = runs.KnownRuns(sql, prepared)
    return [_commit_one(sql, change, writes, known) for change, writes in zip(changes, prepared, strict=True)]


def _commit_one(sql: sqlite3.Connection, change: Change, writes: runs.RunWrites, known: runs.KnownRuns) -> bool:
    if change.silence is not None and not leases.is_silent(sql, change.silence):
        return False
    if not known.admit(writes) or not _write_job(sql, change):
        return False
    known.write(writes)
    return True


def _write_job(sql: sqlite3.Connection, change: Change) -> bool:
    """Write what the change says of the job itself; return False, with nothing written, where it is refused."""
    version = change.expected_version
    if change.remove:
        removed = jobs.remove_job(sql, change.job_id, version)
        return removed or (version is None and change.schedule is None)  # gone already is as good
    if change.schedule is not None:
        return jobs.reschedule_job(sql, change.job_id, change.schedule, version)
    return version is None or jobs.is_at_version(sql, change.job_id, version)
