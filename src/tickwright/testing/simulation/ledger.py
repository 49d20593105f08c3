"""The ledger: what really happened in a simulation, held against what the promises say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from tickwright.change import Change
from tickwright.core.firing import RUN_NOW
from tickwright.core.settling import MOST_ATTEMPTS
from tickwright.jobstores.base import JobStore
from tickwright.policies import OnLost
from tickwright.run import Run, RunStatus
from tickwright.stored_job import StoredJob

__all__ = ["BrokenPromiseError", "Ledger"]


class BrokenPromiseError(AssertionError):
    """A promise was broken in a simulation; the message says which, for which job and run."""


class Witness(Protocol):
    """What the ledger is told of the process in which something happens."""

    @property
    def store(self) -> JobStore:
        """The store that all share, reached by no way that can fail."""

    @property
    def world_now(self) -> datetime:
        """The world's time."""

    def really(self, shown: datetime) -> datetime:
        """Return the world's time at which the process's own clock showed this."""

    def is_innocent(self, owner: str) -> bool:
        """Return whether another process lives and has given nobody a reason to take it for dead."""

    def cannot_load(self, job_id: str) -> bool:
        """Return whether this process cannot load a job."""

    @property
    def shares(self) -> bool:
        """Whether the process knows of others at the store."""

    def has_gone_round_since(self, instant: datetime) -> bool:
        """Return whether a whole step, without trouble, was begun after an instant of the world."""


@dataclass
class Ledger:
    """Notes taken where things happen: at the store's commits and at the executors' doors."""

    jobs: dict[str, StoredJob] = field(default_factory=dict)
    """Each job as it was added."""
    gone: set[str] = field(default_factory=set)
    """The jobs that a user removed."""
    settled_at: dict[str, datetime] = field(default_factory=dict)
    """When the outcome of each run was committed."""
    settled_in: dict[str, int] = field(default_factory=dict)
    """In which commit."""
    changed_at: dict[str, datetime] = field(default_factory=dict)
    """When each job's schedule was written last."""
    taken_at: dict[str, datetime] = field(default_factory=dict)
    """When each run was taken, by the world's time and not by the clock of the process that took it."""
    commits: int = 0
    """How many commits there were."""
    executions: dict[tuple[str, datetime, int], int] = field(default_factory=lambda: defaultdict(int))
    """How often each (job id, fire time, attempt) was executed."""
    executed: set[str] = field(default_factory=set)
    """The ids of the runs that were."""
    finished: set[str] = field(default_factory=set)
    """The ids of the runs whose function has returned, reported or not."""
    refused: set[str] = field(default_factory=set)
    """The ids of the runs that an executor did not take."""
    told_lost: set[str] = field(default_factory=set)
    """The ids of the runs that were told that another scheduler has settled them."""
    broken: str | None = None
    """What was noticed first. An error raised in the middle of a step would be taken for trouble of a store."""

    # -- while it happens ----------------------------------------------------------------------------

    def note_commit(self, changes: Sequence[Change], taken: list[bool], who: Witness) -> None:
        """Look at a commit of a process, as the store took it."""
        store, now = who.store, who.world_now
        self.commits += 1
        for change, is_taken in zip(changes, taken, strict=True):
            if not is_taken:
                continue
            if change.schedule is not None:
                self.changed_at[change.job_id] = now
            for run in (*change.started, *change.recorded):
                self.taken_at[run.id] = who.really(run.taken_at)
            for run in (*change.settled, *change.recorded):
                if run.id in self.settled_at:
                    self._notice(f"{_told(run)} was settled a second time")
                self.settled_at[run.id] = now
                self.settled_in[run.id] = self.commits
            for run in change.settled:
                if run.status is RunStatus.LOST and who.is_innocent(run.owner):
                    self._notice(f"{_told(run)} is on record as lost, and its process lived and had done nothing wrong")
            # That it is over, its schedule tells by itself; what is to be done about a loss, only the job does.
            if change.remove and who.cannot_load(change.job_id) and not _all_done(change.settled):
                self._notice(f"job {change.job_id!r} was removed by a process that cannot load it")
            if change.remove:
                left = [run.id for run in store.get_unsettled_runs() if run.job_id == change.job_id]
                if left or change.started:
                    self._notice(
                        f"job {change.job_id!r} was removed as finished although {left or change.started} had not ended"
                    )

    def note_execution(self, run: Run, job: StoredJob, who: Witness) -> None:
        """Look at a run at the moment at which an executor begins it."""
        store = who.store
        stored = store.get_run(run.id)
        if stored is None or stored.is_settled or stored.owner != run.owner:
            self._notice(f"{_told(run)} reached an executor, but on record is {stored and stored.status}")
        now_stored = store.lookup_job(run.job_id)
        if run.reason is None and now_stored is not None:
            next_time = now_stored.schedule.next_fire_time
            if next_time is not None and next_time <= run.fire_time:
                self._notice(f"{_told(run)} was started before the next fire time was committed")
        unsettled = [
            one for one in store.get_unsettled_runs() if one.job_id == run.job_id and one.id not in self.finished
        ]
        if len(unsettled) > job.max_instances:
            self._notice(f"{_told(run)} makes {len(unsettled)} instances, and max_instances={job.max_instances}")
        self.executions[run.job_id, run.fire_time, run.attempt] += 1
        self.executed.add(run.id)

    def note_submission(self, run: Run, who: Witness) -> None:
        """Look at a run at the moment at which it is handed to an executor."""
        if who.cannot_load(run.job_id):
            self._notice(f"{_told(run)} was taken by a process that cannot load its job")

    def note_wait(self, run: Run, who: Witness) -> None:
        """Look at a run at the moment at which an executor puts it in its queue."""
        # What the dead have left, one process takes over whole: it is to be run now, wherever there is room for it.
        if run.attempt == 1 and who.shares:
            self._notice(f"{_told(run)} waits in a queue, although others share the store and may have a worker free")

    def note_end(self, run: Run, who: Witness) -> None:
        """Look at a run at the moment at which its function returns."""
        self.finished.add(run.id)
        settled_at = self.settled_at.get(run.id)
        if settled_at is not None and run.id not in self.told_lost and who.has_gone_round_since(settled_at):
            self._notice(f"{_told(run)} was settled while it ran, and nobody told it")

    # -- at the end ----------------------------------------------------------------------------------

    def raise_if_broken(self) -> None:
        """Raise `BrokenPromiseError` for what was noticed while it happened."""
        if self.broken is not None:
            raise BrokenPromiseError(self.broken)

    def check(self, store: JobStore, now: datetime) -> None:
        """Raise `BrokenPromiseError` for the first promise that does not hold, once everything has come to rest."""
        self.raise_if_broken()
        runs = store.get_runs()
        for run in runs:
            if not run.is_settled:
                raise BrokenPromiseError(f"{_told(run)} never got an outcome: it is still {run.status}")
        by_job: dict[str, list[Run]] = defaultdict(list)
        for run in runs:
            by_job[run.job_id].append(run)
        for job in self.jobs.values():
            self._check_accounts(job, by_job[job.id], store, now)
            self._check_attempts(job, by_job[job.id])
            for run in by_job[job.id]:
                self._check_outcome(job, run, by_job[job.id])
        for (job_id, fire_time, attempt), times in self.executions.items():
            if times > 1:
                raise BrokenPromiseError(f"job {job_id!r} ran {times} times for {fire_time} (attempt {attempt})")

    def _notice(self, what: str) -> None:
        self.broken = self.broken or what

    def accounted(self, store: JobStore, job_id: str) -> int:
        """Return how many fire times of a job its records stand for."""
        return sum(run.coalesced for run in store.get_runs(job_id=job_id) if _is_first(run))

    def _check_accounts(self, job: StoredJob, runs: list[Run], store: JobStore, now: datetime) -> None:
        """Each fire time from the first one on is on one record, and the next one is still to come."""
        expected = job.schedule.next_fire_time
        for run in sorted((run for run in runs if _is_first(run)), key=lambda run: run.fire_time):
            covered = 0
            while expected is not None and expected <= run.fire_time:
                covered += 1
                last, expected = expected, job.trigger.get_next_fire_time(expected, now)
                if expected is None or expected > run.fire_time:
                    _must(last == run.fire_time, f"{_told(run)} is for no fire time of the trigger")
            _must(
                covered == run.coalesced,
                f"{_told(run)} says that it stands for {run.coalesced} fire time(s), and it is {covered}",
            )
        stored = store.lookup_job(job.id)
        if stored is not None:
            _must(
                stored.schedule.next_fire_time == expected,
                f"job {job.id!r} is next to fire at {stored.schedule.next_fire_time}, and should be at {expected}",
            )
        elif job.id not in self.gone:
            _must(expected is None, f"job {job.id!r} is gone, although it was to fire at {expected}")

    def _check_attempts(self, job: StoredJob, runs: list[Run]) -> None:
        attempts = {(run.fire_time, run.attempt) for run in runs}
        for run in runs:
            if run.status is RunStatus.LOST and job.on_lost is OnLost.RERUN and job.id not in self.gone:
                is_again = run.attempt == MOST_ATTEMPTS or (run.fire_time, run.attempt + 1) in attempts
                _must(is_again, f"{_told(run)} is lost, and was not run again")
            if run.attempt == 1:
                continue
            _must(job.on_lost is OnLost.RERUN, f"{_told(run)} was run again without on_lost='rerun'")
            before = [one for one in runs if (one.fire_time, one.attempt) == (run.fire_time, run.attempt - 1)]
            _must(
                any(one.status is RunStatus.LOST for one in before),
                f"{_told(run)} was run again although attempt {run.attempt - 1} was not lost",
            )

    def _check_outcome(self, job: StoredJob, run: Run, runs: list[Run]) -> None:
        if run.status in (RunStatus.SUCCEEDED, RunStatus.FAILED) and run.id not in self.refused:
            _must(run.id in self.executed, f"{_told(run)} has an outcome, and no executor ever had it")
        if run.status in (RunStatus.MISSED, RunStatus.SKIPPED):
            _must(run.id not in self.executed, f"{_told(run)} is on record as passed over, and was executed")
        if run.status is RunStatus.MISSED:
            grace = job.misfire_grace_time
            _must(
                grace is not None and run.lateness.total_seconds() > grace,
                f"{_told(run)} was missed by {run.lateness}, and its grace is {grace}",
            )
        if run.status is RunStatus.SKIPPED and run.reason and not run.reason.startswith(RUN_NOW):
            in_the_way = [one for one in runs if self._was_in_the_way(one, run)]
            _must(
                len(in_the_way) >= job.max_instances,
                f"{_told(run)} was skipped, and only {len(in_the_way)} run(s) were in its way",
            )

    def _was_in_the_way(self, one: Run, skipped: Run) -> bool:
        """Return whether `one` was executing, as far as anybody could know, when the other was skipped."""
        if one.status in (RunStatus.MISSED, RunStatus.SKIPPED) or one.taken_at > skipped.due_at:
            return False
        # What is settled in the same commit was known to have ended.
        return (
            self.settled_at[one.id] >= self.taken_at[skipped.id]
            and self.settled_in[one.id] != self.settled_in[skipped.id]
        )


def _all_done(settled: Sequence[Run]) -> bool:
    return bool(settled) and all(run.status is not RunStatus.LOST for run in settled)


def _is_first(run: Run) -> bool:
    return run.attempt == 1 and not (run.reason or "").startswith(RUN_NOW)


def _told(run: Run) -> str:
    return f"run {run.id!r} of job {run.job_id!r} for {run.fire_time} (attempt {run.attempt}, {run.status})"


def _must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise BrokenPromiseError(otherwise)
