"""The taker: who takes runs, and the ids it gives them."""

from __future__ import annotations

from datetime import datetime
from itertools import count

from tickwright.owner import Owner
from tickwright.run import Run, RunStatus
from tickwright.stored_job import StoredJob

__all__ = ["Taker"]


class Taker:
    """Makes the records of new runs in the name of one owner."""

    def __init__(self, owner: Owner) -> None:
        self.owner = owner
        # The owner's id is unique, so a count makes the run's id unique too, for a hundredth of a uuid's price.
        self._numbers = count(1)

    def take(
        self,
        job: StoredJob,
        fire_time: datetime,
        due_at: datetime,
        now: datetime,
        *,
        attempt: int = 1,
        coalesced: int = 1,
        reason: str | None = None,
    ) -> Run:
        """Return a run that is to be executed."""
        owner = self.owner
        # By position, which takes two thirds of the time: a run is made each time that a job fires.
        return Run(
            f"{owner.id}-{next(self._numbers)}",
            job.id,
            fire_time,
            due_at,
            attempt,
            RunStatus.SCHEDULED,
            reason,
            now - due_at,
            None,
            None,
            None,
            None,
            None,
            job.executor,
            owner.host,
            owner.id,
            coalesced,
        )

    def pass_over(
        self,
        job: StoredJob,
        fire_time: datetime,
        due_at: datetime,
        now: datetime,
        status: RunStatus,
        reason: str,
        *,
        coalesced: int = 1,
    ) -> Run:
        """Return the record of a run that is not to be executed, and why."""
        run = self.take(job, fire_time, due_at, now, coalesced=coalesced)
        return run.ended(status, now, reason=reason)
