"""Jobs that were added before the scheduler, or their job store, was started."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock

from tickwright.errors import ConflictingIdError
from tickwright.policies import UNSET, Unset
from tickwright.stored_job import StoredJob

__all__ = ["PendingJob", "PendingJobs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingJob:
    """An `add_job` that waits to be carried out."""

    job: StoredJob
    jobstore: str
    replace_existing: bool = False
    next_run_time: datetime | Unset | None = UNSET


class PendingJobs:
    """They keep the order in which they were added. Any thread may use them."""

    def __init__(self) -> None:
        self._jobs: dict[str, PendingJob] = {}
        self._lock = Lock()

    def add(self, pending: PendingJob) -> None:
        """Keep one; an id that waits already is a conflict unless this one is to replace it."""
        with self._lock:
            if pending.job.id in self._jobs and not pending.replace_existing:
                raise ConflictingIdError(
                    f"job {pending.job.id!r} has been added already and waits for the scheduler to start; "
                    f"choose another id or give replace_existing=True"
                )
            self._jobs[pending.job.id] = pending

    def get(self, job_id: str) -> PendingJob | None:
        """Return the pending job of an id, or None."""
        return self._jobs.get(job_id)

    def change(self, job_id: str, job: StoredJob, next_run_time: datetime | Unset | None) -> None:
        """Replace what a pending job will be."""
        with self._lock:
            self._jobs[job_id] = replace(self._jobs[job_id], job=job, next_run_time=next_run_time)

    def remove(self, job_id: str) -> bool:
        """Drop a pending job; return whether there was one."""
        with self._lock:
            return self._jobs.pop(job_id, None) is not None

    def of(self, jobstore: str | None) -> list[PendingJob]:
        """Return those for a job store, or for any, in the order they were added."""
        with self._lock:
            return [one for one in self._jobs.values() if jobstore is None or one.jobstore == jobstore]
