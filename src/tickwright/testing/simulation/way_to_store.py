"""The way from a simulated process to the store that all share: faults strike on it, and the ledger looks on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from tickwright.change import Change
from tickwright.due import DueJobs, UnreadableJob
from tickwright.errors import JobStoreUnavailableError, UnreadableJobError
from tickwright.jobstores.base import JobStore
from tickwright.stored_job import StoredJob
from tickwright.testing.faulty_store import FaultPlan, FaultyStore
from tickwright.testing.simulation.weather import Weather

__all__ = ["Traveller", "WayToStore"]


class Traveller(FaultPlan, Protocol):
    """Who calls the store, and what befalls its calls."""

    weather: Weather
    unloadable: set[str]
    """The ids of the jobs that it cannot load."""

    def note_commit(self, changes: Sequence[Change], taken: list[bool]) -> None:
        """Hear what the store made of a commit."""


class WayToStore(FaultyStore):
    """What a process takes for its job store."""

    def __init__(self, store: JobStore, traveller: Traveller) -> None:
        super().__init__(_NotedStore(store, traveller), traveller)


class _NotedStore(FaultyStore):
    """The shared store as one process sees it: without the jobs that it cannot load. Commits are noted."""

    def __init__(self, store: JobStore, traveller: Traveller) -> None:
        super().__init__(store, _NoFaults())
        self._traveller = traveller
        self._told: set[str] = set()

    def commit(self, changes: Sequence[Change]) -> list[bool]:
        weather = self._traveller.weather
        if weather.strikes(weather.halves):
            self._commit(changes[: weather.random.randrange(len(changes))])
            raise JobStoreUnavailableError("simulated: the store failed in the middle of a commit")
        return self._commit(changes)

    def _commit(self, changes: Sequence[Change]) -> list[bool]:
        taken = self.inner.commit(changes)
        self._traveller.note_commit(changes, taken)
        return taken

    def commit_all(self, changes: Sequence[Change]) -> bool:
        taken = self.inner.commit_all(changes)
        self._traveller.note_commit(changes, [taken] * len(changes))
        return taken

    # -- jobs that cannot be loaded here -------------------------------------------------------------

    def lookup_jobs(self, job_ids: Iterable[str]) -> dict[str, StoredJob]:
        found = self.inner.lookup_jobs(job_ids)
        return {job_id: job for job_id, job in found.items() if job_id not in self._traveller.unloadable}

    def lookup_job(self, job_id: str) -> StoredJob | None:
        job = self.inner.lookup_job(job_id)
        if job is not None and job_id in self._traveller.unloadable:
            raise UnreadableJobError(f"simulated: job {job_id!r} cannot be loaded by this process")
        return job

    def read_due(self, now: datetime, limit: int, executors: Collection[str] | None = None) -> DueJobs:
        unloadable = self._traveller.unloadable
        found = self.inner.read_due(now, limit + len(unloadable), executors).due
        aside = tuple(_unreadable(due.job) for due in found if due.job.id in unloadable - self._told)
        self._told.update(job.job_id for job in aside)
        readable = [due for due in found if due.job.id not in unloadable]
        return DueJobs(due=tuple(readable[:limit]), set_aside=aside)

    def next_due_time(self, executors: Collection[str] | None = None) -> datetime | None:
        unloadable = self._traveller.unloadable
        if not unloadable:
            return self.inner.next_due_time(executors)
        jobs = [job for job in self.inner.get_all_jobs() if executors is None or job.executor in executors]
        times = (job.schedule.next_run_time for job in jobs if job.id not in unloadable)
        return min((time for time in times if time is not None), default=None)

    def get_unreadable_jobs(self) -> list[UnreadableJob]:
        return [_unreadable(job) for job in self.inner.get_all_jobs() if job.id in self._traveller.unloadable]

    def readmit_jobs(self) -> list[str]:
        back = self._told - self._traveller.unloadable
        self._told -= back
        return sorted(back)


class _NoFaults:
    """On this part of the way nothing happens."""

    def before(self, call: str) -> None:
        return

    def after(self, call: str) -> None:
        return


def _unreadable(job: StoredJob) -> UnreadableJob:
    return UnreadableJob(job_id=job.id, reason="simulated", next_run_time=job.schedule.next_run_time)
