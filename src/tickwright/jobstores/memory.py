"""The job store that keeps everything in memory: the default, and the reference for what the others mean."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from tickwright.change import Change
from tickwright.due import Due, DueJobs, Standing
from tickwright.errors import ConfigurationError, ConflictingIdError, JobLookupError
from tickwright.jobstores.base import JobStore
from tickwright.jobstores.job_table import JobTable
from tickwright.stored_job import StoredJob

__all__ = ["MemoryJobStore"]


class MemoryJobStore(JobStore):
    """Keeps jobs as the objects they are, with their runs and the leases, until the process ends.

    Retention keeps the `keep_runs` settled runs that ended last (None: all), and of these such as ended no
    longer ago than `keep_runs_for` (None: whenever); besides, the last run of each job that is stored.

    Shutting down forgets nothing: a scheduler that starts again on the same store goes on with its jobs.
    """

    checks_versions: ClassVar[bool] = True
    survives_restart: ClassVar[bool] = False
    keeps_objects: ClassVar[bool] = True

    def __init__(self, *, keep_runs: int | None = 10_000, keep_runs_for: timedelta | None = None) -> None:
        if keep_runs is not None and keep_runs < 0:
            raise ConfigurationError(f"keep_runs is {keep_runs}; give 0 or more, or None to keep all runs")
        if keep_runs_for is not None and keep_runs_for < timedelta(0):
            raise ConfigurationError(f"keep_runs_for is {keep_runs_for}; give a length of time, or None")
        self.keep_runs = keep_runs
        self.keep_runs_for = keep_runs_for
        self._jobs = JobTable()
        # One lock for jobs and runs, so that a change of both is one step. What is done under it is a few
        # lines of memory work and never the user's code: no trigger, argument or result is even compared.
        self._lock = self._runs.lock

    # -- the heart -----------------------------------------------------------------------------------

    def lookup_job(self, job_id: str) -> StoredJob | None:
        with self._lock:
            return self._jobs.get(job_id)

    def get_due_jobs(self, now: datetime) -> list[StoredJob]:
        with self._lock:
            return self._jobs.due(now, len(self._jobs))

    def get_next_run_time(self) -> datetime | None:
        return self.next_due_time()

    def get_all_jobs(self) -> list[StoredJob]:
        with self._lock:
            return self._jobs.all()

    def add_job(self, job: StoredJob) -> None:
        with self._lock:
            if not self._jobs.add(job):
                raise ConflictingIdError(
                    f"job store {self.alias!r} already has a job {job.id!r}; "
                    f"give this one another id, or add it with replace_existing=True"
                )

    def update_job(self, job: StoredJob) -> None:
        with self._lock:
            self._check_stored(job.id)
            self._jobs.put(job)

    def remove_job(self, job_id: str) -> None:
        with self._lock:
            self._check_stored(job_id)
            self._jobs.remove(job_id)
            self._runs.release(job_id)

    def remove_all_jobs(self) -> None:
        with self._lock:
            self._jobs.clear()
            self._runs.release_all()

    def _check_stored(self, job_id: str) -> None:
        if job_id not in self._jobs:
            raise JobLookupError(f"job store {self.alias!r} has no job {job_id!r}")

    # -- jobs ----------------------------------------------------------------------------------------

    def read_due(self, now: datetime, limit: int, executors: Collection[str] | None = None) -> DueJobs:
        with self._lock:
            unsettled_of = self._runs.unsettled_of
            jobs = self._jobs.due(now, limit, executors)
            return DueJobs(due=tuple([Due(job=job, unsettled=unsettled_of(job.id)) for job in jobs]))

    def next_due_time(self, executors: Collection[str] | None = None) -> datetime | None:
        with self._lock:
            return self._jobs.next_time(executors)

    def read_standings(self, job_ids: Iterable[str]) -> dict[str, Standing]:
        job_ids = tuple(job_ids)
        with self._lock:
            unsettled_of = self._runs.unsettled_of
            schedule_of = self._jobs.schedule_of
            return {
                job_id: Standing(schedule=schedule, unsettled=unsettled_of(job_id))
                for job_id in job_ids
                if (schedule := schedule_of(job_id)) is not None
            }

    def add_job_unless_run(self, job: StoredJob) -> bool:
        with self._lock:
            return super().add_job_unless_run(job)

    def update_job_if(self, job: StoredJob, version: int) -> bool:
        with self._lock:
            schedule = self._jobs.schedule_of(job.id)
            if schedule is None or schedule.version != version:
                return False
            self._jobs.put(job)
            return True

    def commit(self, changes: Sequence[Change]) -> list[bool]:
        with self._lock:
            return [self._commit_one(change) for change in changes]

    def _commit_one(self, change: Change) -> bool:
        jobs, runs = self._jobs, self._runs
        if change.expected_version is not None or change.schedule is not None:
            schedule = jobs.schedule_of(change.job_id)
            if schedule is None or change.expected_version not in (None, schedule.version):
                return False
        if not runs.admits(change) or (change.silence and not self._leases.is_silent(change.silence)):
            return False
        if change.remove:
            jobs.remove(change.job_id)
        elif change.schedule is not None:
            jobs.reschedule(change.job_id, change.schedule)
        runs.write(change)
        return True

    # -- runs ----------------------------------------------------------------------------------------

    def prune_runs(self, now: datetime, limit: int) -> int:
        return self._runs.prune(
            now,
            limit,
            keep_runs=self.keep_runs,
            keep_runs_for=self.keep_runs_for,
            is_stored=self._jobs.__contains__,
        )
