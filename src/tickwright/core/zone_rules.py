"""Looks, once for each start, whether the jobs of a store were planned by other rules of time zones than today's."""

from __future__ import annotations

from tickwright import events
from tickwright.change import Change
from tickwright.core.context import Context
from tickwright.core.lease_keeper import LeaseKeeper
from tickwright.core.replanning import replanned
from tickwright.events import JobEvent
from tickwright.jobstores.base import JobStore

__all__ = ["ZoneRules"]

TOPIC = "time zone database"
"""Under which the store keeps the edition that its jobs were planned by."""


class ZoneRules:
    """For one job store. What a process has read of the rules holds until it ends, so one look is enough."""

    def __init__(self, alias: str, store: JobStore, context: Context, lease: LeaseKeeper) -> None:
        self._lease = lease
        self._alias = alias
        self._store = store
        self._context = context
        self._is_done = not context.zone_edition

    def look(self) -> None:
        """Plan anew what other rules have planned, before any of it is run. What fails is done at the next look."""
        if self._is_done:
            return
        edition = self._context.zone_edition
        before = self._store.read_note(TOPIC)
        if before not in (None, edition):
            changed = self._replan()
            self._context.logger.info(
                "Job store %r: jobs were planned by the time zone database %s, and this is %s; %d were planned anew",
                self._alias,
                before,
                edition,
                changed,
            )
        if before != edition:
            # Last, so that a process that dies before it is through leaves the rest to the next.
            self._store.write_note(TOPIC, edition)
        self._is_done = True

    def _replan(self) -> int:
        changes = []
        for job in self._store.get_all_jobs():
            try:
                schedule = replanned(job)
            except self._context.border as error:  # border: a trigger, of which the loop will hear again
                self._context.logger.error("The trigger of job %r could not be asked anew: %r", job.id, error)
                continue
            if schedule is not None:
                changes.append(Change(job_id=job.id, expected_version=job.schedule.version, schedule=schedule))
        written = 0
        for first in range(0, len(changes), self._context.batch):
            batch = changes[first : first + self._context.batch]
            # What is refused, somebody else has changed meanwhile, by whatever rules are theirs.
            for change, is_taken in zip(batch, self._store.commit(batch), strict=True):
                written += is_taken
                if is_taken:
                    self._tell(change)
            self._lease.keep()  # there may be many
        return written

    def _tell(self, change: Change) -> None:
        if change.schedule is not None:
            self._context.logger.info("Job %r now runs next at %s", change.job_id, change.schedule.next_run_time)
        if self._context.teller.wants(events.EVENT_JOB_MODIFIED):
            self._context.teller.tell(JobEvent(events.EVENT_JOB_MODIFIED, change.job_id, self._alias))
