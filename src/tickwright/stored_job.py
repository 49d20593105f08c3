"""What a job store keeps of a job: its definition, which users change, and its schedule, which firing changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from tickwright.policies import OnLost
from tickwright.reference import Reference
from tickwright.triggers.base import Trigger

__all__ = ["NO_KWARGS", "Schedule", "StoredJob"]

NO_KWARGS: Final[Mapping[str, Any]] = {}
"""What all jobs without keyword arguments share: a dict of its own would be a tenth of what such a job takes.

A dict, because a store may pickle it; nobody may change it, as nobody may change any part of a stored job."""


class Schedule(NamedTuple):
    """The part of a job that changes when it fires: narrow columns in a database, never pickled."""

    next_fire_time: datetime | None = None
    """The next fire time that nothing was decided about yet; None when there is none."""
    next_run_time: datetime | None = None
    """When that fire time is due (it and its jitter). None while it is not to be taken: paused, finished,
    or held until a running instance ends."""
    paused: bool = False
    version: int = 1
    """Counts the changes. A write names the version that it was decided on, and is refused on any other."""

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to fire. The job is removed when its last run has been reported."""
        return self.next_fire_time is None and not self.paused

    @property
    def is_held(self) -> bool:
        """Whether a fire time waits for a running instance of the job to end."""
        return self.next_run_time is None and self.next_fire_time is not None and not self.paused

    def told(self) -> str:
        """Return in a few words when the job runs next."""
        if self.paused:
            return "paused"
        if self.next_fire_time is None:
            return "finished"
        return f"next run at: {self.next_run_time or self.next_fire_time:%Y-%m-%d %H:%M:%S %Z}"


class StoredJob(NamedTuple):
    """A job as a value: what to run and by which rules. It knows no scheduler and no job store."""

    id: str
    func: Callable[..., Any]
    reference: Reference | None
    """How `func` is found again in another process; None where it cannot be, as for a lambda."""
    trigger: Trigger
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = NO_KWARGS
    name: str = ""
    executor: str = "default"
    misfire_grace_time: float | None = None
    """How many seconds late a run may be taken; None: however late."""
    coalesce: bool = True
    max_instances: int = 1
    on_lost: OnLost = OnLost.RECORD
    schedule: Schedule = Schedule()

    def with_schedule(self, schedule: Schedule) -> StoredJob:
        """Return this job with another schedule."""
        return StoredJob(*self[:-1], schedule)  # the last field; `_replace` takes three times as long

    def planned(self, trigger: Trigger, schedule: Schedule) -> StoredJob:
        """Return this job with another trigger and another schedule."""
        return self._replace(trigger=trigger, schedule=schedule)
