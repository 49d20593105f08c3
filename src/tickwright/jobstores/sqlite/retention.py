"""Which runs are let go: the first of those that ended, a few at a time, never the last run of a stored job."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from tickwright.errors import ConfigurationError
from tickwright.jobstores.sqlite.instants import EARLIEST, micros_of

__all__ = ["Retention"]

# From the beginning of the index `runs_ended`. What is found here is taken off it, one way or the other.
FIRST_ENDED = """
SELECT key, ended,
       EXISTS (SELECT 1 FROM jobs WHERE jobs.id = runs.job_id)
       AND NOT EXISTS (SELECT 1 FROM runs AS later WHERE later.job_id = runs.job_id AND later.key > runs.key)
FROM runs WHERE ended IS NOT NULL AND spared = 0 ORDER BY ended LIMIT ?
"""


class Retention:
    """Keeps the `keep_runs` settled runs that ended last, and of these only such as ended within `keep_runs_for`.

    None keeps all. A run that never started ended when it was taken. Runs without an outcome are always kept, and
    so is the last run of a job that is still stored: a job that runs once a month is not forgotten because another
    runs every second.
    """

    def __init__(self, keep_runs: int | None, keep_runs_for: timedelta | None) -> None:
        if keep_runs is not None and keep_runs < 0:
            raise ConfigurationError(f"keep_runs is {keep_runs}; give 0 or more, or None to keep all runs")
        if keep_runs_for is not None and keep_runs_for < timedelta(0):
            raise ConfigurationError(f"keep_runs_for is {keep_runs_for}; give a length of time, or None for ever")
        self.keep_runs = keep_runs
        self.keep_runs_for = keep_runs_for

    def prune(self, sql: sqlite3.Connection, now: datetime, limit: int) -> tuple[int, bool]:
        """Look at the `limit` runs that ended first; return how many were deleted, and whether more may follow."""
        (count,) = sql.execute("SELECT count FROM ended_runs").fetchone()
        excess = 0 if self.keep_runs is None else count - self.keep_runs
        oldest_kept = self._oldest_kept(now)
        if excess <= 0 and oldest_kept == EARLIEST:
            return 0, False
        let_go = [
            (key, is_last)
            for place, (key, ended, is_last) in enumerate(sql.execute(FIRST_ENDED, (limit,)).fetchall())
            if place < excess or ended < oldest_kept
        ]
        gone = [(key,) for key, is_last in let_go if not is_last]
        sql.executemany("UPDATE runs SET spared = 1 WHERE key = ?", [(key,) for key, is_last in let_go if is_last])
        sql.executemany("DELETE FROM runs WHERE key = ?", gone)
        return len(gone), len(let_go) == limit

    def _oldest_kept(self, now: datetime) -> int:
        if self.keep_runs_for is None:
            return EARLIEST
        try:
            return micros_of(now - self.keep_runs_for)
        except OverflowError:  # longer than there has been time
            return EARLIEST
