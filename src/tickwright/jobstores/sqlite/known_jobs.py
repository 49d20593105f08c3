"""The jobs that the changes of one commit speak of: read at once, kept up with what is decided, written together."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from tickwright.change import Change
from tickwright.jobstores.sqlite.among import rows_among
from tickwright.jobstores.sqlite.jobs import columns_of

__all__ = ["KnownJobs"]

RESCHEDULE = "UPDATE jobs SET next_fire_time = ?, next_run_time = ?, paused = ?, version = ? WHERE key = ?"


class KnownJobs:
    """The jobs whose rows matter to these changes.

    The transaction has the file to itself, so nobody else changes them meanwhile.
    """

    def __init__(self, sql: sqlite3.Connection, changes: Iterable[Change]) -> None:
        self._sql = sql
        ids = [change.job_id for change in changes if _speaks_of_the_job(change)]
        rows = rows_among(sql, "SELECT id, key, version FROM jobs WHERE id IN", ids)
        self._keys: dict[str, int] = {job_id: key for job_id, key, _ in rows}
        self._versions: dict[str, int] = {job_id: version for job_id, _, version in rows}
        self._rescheduled: list[tuple[object, ...]] = []
        self._removed: list[tuple[int]] = []

    def admit(self, change: Change) -> bool:
        """Return whether the job stands where the change was decided."""
        if change.expected_version is not None:
            return self._versions.get(change.job_id) == change.expected_version
        # To remove what is gone already is as good; only a schedule needs its job.
        return change.schedule is None or change.job_id in self._keys

    def note(self, change: Change) -> None:
        """Take what an admitted change says of its job for written."""
        job_id = change.job_id
        if change.remove:
            key = self._keys.pop(job_id, None)
            if key is not None:
                del self._versions[job_id]
                self._removed.append((key,))
        elif change.schedule is not None:
            self._rescheduled.append((*columns_of(change.schedule), self._keys[job_id]))
            self._versions[job_id] = change.schedule.version

    def write(self) -> None:
        """Write what was noted. What is removed is never rescheduled afterwards, so the order is of no matter."""
        self._sql.executemany(RESCHEDULE, self._rescheduled)
        self._sql.executemany("DELETE FROM jobs WHERE key = ?", self._removed)
        self._sql.executemany("DELETE FROM bodies WHERE key = ?", self._removed)


def _speaks_of_the_job(change: Change) -> bool:
    return change.expected_version is not None or change.schedule is not None or change.remove
