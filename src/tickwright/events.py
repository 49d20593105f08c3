"""What a scheduler tells its listeners: codes that combine to masks, and the values that carry the news.

Attributes are those that the field knows from APScheduler 3, where it has such an event. A listener is told after the
fact: what an event reports is in the job store by then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from tickwright import event_codes as codes
from tickwright.event_codes import *  # noqa: F403 - all of them; they are named there, once
from tickwright.run import Run, RunStatus

__all__ = [
    "OUTCOME_CODES",
    "ClockJumpEvent",
    "Event",
    "JobEvent",
    "JobExecutionEvent",
    "JobSubmissionEvent",
    "JobTroubleEvent",
    "SchedulerEvent",
    "StoreTroubleEvent",
    "mask_of",
]
__all__ += codes.__all__


@dataclass(frozen=True, slots=True)
class Event:
    """The base of all events."""

    code: int
    """One of the `EVENT_*` constants."""


@dataclass(frozen=True, slots=True)
class SchedulerEvent(Event):
    """Something about the scheduler itself, or about an executor or job store of that alias."""

    alias: str | None = None


@dataclass(frozen=True, slots=True)
class StoreTroubleEvent(SchedulerEvent):
    """A job store stopped answering, or answers again. Told once at each end of an outage."""

    exception: BaseException | None = None
    """What it raised first; None when it answers again."""
    duration: timedelta = timedelta(0)
    """How long it was out; zero at the start of an outage."""


@dataclass(frozen=True, slots=True)
class ClockJumpEvent(SchedulerEvent):
    """The wall clock was set, or the machine was suspended; everything was planned anew."""

    offset: timedelta = timedelta(0)
    """How far the wall clock moved beyond the time that really passed: negative where it was set back."""


@dataclass(frozen=True, slots=True)
class JobEvent(Event):
    """Something about a job."""

    job_id: str
    jobstore: str


@dataclass(frozen=True, slots=True)
class JobTroubleEvent(JobEvent):
    """A job cannot be loaded, or can be again, or its trigger raised."""

    reason: str = ""
    exception: BaseException | None = None


@dataclass(frozen=True, slots=True)
class JobSubmissionEvent(JobEvent):
    """Runs of a job were handed to its executor, or not, because too many instances are running."""

    scheduled_run_times: list[datetime] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class JobExecutionEvent(JobEvent):
    """How a run ended."""

    scheduled_run_time: datetime
    retval: Any = None
    exception: BaseException | None = None
    traceback: str | None = None
    """The traceback as text."""
    run: Run | None = None
    """The whole record, as it stands in the history."""


OUTCOME_CODES: Final = {
    RunStatus.SUCCEEDED: codes.EVENT_JOB_EXECUTED,
    RunStatus.FAILED: codes.EVENT_JOB_ERROR,
    RunStatus.MISSED: codes.EVENT_JOB_MISSED,
    RunStatus.SKIPPED: codes.EVENT_JOB_SKIPPED,
    RunStatus.CANCELLED: codes.EVENT_JOB_CANCELLED,
    RunStatus.TIMED_OUT: codes.EVENT_JOB_TIMED_OUT,
    RunStatus.LOST: codes.EVENT_JOB_LOST,
}
"""Which code tells of which outcome."""

_CODES_BY_CLASS: Final[dict[type[Event], int]] = {
    SchedulerEvent: (1 << 9) - 1,
    JobEvent: codes.EVENT_JOB_ADDED | codes.EVENT_JOB_REMOVED | codes.EVENT_JOB_MODIFIED,
    JobSubmissionEvent: codes.EVENT_JOB_SUBMITTED | codes.EVENT_JOB_MAX_INSTANCES,
    JobExecutionEvent: sum(OUTCOME_CODES.values()),
    JobTroubleEvent: codes.EVENT_JOB_UNREADABLE | codes.EVENT_JOB_READABLE | codes.EVENT_TRIGGER_ERROR,
    StoreTroubleEvent: codes.EVENT_JOBSTORE_OUTAGE | codes.EVENT_JOBSTORE_RECOVERED,
    ClockJumpEvent: codes.EVENT_CLOCK_JUMPED,
}


def mask_of(event_class: type[Event]) -> int:
    """Return the mask of all codes that come as this class, or as one derived from it."""
    return sum(codes for kind, codes in _CODES_BY_CLASS.items() if issubclass(kind, event_class))
