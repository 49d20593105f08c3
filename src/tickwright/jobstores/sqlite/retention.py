"""Which runs are let go: the first of those that ended, a few at a time, never the last run of a stored job."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import NamedTuple

from tickwright.errors import ConfigurationError
from tickwright.jobstores.sqlite.instants import EARLIEST, micros_of

__all__ = ["Retention"]

# From the beginning of the index `runs_ended`: as many steps as rows are asked for.
FIRST_ENDED = """
    SELECT
        key,
        ended,
        EXISTS (SELECT 1 FROM jobs WHERE jobs.id = runs.job_id)
        AND NOT EXISTS (SELECT 1 FROM runs AS later WHERE later.job_id = runs.job_id AND later.key > runs.key)
    FROM runs WHERE ended IS NOT NULL AND spared = 0 ORDER BY ended LIMIT ?
"""


class Excess(NamedTuple):
    """Runs that are no longer kept, by their keys."""

    let_go: list[tuple[int]]
    spared: list[tuple[int]]
    """The last runs of jobs that are still stored."""


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

    def find_excess(self, sql: sqlite3.Connection, now: datetime, limit: int) -> Excess:
        """Return which of the `limit` runs that ended first are no longer kept."""
        (count,) = sql.execute("SELECT count FROM ended_runs").fetchone()
        too_many = 0 if self.keep_runs is None else count - self.keep_runs
        oldest_kept = self._oldest_kept(now)
        excess = Excess([], [])
        if too_many <= 0 and oldest_kept == EARLIEST:
            return excess
        for place, (key, ended, is_last) in enumerate(sql.execute(FIRST_ENDED, (limit,)).fetchall()):
            if place < too_many or ended < oldest_kept:
                (excess.spared if is_last else excess.let_go).append((key,))
        return excess

    def delete(self, sql: sqlite3.Connection, excess: Excess) -> None:
        """Delete what was found in the same transaction, and take what is spared out of the way of the next look."""
        sql.executemany("DELETE FROM runs WHERE key = ?", excess.let_go)
        sql.executemany("UPDATE runs SET spared = 1 WHERE key = ?", excess.spared)

    def _oldest_kept(self, now: datetime) -> int:
        if self.keep_runs_for is None:
            return EARLIEST
        try:
            return micros_of(now - self.keep_runs_for)
        except OverflowError:  # longer than there has been time
            return EARLIEST
