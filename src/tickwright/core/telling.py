"""Which events tell of a run or a job, made only where somebody listens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tickwright import events
from tickwright.change import Change
from tickwright.core.context import Context, Teller
from tickwright.due import UnreadableJob
from tickwright.events import JobEvent, JobExecutionEvent, JobSubmissionEvent, JobTroubleEvent
from tickwright.run import Run, RunStatus

__all__ = [
    "TOLD_OF_CHANGES",
    "tell_change",
    "tell_outcome",
    "tell_removed",
    "tell_started",
    "tell_trouble",
    "tell_unreadable",
]

TOLD_OF_CHANGES: Final = (
    sum(events.OUTCOME_CODES.values())
    | events.EVENT_JOB_MAX_INSTANCES
    | events.EVENT_JOB_SUBMITTED
    | events.EVENT_JOB_REMOVED
)
"""The codes of all events that `tell_change` may tell: where nobody listens to one of them, it need not be called."""


def tell_change(teller: Teller, alias: str, change: Change) -> None:
    """Tell what a change has brought, which is on record."""
    for run in change.settled:
        tell_outcome(teller, alias, run)
    for run in change.recorded:
        tell_outcome(teller, alias, run)
    if change.remove:
        tell_removed(teller, alias, change.job_id)
    if change.started:
        tell_started(teller, alias, change.job_id, change.started)


def tell_outcome(teller: Teller, alias: str, run: Run) -> None:
    """Tell how a run ended, as it is on record."""
    code = events.OUTCOME_CODES[run.status]
    if teller.wants(code):
        teller.tell(
            JobExecutionEvent(code, run.job_id, alias, run.fire_time, run.result, run.exception, run.traceback, run)
        )
    if run.status is RunStatus.SKIPPED and teller.wants(events.EVENT_JOB_MAX_INSTANCES):
        teller.tell(JobSubmissionEvent(events.EVENT_JOB_MAX_INSTANCES, run.job_id, alias, [run.fire_time]))


def tell_started(teller: Teller, alias: str, job_id: str, runs: Iterable[Run]) -> None:
    """Tell that runs of a job are on record and go to their executor."""
    if teller.wants(events.EVENT_JOB_SUBMITTED):
        times = [run.fire_time for run in runs]
        teller.tell(JobSubmissionEvent(events.EVENT_JOB_SUBMITTED, job_id, alias, times))


def tell_removed(teller: Teller, alias: str, job_id: str) -> None:
    """Tell that a finished job has been removed."""
    if teller.wants(events.EVENT_JOB_REMOVED):
        teller.tell(JobEvent(events.EVENT_JOB_REMOVED, job_id, alias))


def tell_unreadable(context: Context, alias: str, unreadable: UnreadableJob) -> None:
    """Tell, and log, that a stored job cannot be loaded here."""
    context.logger.error(
        "Job %r in job store %r cannot be loaded and is set aside, not deleted: %s",
        unreadable.job_id,
        alias,
        unreadable.reason,
    )
    tell_trouble(context.teller, events.EVENT_JOB_UNREADABLE, unreadable.job_id, alias, unreadable.reason)


def tell_trouble(
    teller: Teller, code: int, job_id: str, alias: str, reason: str, error: BaseException | None = None
) -> None:
    """Tell that something is wrong with a job, or right again."""
    if teller.wants(code):
        teller.tell(JobTroubleEvent(code, job_id, alias, reason, error))
