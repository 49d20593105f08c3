"""Jobs that were added before the scheduler, or their job store, was started."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from threading import RLock
from typing import NamedTuple

from tickwright.errors import ConflictingIdError
from tickwright.locks import unless_held
from tickwright.policies import UNSET, Unset
from tickwright.stored_job import StoredJob

__all__ = ["PendingJob", "PendingJobs"]


class PendingJob(NamedTuple):
    """An `add_job` that waits to be carried out."""

    job: StoredJob
    jobstore: str
    replace_existing: bool = False
    next_run_time: datetime | Unset | None = UNSET
    keeps_schedule: bool = False
    """Whether the job brings its schedule along, as one from a file does; the others get theirs at the start."""
    batch: object | None = None
    """What those have in common that were added by one call, and are to be stored together; None for one alone."""

    @property
    def key(self) -> tuple[str, str]:
        """What no two pending jobs have in common: an id is unique in its job store."""
        return self.jobstore, self.job.id


class PendingJobs:
    """They keep the order in which they were added. Any thread may use them."""

    def __init__(self) -> None:
        self._jobs: dict[tuple[str, str], PendingJob] = {}
        self._lock = RLock()

    def add(self, pending: PendingJob) -> None:
        """Keep one; an id that waits already is a conflict unless this one is to replace it."""
        self.add_all([pending])

    def add_all(self, jobs: Sequence[PendingJob]) -> None:
        """Keep all of them, as one batch, or, where there is a conflict, none."""
        batch = object() if len(jobs) > 1 else None
        with unless_held(self._lock):
            for pending in jobs:
                if pending.key in self._jobs and not pending.replace_existing:
                    raise ConflictingIdError(
                        f"job {pending.job.id!r} has been added already and waits for the scheduler to start; "
                        f"choose another id, remove that one, or replace it: add_job(..., replace_existing=True)",
                        job_id=pending.job.id,
                    )
            self._jobs.update((pending.key, pending._replace(batch=batch)) for pending in jobs)

    def find(self, job_id: str, jobstore: str | None) -> PendingJob | None:
        """Return the pending job of an id, for a job store or for any, or None."""
        if jobstore is not None:
            return self._jobs.get((jobstore, job_id))
        return next((one for one in self.of(None) if one.job.id == job_id), None)

    def change(self, pending: PendingJob) -> bool:
        """Replace what a pending job will be; return False where it is pending no more."""
        with unless_held(self._lock):
            if pending.key not in self._jobs:
                return False
            self._jobs[pending.key] = pending
            return True

    def remove(self, pending: PendingJob) -> None:
        """Drop a pending job; it is fine if it is gone."""
        with unless_held(self._lock):
            self._jobs.pop(pending.key, None)

    def change_all(self, jobs: Sequence[PendingJob]) -> bool:
        """Replace what pending jobs will be; return False, with none replaced, where one is pending no more."""
        with unless_held(self._lock):
            if not all(pending.key in self._jobs for pending in jobs):
                return False
            self._jobs.update((pending.key, pending) for pending in jobs)
            return True

    def remove_all(self, jobs: Sequence[PendingJob]) -> bool:
        """Drop pending jobs; return False, with none dropped, where one is pending no more."""
        with unless_held(self._lock):
            if not all(pending.key in self._jobs for pending in jobs):
                return False
            dropped = {pending.key for pending in jobs}
            self._jobs = {key: pending for key, pending in self._jobs.items() if key not in dropped}
            return True

    def begin_anew(self) -> None:
        """Forget, in a fork, which thread of its parent was using these."""
        self._lock = RLock()

    def of(self, jobstore: str | None) -> list[PendingJob]:
        """Return those for a job store, or for any, in the order they were added."""
        with unless_held(self._lock):
            return [one for one in self._jobs.values() if jobstore is None or one.jobstore == jobstore]

    def batches(self, jobstore: str | None) -> list[list[PendingJob]]:
        """Return those for a job store, or for any, in one list what is to be stored together.

        First comes the list of which the first was added first.
        """
        found: dict[object, list[PendingJob]] = {}
        for pending in self.of(jobstore):
            found.setdefault(pending.key if pending.batch is None else pending.batch, []).append(pending)
        return list(found.values())
