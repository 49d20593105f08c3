"""What an application asks a scheduler about its jobs and runs."""

from __future__ import annotations

from tickwright.errors import JobLookupError, SchedulerNotRunningError, shortened
from tickwright.schedulers.outfitting import outfit_later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime, tzinfo
    from threading import RLock
    from typing import TextIO

    from tickwright.clock import Clock
    from tickwright.core.taker import Taker
    from tickwright.due import UnreadableJob
    from tickwright.events import Event
    from tickwright.jobstores.base import JobStore
    from tickwright.run import Run
    from tickwright.schedulers.configuration import Configuration
    from tickwright.schedulers.listeners import Listeners
    from tickwright.schedulers.loop import Loop
    from tickwright.schedulers.outfit import (
        Job,
        PendingJob,
        PendingJobs,
        RunStatus,
        check_alias,
        check_job_id,
        print_jobs,
        read_moment,
        runs_as_they_stand,
        to_datetime,
        upcoming,
        write_jobs,
    )
    from tickwright.schedulers.parts import Parts
    from tickwright.schedulers.preview import Upcoming
    from tickwright.serializers import Serializer
    from tickwright.stored_job import StoredJob

__all__ = ["LookCalls"]

outfit_later(globals())


class LookCalls:
    """The calls that change nothing. `jobstore` is an alias; left out, they look in all job stores.

    While the scheduler is not running, only a job store that `is_always_open` can be asked, as the one in memory. Of
    any other they do not say that it is empty: they raise `SchedulerNotRunningError`. Before the first start two things
    are no question about what is stored: `get_jobs` and `print_jobs` list the jobs that wait for it, and under an alias
    that is not there yet there is nothing.
    """

    if TYPE_CHECKING:  # what the scheduler that inherits these calls has
        _configuration: Configuration
        _listeners: Listeners
        _lock: RLock
        _loop: Loop | None
        _parts: Parts
        _taker: Taker
        _was_started: bool

        @property
        def clock(self) -> Clock:
            """The clock that the scheduler goes by."""

        @property
        def timezone(self) -> tzinfo:
            """The zone of triggers that name none."""

        @property
        def running(self) -> bool:
            """Whether the job stores can be asked."""

        def _handle(self, alias: str, job: StoredJob) -> Job: ...
        def _tell(self, event: Event) -> None: ...
        def _check_process(self) -> None: ...

    def __init__(self) -> None:
        self._pending = PendingJobs()

    # -- look ----------------------------------------------------------------------------------------

    def get_job(self, job_id: str, jobstore: str | None = None) -> Job | None:
        """Return a handle on the job, or None where there is none.

        Raises `UnreadableJobError` where it is stored and cannot be loaded here.
        """
        found = self._find(job_id, jobstore, self._open_stores)
        return None if found is None else self._handle(*found)

    def get_jobs(self, jobstore: str | None = None) -> list[Job]:
        """Return handles on all readable jobs, by next run time; those that wait for the start come last.

        Before the first start, whatever the job stores, return those that wait for it.
        """
        return [self._handle(alias, job) for alias, job in self._all_jobs(self._stores_by_now(jobstore), jobstore)]

    def get_unreadable_jobs(self, jobstore: str | None = None) -> list[UnreadableJob]:
        """Return the stored jobs that cannot be loaded here. They were not deleted, and come back when they can be."""
        stores = self._open_stores(jobstore)
        return [unreadable for _, store in stores for unreadable in store.get_unreadable_jobs()]

    def get_runs(
        self,
        job_id: str | None = None,
        status: RunStatus | str | None = None,
        since: datetime | date | str | None = None,
        limit: int | None = None,
        jobstore: str | None = None,
    ) -> list[Run]:
        """Return runs on record, newest first: of a job, of a status, with a fire time not before `since`.

        At most `limit` of them; None: all. A naive `since` is taken in the scheduler's zone. The history outlives its
        jobs. A run of this scheduler is `running` from the call of its function on; of another one's, that may be
        on record up to a second later.
        """
        if job_id is not None:
            check_job_id(job_id)
        wanted = None if status is None else _status(status)
        earliest = None if since is None else to_datetime(read_moment(since, self.timezone, "since"))
        if limit is not None:
            _check_limit(limit)
        runs = [
            run
            for _, store in self._open_stores(jobstore)
            for run in runs_as_they_stand(store, self._loop, job_id, wanted, earliest, limit)
        ]
        if len(self._parts.jobstores) > 1:
            runs.sort(key=lambda run: run.taken_at, reverse=True)
        return runs if limit is None else runs[:limit]

    def preview(self, until: datetime | date | str, jobstore: str | None = None, limit: int = 1_000) -> list[Upcoming]:
        """Return what is to run until an instant, soonest first, at most `limit` of it.

        A naive `until` is taken in the scheduler's zone.
        """
        _check_limit(limit)
        end = to_datetime(read_moment(until, self.timezone, "until"))
        stores = self._open_stores(jobstore)
        for pending in self._pending.of(jobstore):
            if not self.running and not pending.keeps_schedule:
                raise SchedulerNotRunningError(
                    f"job {pending.job.id!r} waits for the start, which decides when it runs first; start the "
                    f"scheduler and ask then: start(paused=True) runs nothing"
                )
        return upcoming(self._all_jobs(stores, jobstore), self.clock.now(), end, limit)

    def print_jobs(self, jobstore: str | None = None, out: TextIO | None = None) -> None:
        """Print the jobs that `get_jobs` returns, of all job stores or of one, to `out` (standard output)."""
        stores = self._stores_by_now(jobstore)
        print_jobs([alias for alias, _ in stores], self._all_jobs(stores, jobstore), out)

    def export_jobs(
        self, outfile: str | TextIO, jobstore: str | None = None, *, serializer: Serializer | None = None
    ) -> int:
        """Write all readable jobs, with their schedules, to a JSON file; return how many.

        What makes up a job itself is written by `serializer`, and pickled where none is given: read such a file back
        only where you trust it. The serializers of the job stores have no part in it. A new file is made for its
        owner alone (mode 0600).
        """
        jobs = self._all_jobs(self._open_stores(jobstore), jobstore)
        return write_jobs(outfile, (job for _, job in jobs), serializer)

    # -- for the handles -----------------------------------------------------------------------------

    def read_job(self, job_id: str, jobstore: str) -> StoredJob | None:
        """Return what is stored of a job now, without a handle, or None."""
        if self.is_pending(job_id, jobstore):
            return None
        found = self._find(job_id, jobstore, self._open_stores)
        return None if found is None else found[1]

    def is_pending(self, job_id: str, jobstore: str) -> bool:
        """Return whether a job waits for the scheduler to start."""
        return self._pending.find(job_id, jobstore) is not None

    # -- what they share -----------------------------------------------------------------------------

    def _find_pending(self, job_id: str, jobstore: str | None) -> PendingJob | None:
        self._check_process()
        check_job_id(job_id)
        check_alias(jobstore)
        return self._pending.find(job_id, jobstore)

    def _find(
        self, job_id: str, jobstore: str | None, stores: Callable[[str | None], list[tuple[str, JobStore]]]
    ) -> tuple[str, StoredJob] | None:
        """Return the job, which may wait for the start, with the alias of its job store, or None.

        Those that `stores(jobstore)` returns are looked through, once it is known that it does not wait.
        """
        pending = self._find_pending(job_id, jobstore)
        if pending is not None:
            return pending.jobstore, pending.job
        for alias, store in stores(jobstore):
            job = store.lookup_job(job_id)
            if job is not None:
                return alias, job
        return None

    def _stores(self, jobstore: str | None) -> list[tuple[str, JobStore]]:
        """Return the job stores, or the one of that alias; none while the scheduler is not running."""
        self._check_process()
        check_alias(jobstore)
        return self._stores_of(jobstore) if self.running else []

    def _stores_of(self, jobstore: str | None) -> list[tuple[str, JobStore]]:
        if jobstore is None:
            return list(self._parts.jobstores.items())
        return [(jobstore, self._parts.jobstore(jobstore))]

    def _open_stores(self, jobstore: str | None) -> list[tuple[str, JobStore]]:
        """Return the job stores, or the one of that alias, to ask. Raises where one of them cannot be asked now."""
        self._check_process()
        check_alias(jobstore)
        if self.running:
            return self._stores_of(jobstore)
        if jobstore is not None and jobstore not in self._parts.jobstores and not self._was_started:
            return []  # it may be added yet; "default" is by the start
        stores = self._stores_of(jobstore)
        for alias, store in stores:
            if not store.is_always_open:
                why = "was shut down" if self._was_started else "has not been started"
                raise SchedulerNotRunningError(
                    f"this scheduler {why}, and what is in job store {alias!r} ({type(store).__name__}) can be read "
                    f"only while it runs; start it and ask then: start(paused=True) runs nothing"
                )
        return stores

    def _stores_by_now(self, jobstore: str | None) -> list[tuple[str, JobStore]]:
        """Return the job stores, or the one of that alias, of which the jobs are listed beside those that wait.

        None before the first start: the jobs that wait for it are the list. Raises where one cannot be asked now.
        """
        return self._open_stores(jobstore) if self._was_started else self._stores(jobstore)

    def _all_jobs(self, stores: list[tuple[str, JobStore]], jobstore: str | None) -> list[tuple[str, StoredJob]]:
        stored = [(alias, job) for alias, store in stores for job in store.get_all_jobs()]
        return stored + [(pending.jobstore, pending.job) for pending in self._pending.of(jobstore)]

    def _no_such_job(self, job_id: str, jobstore: str | None) -> JobLookupError | SchedulerNotRunningError:
        if not self.running:
            return SchedulerNotRunningError(
                f"job {job_id!r} does not wait for the start of this scheduler, and those in its job stores are "
                f"changed only while it runs; start it first: start(paused=True) runs nothing"
            )
        where = "any job store" if jobstore is None else f"job store {jobstore!r}"
        return JobLookupError(f"there is no job {job_id!r} in {where}; it was removed, or it has finished")


def _status(value: RunStatus | str) -> RunStatus:
    try:
        return RunStatus(value)
    except ValueError:
        known = ", ".join(RunStatus)
        raise ValueError(f"status must be one of {known}, not {shortened(value)}") from None


def _check_limit(limit: int) -> None:
    if not isinstance(limit, int) or limit < 0:
        raise ValueError(f"limit must be a whole number, at least 0, not {shortened(limit)}")
