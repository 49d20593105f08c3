"""The books of a test: every fire time of every job held against the records, and the records against the calls."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime

from tests.columns import in_columns
from tests.faults.deeds import Note
from tickwright.core.firing import RUN_NOW
from tickwright.run import Run, RunStatus
from tickwright.schedulers.base import BaseScheduler
from tickwright.triggers.base import Trigger

NEVER_CALLED = (RunStatus.MISSED, RunStatus.SKIPPED)


@dataclass
class Books:
    """The numbers, and what is wrong with them."""

    fire_times: int = 0
    runs: int = 0
    folded: int = 0
    passed_over: int = 0
    lost: int = 0
    cancelled: int = 0
    doubled: int = 0
    unaccounted: int = 0
    complaints: list[str] = field(default_factory=list)

    def table(self) -> str:
        """Return the numbers as two lines of text."""
        names = [one.name for one in fields(self) if one.name != "complaints"]
        return in_columns([[name.replace("_", " ") for name in names], [getattr(self, name) for name in names]])


@dataclass(frozen=True)
class Planned:
    """A job as it was added."""

    trigger: Trigger
    first: datetime


def plan_of(scheduler: BaseScheduler) -> dict[str, Planned]:
    """Return the jobs of a scheduler as they stand, before anything of theirs was due."""
    planned = {}
    for job in scheduler.get_jobs():
        first = job._stored.schedule.next_fire_time
        assert first is not None
        planned[job.id] = Planned(job.trigger, first)
    return planned


def audit(
    scheduler: BaseScheduler, plan: Mapping[str, Planned], notes: Iterable[Note], *, at_rest: bool = True
) -> Books:
    """Return the books of these jobs.

    `at_rest`: nothing is in flight any more, and a run without an outcome is one that was forgotten.
    """
    books, runs_of = Books(), defaultdict(list)
    for run in scheduler.get_runs():
        runs_of[run.job_id].append(run)
    calls = Counter((note.job_id, note.fire_time, note.attempt) for note in notes)
    for (job_id, fire_time, attempt), times in calls.items():
        if times > 1:
            books.doubled += times - 1
            books.complaints.append(f"{job_id} was called {times} times for {fire_time}, attempt {attempt}")
    called = {note.run_id for note in notes}
    known = {run.id for runs in runs_of.values() for run in runs}
    for stranger in called - known:
        books.unaccounted += 1
        books.complaints.append(f"run {stranger} was called, and is not on record")
    ahead = {job.id: job._stored.schedule.next_fire_time for job in scheduler.get_jobs()}
    for job_id, planned in plan.items():
        _follow(books, job_id, planned, runs_of[job_id][::-1], ahead.get(job_id), job_id in ahead)
        for run in runs_of[job_id]:
            _look_at(books, run, called, at_rest)
    return books


def _follow(
    books: Books, job_id: str, planned: Planned, runs: list[Run], ahead: datetime | None, is_there: bool
) -> None:
    """From the first fire time to the one ahead, each is on one record."""
    firsts = sorted((run for run in runs if run.attempt == 1), key=lambda run: run.fire_time)
    expected: datetime | None = planned.first
    for run in firsts:
        if run.reason is not None and run.reason.startswith(RUN_NOW):
            continue
        covered = 0
        while expected is not None and expected <= run.fire_time:
            covered += 1
            last, expected = expected, planned.trigger.get_next_fire_time(expected, run.fire_time)
            if (expected is None or expected > run.fire_time) and last != run.fire_time:
                books.complaints.append(f"{job_id}: {run.fire_time} is no fire time of its trigger")
        books.fire_times += covered
        books.folded += run.coalesced - 1
        if covered < run.coalesced:
            books.doubled += run.coalesced - covered
        elif covered > run.coalesced:
            books.unaccounted += covered - run.coalesced
        if covered != run.coalesced:
            books.complaints.append(f"{job_id}: {run} stands for {run.coalesced} fire times, and it is {covered}")
    if ahead != expected:
        books.unaccounted += 1
        books.complaints.append(f"{job_id} is next to fire at {ahead}, and should be at {expected}")
    if not is_there and expected is not None:
        books.complaints.append(f"{job_id} is gone")


def _look_at(books: Books, run: Run, called: set[str], at_rest: bool) -> None:
    books.runs += run.status not in NEVER_CALLED
    books.lost += run.status is RunStatus.LOST
    books.cancelled += run.status is RunStatus.CANCELLED
    books.passed_over += run.status in NEVER_CALLED
    if not run.is_settled and at_rest:
        books.unaccounted += 1
        books.complaints.append(f"{run} never got an outcome")
    if run.status in (RunStatus.SUCCEEDED, RunStatus.FAILED) and run.id not in called:
        books.complaints.append(f"{run} has an outcome, and was never called")
    if run.status in NEVER_CALLED and run.id in called:
        books.complaints.append(f"{run} was passed over, and called")
