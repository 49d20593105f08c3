"""Triggers that raise: the job is put off with growing pauses, and everything else goes on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from tickwright import events
from tickwright.core.context import Context
from tickwright.core.telling import tell_trouble
from tickwright.errors import described
from tickwright.stored_job import Schedule, StoredJob

__all__ = ["TriggerTrouble"]

LONGEST_PAUSE = timedelta(minutes=5)


class TriggerTrouble:
    """Counts how often each job's trigger has failed in a row."""

    def __init__(self, alias: str, context: Context) -> None:
        self._alias = alias
        self._context = context
        self._failures: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._failures)

    def postponed(self, job: StoredJob, error: BaseException, now: datetime) -> Schedule:
        """Report a trigger that raised; return a schedule that asks it again later, for the same fire time."""
        failures = self._failures.get(job.id, 0)
        self._failures[job.id] = failures + 1
        reason = described(error)
        pause = min(timedelta(seconds=2 ** min(failures, 16)), LONGEST_PAUSE)
        self._context.logger.error(
            "The trigger of job %r (%s) raised %s; it is asked again in %g s",
            job.id,
            type(job.trigger).__name__,
            reason,
            pause.total_seconds(),
            exc_info=error,
        )
        tell_trouble(self._context.teller, events.EVENT_TRIGGER_ERROR, job.id, self._alias, reason, error)
        return job.schedule._replace(next_run_time=now + pause, version=job.schedule.version + 1)

    def is_over(self, job_id: str) -> None:
        """Note that a trigger has answered, or that its job is gone."""
        if self._failures:
            self._failures.pop(job_id, None)

    def job_ids(self) -> Collection[str]:
        """Return the jobs whose triggers raised when they were last asked."""
        return list(self._failures)
