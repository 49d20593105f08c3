"""The job store that keeps everything in memory: the default, and the reference for what the others mean."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from tickwright.change import Change
from tickwright.due import Due, DueJobs, Standing
from tickwright.errors import ConfigurationError
from tickwright.jobstores.base import JobStore
from tickwright.jobstores.batches import NONE_REPLACED
from tickwright.jobstores.history import RunHistory
from tickwright.jobstores.job_table import JobTable
from tickwright.locks import unless_held
from tickwright.run import Run
from tickwright.stored_job import Schedule, StoredJob

__all__ = ["MemoryJobStore"]


class MemoryJobStore(JobStore):
    """Keeps jobs as the objects they are, with their runs and the leases, until the process ends.

    Retention keeps the `keep_runs` settled runs that ended last (None: all), and of these such as ended no
    longer ago than `keep_runs_for` (None: whenever); besides, the last run of each job that is stored.

    Shutting down forgets nothing: what is kept can be asked for, and a scheduler that starts again on the same store
    goes on with its jobs.
    """

    checks_versions: ClassVar[bool] = True
    writes_batches: ClassVar[bool] = True
    survives_restart: ClassVar[bool] = False
    keeps_objects: ClassVar[bool] = True
    is_always_open: ClassVar[bool] = True

    look_every: float | None = None

    def __init__(self, *, keep_runs: int | None = 10_000, keep_runs_for: timedelta | None = None) -> None:
        if keep_runs is not None and keep_runs < 0:
            raise ConfigurationError(f"keep_runs is {keep_runs}; give 0 or more, or None to keep all runs")
        if keep_runs_for is not None and keep_runs_for < timedelta(0):
            raise ConfigurationError(f"keep_runs_for is {keep_runs_for}; give a length of time, or None")
        self.keep_runs = keep_runs
        self.keep_runs_for = keep_runs_for
        self._jobs = JobTable()
        # One lock for jobs and runs, so that a change of both is one step. What is done under it is a few
        # lines of memory work and never the user's code: no trigger, argument or result is even compared. Whoever
        # breaks in on that, as the handler of a signal may, is refused: it would see, and change, what is half done.
        self._lock = self._runs.lock

    # -- the heart -----------------------------------------------------------------------------------

    def lookup_job(self, job_id: str) -> StoredJob | None:
        with unless_held(self._lock):
            return self._jobs.get(job_id)

    def get_due_jobs(self, now: datetime) -> list[StoredJob]:
        with unless_held(self._lock):
            return self._jobs.due(now, len(self._jobs))

    def get_next_run_time(self) -> datetime | None:
        return self.next_due_time()

    def get_all_jobs(self) -> list[StoredJob]:
        with unless_held(self._lock):
            return self._jobs.all()

    def add_job(self, job: StoredJob) -> None:
        with unless_held(self._lock):
            self._add(job)

    def _add(self, job: StoredJob) -> None:
        if not self._jobs.add(job):
            raise self._id_is_taken(job.id)

    def update_job(self, job: StoredJob) -> None:
        with unless_held(self._lock):
            self._check_stored(job.id)
            self._jobs.put(job)

    def remove_job(self, job_id: str) -> None:
        with unless_held(self._lock):
            self._check_stored(job_id)
            self._jobs.remove(job_id)
            self._runs.release(job_id)

    def remove_all_jobs(self) -> None:
        with unless_held(self._lock):
            self._jobs.clear()
            self._runs.release_all()

    def _check_stored(self, job_id: str) -> None:
        if job_id not in self._jobs:
            raise self._no_such_job(job_id)

    # -- jobs ----------------------------------------------------------------------------------------

    def read_due(self, now: datetime, limit: int, executors: Collection[str] | None = None) -> DueJobs:
        with unless_held(self._lock):
            unsettled_of = self._runs.unsettled_of
            return DueJobs(tuple([Due(job, unsettled_of(job.id)) for job in self._jobs.due(now, limit, executors)]))

    def next_due_time(self, executors: Collection[str] | None = None) -> datetime | None:
        with unless_held(self._lock):
            return self._jobs.next_time(executors)

    def read_standings(self, job_ids: Iterable[str]) -> dict[str, Standing]:
        job_ids = tuple(job_ids)
        with unless_held(self._lock):
            unsettled_of = self._runs.unsettled_of
            schedule_of = self._jobs.schedule_of
            return {
                job_id: Standing(schedule, unsettled_of(job_id))
                for job_id in job_ids
                if (schedule := schedule_of(job_id)) is not None
            }

    def add_job_unless_run(self, job: StoredJob) -> bool:
        with unless_held(self._lock):
            if job.schedule.next_fire_time is not None and self._has_run(job):
                return False
            self._add(job)
            return True

    def update_job_if(self, job: StoredJob, version: int) -> bool:
        with unless_held(self._lock):
            schedule = self._jobs.schedule_of(job.id)
            if schedule is None or schedule.version != version:
                return False
            self._jobs.put(job)
            return True

    def commit(self, changes: Sequence[Change]) -> list[bool]:
        with unless_held(self._lock):
            jobs, runs = self._jobs, self._runs
            return [self._is_written(change, jobs, runs) for change in changes]

    def _is_written(self, change: Change, jobs: JobTable, runs: RunHistory) -> bool:
        if not runs.admits(change) or (change.silence and not self._leases.is_silent(change.silence)):
            return False
        job_id, version = change.job_id, change.expected_version
        if change.remove:
            # Without a version the job may as well be gone.
            is_taken = jobs.remove(job_id, version) or version is None
        elif change.schedule is not None:
            is_taken = jobs.reschedule(job_id, change.schedule, version)
        else:
            is_taken = version is None or jobs.stands_at(job_id, version)
        if is_taken:
            runs.write(change)
        return is_taken

    # -- many jobs -----------------------------------------------------------------------------------

    def lookup_jobs(self, job_ids: Iterable[str]) -> dict[str, StoredJob]:
        job_ids = tuple(job_ids)
        with unless_held(self._lock):
            return {job_id: job for job_id in job_ids if (job := self._jobs.get(job_id)) is not None}

    def add_jobs(
        self,
        jobs: Sequence[StoredJob],
        instead_of: Mapping[str, int | None] = NONE_REPLACED,
        unless_run: Collection[str] = (),
        recorded: Sequence[Run] = (),
    ) -> bool:
        with unless_held(self._lock):
            new = [job for job in jobs if job.id not in instead_of] if instead_of else jobs
            taken = self._jobs.first_of(job.id for job in new)
            if taken is not None:
                raise self._id_is_taken(taken)
            if unless_run and any(job.id in unless_run and self._has_run(job) for job in new):
                return False
            changed = [job for job in jobs if job.id in instead_of] if instead_of else []
            for job in changed:
                schedule = self._jobs.schedule_of(job.id)
                if schedule is None or schedule.version != instead_of[job.id]:
                    return False
            before = [self._jobs.get(job.id) for job in changed]
            try:
                self._jobs.add_all(new)
                for job in changed:
                    self._jobs.put(job)
            except BaseException:  # Ctrl-C, or a time without a zone
                for job in new:
                    self._jobs.remove(job.id)
                for old in before:
                    if old is not None:
                        self._jobs.put(old)
                raise
            for run in recorded:
                self._runs.write(Change(job_id=run.job_id, recorded=(run,)))
            return True

    def remove_jobs(self, job_ids: Sequence[str]) -> None:
        with unless_held(self._lock):
            for job_id in job_ids:
                self._check_stored(job_id)
            before = [self._jobs.get(job_id) for job_id in job_ids]
            try:
                for job_id in job_ids:
                    self._jobs.remove(job_id)
            except BaseException:  # Ctrl-C
                for job in before:
                    if job is not None:
                        self._jobs.put(job)
                raise
            for job_id in job_ids:
                self._runs.release(job_id)

    def commit_all(self, changes: Sequence[Change]) -> bool:
        before: list[tuple[str, Schedule]] = []
        with unless_held(self._lock):
            for change in changes:
                schedule = self._jobs.schedule_of(change.job_id)
                if schedule is None or change.expected_version not in (None, schedule.version):
                    return False
                if not self._runs.admits(change):
                    return False
                before.append((change.job_id, schedule))
            try:
                for change in changes:
                    if change.schedule is not None:
                        self._jobs.reschedule(change.job_id, change.schedule)
            except BaseException:  # Ctrl-C, or a time without a zone
                for job_id, schedule in before:
                    self._jobs.reschedule(job_id, schedule)
                raise
            for change in changes:
                self._runs.write(change)
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
