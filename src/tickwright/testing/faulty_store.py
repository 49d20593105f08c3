"""A job store whose calls fail, before, after or half-way through their work, when a test says so."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ParamSpec, Protocol, TypeVar

from tickwright.change import Change
from tickwright.due import DueJobs, Standing, UnreadableJob
from tickwright.jobstores.base import JobStore, StoreHost
from tickwright.jobstores.batches import NONE_REPLACED
from tickwright.owner import Lease, Owner
from tickwright.report import Report
from tickwright.run import Run, RunStatus
from tickwright.stored_job import StoredJob
from tickwright.testing.faults import Faults

__all__ = ["FaultPlan", "FaultyStore"]

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")


class FaultPlan(Protocol):
    """Decides what goes wrong; `Faults` is one. Both may raise whatever a store may raise, or take their time."""

    def before(self, call: str) -> BaseException | None:
        """Happen before the call of this name is carried out: raising here leaves the store as it was.

        An exception that is returned is raised when half of the call was done.
        """

    def after(self, call: str) -> None:
        """Happen after the call was carried out: raising here is an answer that never came."""


class FaultyStore(JobStore):
    """Stands between a scheduler and a real job store; several may share one, each with faults of its own.

    ::

        faults = Faults()
        scheduler = ManualScheduler(jobstores={"default": FaultyStore(MemoryJobStore(), faults)})
        faults.fail("commit", times=3)
    """

    def __init__(self, inner: JobStore, faults: FaultPlan) -> None:
        self.inner = inner
        self.faults = faults
        # What it promises is what the real one promises.
        flags = "checks_versions", "survives_restart", "writes_batches", "keeps_objects", "is_always_open", "look_every"
        for flag in flags:
            setattr(self, flag, getattr(inner, flag))

    def _pass_on(
        self, call: Callable[Parameters, Answer], *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Answer:
        error = self.faults.before(call.__name__)
        if error is not None:
            self._do_half(call, *args, **kwargs)
            raise error
        answer = call(*args, **kwargs)
        self.faults.after(call.__name__)
        return answer

    def _do_half(self, call: Callable[Parameters, Answer], *args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        """Carry out the first half of a call, as a store does that is interrupted between two of its writes.

        What is one write, or only reads, is done: the store may fail between that and its answer.
        """
        if call.__name__ == "remove_all_jobs":
            ids = [job.id for job in self.inner.get_all_jobs()]
            for job_id in ids[: len(ids) // 2]:
                self.inner.remove_job(job_id)
            return
        values: list[Any] = list(args)
        if call.__name__ == "commit":
            (changes,) = values
            values = [changes[: len(changes) // 2]]
        elif call.__name__ == "prune_runs":
            now, limit = values
            values = [now, limit // 2]
        half: Callable[..., Answer] = call
        half(*values, **kwargs)

    def start(self, scheduler: StoreHost, alias: str) -> None:
        self.alias = alias
        if isinstance(self.faults, Faults):
            self.faults.clock = scheduler.clock
        self._pass_on(self.inner.start, scheduler, alias)

    def shutdown(self) -> None:
        self._pass_on(self.inner.shutdown)

    def lookup_job(self, job_id: str) -> StoredJob | None:
        return self._pass_on(self.inner.lookup_job, job_id)

    def get_due_jobs(self, now: datetime) -> list[StoredJob]:
        return self._pass_on(self.inner.get_due_jobs, now)

    def get_next_run_time(self) -> datetime | None:
        return self._pass_on(self.inner.get_next_run_time)

    def get_all_jobs(self) -> list[StoredJob]:
        return self._pass_on(self.inner.get_all_jobs)

    def add_job(self, job: StoredJob) -> None:
        self._pass_on(self.inner.add_job, job)

    def update_job(self, job: StoredJob) -> None:
        self._pass_on(self.inner.update_job, job)

    def remove_job(self, job_id: str) -> None:
        self._pass_on(self.inner.remove_job, job_id)

    def remove_all_jobs(self) -> None:
        self._pass_on(self.inner.remove_all_jobs)

    def read_due(self, now: datetime, limit: int, executors: Collection[str] | None = None) -> DueJobs:
        return self._pass_on(self.inner.read_due, now, limit, executors)

    def next_due_time(self, executors: Collection[str] | None = None) -> datetime | None:
        return self._pass_on(self.inner.next_due_time, executors)

    def read_standings(self, job_ids: Iterable[str]) -> dict[str, Standing]:
        return self._pass_on(self.inner.read_standings, job_ids)

    def add_job_unless_run(self, job: StoredJob) -> bool:
        return self._pass_on(self.inner.add_job_unless_run, job)

    def update_job_if(self, job: StoredJob, version: int) -> bool:
        return self._pass_on(self.inner.update_job_if, job, version)

    def commit(self, changes: Sequence[Change]) -> list[bool]:
        return self._pass_on(self.inner.commit, changes)

    def lookup_jobs(self, job_ids: Iterable[str]) -> dict[str, StoredJob]:
        return self._pass_on(self.inner.lookup_jobs, job_ids)

    def add_jobs(
        self,
        jobs: Sequence[StoredJob],
        instead_of: Mapping[str, int | None] = NONE_REPLACED,
        unless_run: Collection[str] = (),
        recorded: Sequence[Run] = (),
    ) -> bool:
        return self._pass_on(self.inner.add_jobs, jobs, instead_of, unless_run, recorded)

    def remove_jobs(self, job_ids: Sequence[str]) -> None:
        self._pass_on(self.inner.remove_jobs, job_ids)

    def commit_all(self, changes: Sequence[Change]) -> bool:
        return self._pass_on(self.inner.commit_all, changes)

    def get_unreadable_jobs(self) -> list[UnreadableJob]:
        return self._pass_on(self.inner.get_unreadable_jobs)

    def find_unreadable_jobs(self, limit: int) -> list[UnreadableJob]:
        return self._pass_on(self.inner.find_unreadable_jobs, limit)

    def readmit_jobs(self) -> list[str]:
        return self._pass_on(self.inner.readmit_jobs)

    def get_run(self, run_id: str) -> Run | None:
        return self._pass_on(self.inner.get_run, run_id)

    def get_runs(
        self,
        *,
        job_id: str | None = None,
        status: RunStatus | None = None,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> list[Run]:
        return self._pass_on(self.inner.get_runs, job_id=job_id, status=status, since=since, limit=limit)

    def get_unsettled_runs(self, owner: str | None = None) -> list[Run]:
        return self._pass_on(self.inner.get_unsettled_runs, owner)

    def prune_runs(self, now: datetime, limit: int) -> int:
        return self._pass_on(self.inner.prune_runs, now, limit)

    def pack(self, report: Report) -> Report:
        return self.inner.pack(report)  # no call of the store's: it is made in a worker, and must not fail

    def read_note(self, topic: str) -> str | None:
        return self._pass_on(self.inner.read_note, topic)

    def write_note(self, topic: str, text: str) -> None:
        self._pass_on(self.inner.write_note, topic, text)

    def open_lease(self, owner: Owner, seconds: float, now: datetime, beat: int = 1) -> None:
        self._pass_on(self.inner.open_lease, owner, seconds, now, beat)

    def renew_lease(self, owner_id: str, now: datetime) -> bool:
        return self._pass_on(self.inner.renew_lease, owner_id, now)

    def close_lease(self, owner_id: str, beat: int | None = None) -> None:
        self._pass_on(self.inner.close_lease, owner_id, beat)

    def get_leases(self) -> list[Lease]:
        return self._pass_on(self.inner.get_leases)
