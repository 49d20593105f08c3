"""A run: one execution of a job for a fire time, from the moment it is taken to its outcome."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

__all__ = ["UNSETTLED", "Run", "RunStatus"]


class RunStatus(StrEnum):
    """Where a run stands. The first two are on the way, the others are outcomes and final."""

    SCHEDULED = "scheduled"
    """Committed to the store and handed to its executor; waiting for a worker."""
    RUNNING = "running"
    """A worker has called the function."""
    SUCCEEDED = "succeeded"
    """The function returned."""
    FAILED = "failed"
    """The function raised, or could not be called."""
    MISSED = "missed"
    """It was later than the job's `misfire_grace_time` allows, and was not run."""
    SKIPPED = "skipped"
    """It was not run for the reason on record, such as `max_instances`."""
    CANCELLED = "cancelled"
    """It was taken back before it started, or stopped when it was asked to."""
    TIMED_OUT = "timed_out"
    """It ran longer than it was allowed to."""
    LOST = "lost"
    """Its process ended before it could report; how far it came is unknown."""

    @property
    def is_final(self) -> bool:
        """Whether this is an outcome."""
        return self not in UNSETTLED


UNSETTLED: Final = frozenset({RunStatus.SCHEDULED, RunStatus.RUNNING})


class Run(NamedTuple):
    """One execution of a job for a fire time. Instants are aware and in UTC.

    It is a named tuple: `run._asdict()` gives its fields by name, and `run._replace(...)` another run that differs.
    As any tuple it is taken apart by `"%s" % run`; `f"{run}"` and `logger.info("%s", run)` show it whole.
    """

    id: str
    job_id: str
    fire_time: datetime
    """The instant at which the trigger said "run"; the latest of them where several were folded together."""
    due_at: datetime
    """`fire_time` and the job's jitter: when it was to be taken."""
    attempt: int = 1
    """1, and one more each time that the fire time is run again after a loss."""
    status: RunStatus = RunStatus.SCHEDULED
    reason: str | None = None
    """Why it stands as it does, in a sentence, where the status alone does not say."""
    lateness: timedelta = timedelta(0)
    """How long after `due_at` the scheduler took it (not how long it waited for a worker)."""
    started_at: datetime | None = None
    finished_at: datetime | None = None
    result: Any = None
    exception: BaseException | None = None
    traceback: str | None = None
    executor: str = "default"
    host: str = ""
    owner: str = ""
    """The id of the scheduler that took it: only this one may report how it ended."""
    coalesced: int = 1
    """How many fire times it stands for."""

    @property
    def taken_at(self) -> datetime:
        """The instant at which the scheduler took it."""
        return self.due_at + self.lateness

    @property
    def is_settled(self) -> bool:
        """Whether its outcome is known."""
        return self.status not in UNSETTLED

    def ended(
        self,
        status: RunStatus,
        finished_at: datetime,
        started_at: datetime | None = None,
        reason: str | None = None,
        result: Any = None,
        exception: BaseException | None = None,
        traceback: str | None = None,
    ) -> Run:
        """Return this run with its outcome; `started_at` and `reason` stay where none are given."""
        return Run(
            self.id,
            self.job_id,
            self.fire_time,
            self.due_at,
            self.attempt,
            status,
            reason or self.reason,
            self.lateness,
            started_at or self.started_at,
            finished_at,
            result,
            exception,
            traceback,
            self.executor,
            self.host,
            self.owner,
            self.coalesced,
        )
