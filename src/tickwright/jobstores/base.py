"""The port of job stores: a small abstract heart, and everything else with a correct default built on it.

To write a store, subclass `JobStore` and implement the heart (the abstract methods): a page of code. The
defaults then keep the history of runs and the leases in memory, and write changes one by one. A store that
can do better overrides them; its capability flags say what it promises, and the scheduler refuses aloud what
a store cannot do. `tickwright.testing.suites.JobStoreSuite` is the test that every store must pass.

A store is called from the scheduler's thread and from any thread that uses the scheduler, so it guards
itself. It may raise whatever its library raises: the loop treats every exception as trouble in the store,
backs off and comes again, and assumes nothing about whether the call was carried out.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from threading import RLock
from typing import TYPE_CHECKING, ClassVar, Protocol

from tickwright.change import Change
from tickwright.due import Due, DueJobs, Standing, UnreadableJob
from tickwright.errors import JobLookupError, UnreadableJobError
from tickwright.jobstores.batches import BatchWrites
from tickwright.jobstores.history import RunHistory
from tickwright.jobstores.leases import LeaseBook
from tickwright.owner import Lease, Owner

if TYPE_CHECKING:
    from tickwright.clock import Clock
    from tickwright.report import Report
    from tickwright.run import Run, RunStatus
    from tickwright.stored_job import StoredJob

__all__ = ["JobStore", "StoreHost"]


class StoreHost(Protocol):
    """What a store sees of the scheduler that starts it."""

    @property
    def clock(self) -> Clock:
        """The clock to read where the store has none of its own."""

    def wakeup(self) -> None:
        """Make the scheduler look again: another process has changed something."""


class JobStore(BatchWrites, ABC):
    """Keeps jobs, the history of their runs, and the leases of the schedulers that share it."""

    checks_versions: ClassVar[bool] = False
    """Whether `commit` and `update_job_if` are atomic and conditional on the version, whoever else writes.

    Without it, two schedulers that share the store may both run a fire time."""
    survives_restart: ClassVar[bool] = False
    """Whether jobs, runs and leases are still there after the process ended, however it ended."""
    keeps_objects: ClassVar[bool] = False
    """Whether jobs are kept as the objects they are, so that a callable needs no name that leads to it."""
    is_always_open: ClassVar[bool] = False
    """Whether it can be asked before `start` and after `shutdown` too, as one that opens nothing can.

    A scheduler that is not running refuses questions about the jobs and runs of any other store."""

    look_every: float | None = 1.0
    """Seconds after which a scheduler looks again for what other processes changed; None where no other can.

    What another scheduler of this process changed is looked for each second from the first watch on that has seen it.
    """

    alias: str = "default"
    keep_runs: int | None = 10_000
    """How many settled runs retention keeps, those that ended last; None: all."""
    keep_runs_for: timedelta | None = None
    """How long after its end retention keeps a settled run; None: for ever."""

    # -- the heart -----------------------------------------------------------------------------------

    def start(self, scheduler: StoreHost, alias: str) -> None:
        """Make ready for use. Called again after `shutdown` where the scheduler starts again."""
        self.alias = alias

    def shutdown(self) -> None:
        """Let go of what `start` took. Doing it twice, or before `start`, is fine."""
        return

    @abstractmethod
    def lookup_job(self, job_id: str) -> StoredJob | None:
        """Return the job, or None where there is none.

        Raises `UnreadableJobError` where it is stored and cannot be loaded.
        """

    @abstractmethod
    def get_due_jobs(self, now: datetime) -> list[StoredJob]:
        """Return the readable jobs with `next_run_time <= now`, those due first in front."""

    @abstractmethod
    def get_next_run_time(self) -> datetime | None:
        """Return the earliest `next_run_time` of all readable jobs, or None."""

    @abstractmethod
    def get_all_jobs(self) -> list[StoredJob]:
        """Return all readable jobs by `next_run_time`, those without one at the end, then by id."""

    @abstractmethod
    def add_job(self, job: StoredJob) -> None:
        """Store a new job. Raises `ConflictingIdError` where the id is taken, by an unreadable job too."""

    @abstractmethod
    def update_job(self, job: StoredJob) -> None:
        """Replace a stored job, whatever its version. Raises `JobLookupError` where there is none."""

    @abstractmethod
    def remove_job(self, job_id: str) -> None:
        """Remove a job, readable or not; its runs stay on record.

        Raises `JobLookupError` where there is none.
        """

    @abstractmethod
    def remove_all_jobs(self) -> None:
        """Remove all jobs, unreadable ones too. Their runs stay on record."""

    # -- jobs, with defaults -------------------------------------------------------------------------

    def read_due(self, now: datetime, limit: int, executors: Collection[str] | None = None) -> DueJobs:
        """Return at most `limit` due jobs, with their unsettled runs, for these executors (None: for any)."""
        runs = self._history()
        jobs = [job for job in self.get_due_jobs(now) if executors is None or job.executor in executors]
        due = tuple(Due(job=job, unsettled=runs.unsettled_of(job.id)) for job in jobs[:limit])
        return DueJobs(due=due, set_aside=self._set_aside())

    def next_due_time(self, executors: Collection[str] | None = None) -> datetime | None:
        """Return the earliest `next_run_time` of the readable jobs for these executors (None: for any)."""
        if executors is None:
            return self.get_next_run_time()
        times = (job.schedule.next_run_time for job in self.get_all_jobs() if job.executor in executors)
        return min((time for time in times if time is not None), default=None)

    def read_standings(self, job_ids: Iterable[str]) -> dict[str, Standing]:
        """Return how these jobs stand, by id; jobs that are gone are left out, unreadable ones are not.

        The default knows no schedule but that of a job it can load, and leaves the unreadable out as well.
        """
        runs = self._history()
        standings = {}
        for job_id in job_ids:
            job = self._lookup_readable(job_id)
            if job is not None:
                standings[job_id] = Standing(schedule=job.schedule, unsettled=runs.unsettled_of(job_id))
        return standings

    def add_job_unless_run(self, job: StoredJob) -> bool:
        """Store a new job as `add_job` does, unless its next fire time has a run on record; return whether it did."""
        with self._kept.one_writer:
            fire_time = job.schedule.next_fire_time
            if fire_time and any(run.fire_time == fire_time for run in self.get_runs(job_id=job.id, since=fire_time)):
                return False
            self.add_job(job)
            return True

    def update_job_if(self, job: StoredJob, version: int) -> bool:
        """Replace a stored job if its stored version is `version`; return whether that was so."""
        with self._kept.one_writer:
            stored = self.lookup_job(job.id)
            if stored is None or stored.schedule.version != version:
                return False
            try:
                self.update_job(job)
            except JobLookupError:  # removed since
                return False
            return True

    def commit(self, changes: Sequence[Change]) -> list[bool]:
        """Write the changes in order, in one transaction where the store has such; return which were taken.

        The one commit of a round. Which changes are refused, `Change` says; a new run whose id is on record
        already is another reason. A result or exception that cannot be stored is no reason: it is left out,
        and the run's `reason` says so.

        An exception means: each change was written whole or not at all, and nobody knows which. The default
        writes them one by one, so those in front may be there without the others.
        """
        with self._kept.one_writer:
            return [self._commit_one(change) for change in changes]

    def _commit_one(self, change: Change) -> bool:
        runs = self._history()
        with runs.lock:
            is_admitted = runs.admits(change)
        if not is_admitted or (change.silence and not self._leases.is_silent(change.silence)):
            return False
        try:
            if not self._write_job(change):
                return False
        except BaseException:
            # The store may have written the job and failed to say so. Then the runs belong on record, or the
            # fire time that the job has passed is lost; if it has not, they do not. `_history` finds out.
            self._kept.in_doubt = change
            raise
        with runs.lock:
            runs.write(change)
        return True

    def _write_job(self, change: Change) -> bool:
        """Write what the change says of the job itself; return False where it is refused."""
        if change.expected_version is None and change.schedule is None:
            if change.remove:
                with suppress(JobLookupError):  # gone already is as good
                    self.remove_job(change.job_id)
            return True
        job = self._lookup_readable(change.job_id)
        if job is None or change.expected_version not in (None, job.schedule.version):
            return False
        try:
            if change.remove:
                self.remove_job(change.job_id)
            elif change.schedule is not None:
                self.update_job(job.with_schedule(change.schedule))
        except JobLookupError:  # removed since
            return False
        return True

    def _history(self) -> RunHistory:
        """Return the runs, after finding out what became of a change whose writing was interrupted."""
        kept = self._kept
        if kept.in_doubt is not None:
            with kept.one_writer:
                self._clear_doubt(kept)
        return kept.runs

    def _clear_doubt(self, kept: _Kept) -> None:
        change = kept.in_doubt
        if change is None:  # another thread was faster
            return
        has_arrived = self._has_arrived(change)
        with kept.runs.lock:
            if has_arrived and kept.runs.admits(change):
                kept.runs.write(change)
        kept.in_doubt = None

    def _has_arrived(self, change: Change) -> bool:
        try:
            job = self.lookup_job(change.job_id)
        except UnreadableJobError:
            return False
        if job is None:
            return change.remove
        return job.schedule == change.schedule

    def _lookup_readable(self, job_id: str) -> StoredJob | None:
        try:
            return self.lookup_job(job_id)
        except UnreadableJobError:
            return None

    # -- unreadable jobs -----------------------------------------------------------------------------

    def get_unreadable_jobs(self) -> list[UnreadableJob]:
        """Return the stored jobs that cannot be loaded here, found by trying each.

        The default suits a store that `keeps_objects`. Any other overrides it, and the defaults do the rest.
        """
        return []

    def find_unreadable_jobs(self, limit: int) -> list[UnreadableJob]:
        """Look at so many jobs; set aside those that cannot be loaded here, and return those nobody was told of."""
        return list(self._set_aside())

    def readmit_jobs(self) -> list[str]:
        """Try again to load the jobs that were set aside; return the ids of those that are back."""
        told = self._kept.set_aside
        if not told:
            return []
        mended = told - {unreadable.job_id for unreadable in self.get_unreadable_jobs()}
        told -= mended
        return sorted(job_id for job_id in mended if self._lookup_readable(job_id) is not None)

    def _set_aside(self) -> tuple[UnreadableJob, ...]:
        """Return the unreadable jobs that no read has told of."""
        told = self._kept.set_aside
        new = tuple(unreadable for unreadable in self.get_unreadable_jobs() if unreadable.job_id not in told)
        told.update(unreadable.job_id for unreadable in new)
        return new

    # -- runs ----------------------------------------------------------------------------------------

    def get_run(self, run_id: str) -> Run | None:
        """Return a run on record, or None."""
        return self._history().get(run_id)

    def get_runs(
        self,
        *,
        job_id: str | None = None,
        status: RunStatus | None = None,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> list[Run]:
        """Return runs on record, those taken last in front; `since` is the earliest fire time asked for."""
        return self._history().select(job_id=job_id, status=status, since=since, limit=limit)

    def get_unsettled_runs(self, owner: str | None = None) -> list[Run]:
        """Return the runs without an outcome, of this owner or of all, in the order they were taken."""
        return self._history().unsettled(owner)

    def prune_runs(self, now: datetime, limit: int) -> int:
        """Delete at most `limit` settled runs that are no longer kept, oldest end first; return how many.

        Kept are the `keep_runs` settled runs that ended last, and of these such as ended no longer ago than
        `keep_runs_for`; a run that never started ended when it was taken. A store that can tell cheaply keeps
        besides the last run of each job that is still stored.
        """
        return self._history().prune(now, limit, keep_runs=self.keep_runs, keep_runs_for=self.keep_runs_for)

    def pack(self, report: Report) -> Report:
        """Return the report with its outcome `packed` in the form in which `commit` writes it.

        Serialising runs the code of users' classes, which may be slow. So the worker's thread does it before it
        reports, and the loop, whose time is everybody's, does not. It is not asked about a report without result and
        exception, the commonest of all. Never raises; the default packs nothing.
        """
        return report

    # -- notes ---------------------------------------------------------------------------------------

    def read_note(self, topic: str) -> str | None:
        """Return what a scheduler has noted here, or None; a store that survives a restart keeps its notes, too."""
        return self._kept.notes.get(topic)

    def write_note(self, topic: str, text: str) -> None:
        """Keep a note in the place of the one before."""
        self._kept.notes[topic] = text

    # -- leases --------------------------------------------------------------------------------------

    def open_lease(self, owner: Owner, seconds: float, now: datetime, beat: int = 1) -> None:
        """Announce an owner, or announce it anew after its lease was taken away, with its first beat.

        The owner gives one that it has never had before, so that nobody takes the lease for the one that was there.
        For a lease that is still there it is at least one more beat, under the new terms.
        """
        self._leases.open(owner, seconds, now, beat)

    def renew_lease(self, owner_id: str, now: datetime) -> bool:
        """Raise the beat of a lease by one; return False where it is gone: its owner was taken for dead."""
        return self._leases.renew(owner_id, now)

    def close_lease(self, owner_id: str, beat: int | None = None) -> None:
        """Remove a lease: its owner shut down. Closing one that is gone is fine.

        With `beat`, its owner was found dead at that beat: where it has stirred since, the lease stays.
        """
        self._leases.close(owner_id, beat)

    def get_leases(self) -> list[Lease]:
        """Return all leases."""
        return self._leases.all()

    # -- what the defaults keep ----------------------------------------------------------------------

    @property
    def _kept(self) -> _Kept:
        # Made when first asked for, so that a subclass need not call our __init__, and one with tables of its
        # own never makes it. Two threads that ask at once get the same: `setdefault` is one step.
        kept: _Kept | None = self.__dict__.get("_default_kept")
        if kept is None:
            kept = self.__dict__.setdefault("_default_kept", _Kept())
        return kept

    @property
    def _runs(self) -> RunHistory:
        return self._kept.runs

    @property
    def _leases(self) -> LeaseBook:
        return self._kept.leases


class _Kept:
    """What the defaults keep in memory, for a store that has no place of its own for it."""

    __slots__ = ("in_doubt", "leases", "notes", "one_writer", "runs", "set_aside")

    def __init__(self) -> None:
        self.runs = RunHistory()
        self.leases = LeaseBook()
        # Held from reading a job to writing it, so that threads of this process do not overtake each other.
        self.one_writer = RLock()
        # The change that was being written when the store raised; at most one, for the next call asks first.
        self.in_doubt: Change | None = None
        self.notes: dict[str, str] = {}
        # The ids of the unreadable jobs that were told of; only the loop asks.
        self.set_aside: set[str] = set()
