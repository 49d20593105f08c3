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
    # Most ends of runs do nothing to their job, and are written only if it stands where it stood.
    versions = jobs.read_versions(sql, [change.job_id for change in changes if _only_looks(change)])
    return [_commit_one(sql, change, writes, known, versions) for change, writes in zip(changes, prepared, strict=True)]


def _only_looks(change: Change) -> bool:
    return change.expected_version is not None and change.schedule is None and not change.remove


def _commit_one(
    sql: sqlite3.Connection,
    change: Change,
    writes: runs.RunWrites,
    known: runs.KnownRuns,
    versions: dict[str, int],
) -> bool:
    if change.silence is not None and not leases.is_silent(sql, change.silence):
        return False
    if not known.admit(writes) or not _write_job(sql, change, versions):
        return False
    known.write(writes)
    return True


def _write_job(sql: sqlite3.Connection, change: Change, versions: dict[str, int]) -> bool:
    """Write what the change says of the job itself; return False, with nothing written, where it is refused.

    `versions` are those of the jobs that changes only look at, and kept up with what is written.
    """
    job_id, version = change.job_id, change.expected_version
    if change.remove:
        removed = jobs.remove_job(sql, job_id, version)
        if removed:
            versions.pop(job_id, None)
        return removed or (version is None and change.schedule is None)  # gone already is as good
    if change.schedule is None:
        return version is None or versions.get(job_id) == version
    is_written = jobs.reschedule_job(sql, job_id, change.schedule, version)
    if is_written and job_id in versions:
        versions[job_id] = change.schedule.version
    return is_written
