"""Holds what the jobs of a program left in a file against the history in its store, after it has ended."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from tests.chain import breaks
from tickwright import Run, RunStatus
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.testing.suites.store.material import Host

__all__ = ["Books", "audit", "history", "lines_of"]

CALLED = (RunStatus.SUCCEEDED, RunStatus.FAILED)
EVERY_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One call of a job's function, as it wrote it down itself."""

    job_id: str
    fire_time: datetime
    attempt: int
    run_id: str
    pid: int

    @classmethod
    def read(cls, text: str) -> Line:
        job_id, fire_time, attempt, run_id, pid = text.split()
        return cls(
            job_id=job_id,
            fire_time=datetime.fromisoformat(fire_time),
            attempt=int(attempt),
            run_id=run_id,
            pid=int(pid),
        )


@dataclass(slots=True, kw_only=True)
class Books:
    """What an audit found."""

    fire_times: int = 0
    """Those accounted for, the folded ones too."""
    statuses: Counter[str] = field(default_factory=Counter)
    pids: set[int] = field(default_factory=set)
    """The processes whose jobs left lines."""
    complaints: list[str] = field(default_factory=list)


def lines_of(folder: Path) -> list[Line]:
    """Return what the jobs have left so far."""
    file = folder / "lines.txt"
    return [Line.read(line) for line in file.read_text().splitlines()] if file.exists() else []


def history(folder: Path) -> list[Run]:
    """Return all runs on record, oldest first. No scheduler is started for it, which might settle some of them."""
    store = SQLiteJobStore(folder / "jobs.sqlite")
    store.start(Host(), "default")
    try:
        return store.get_runs()[::-1]
    finally:
        store.shutdown()


def audit(folder: Path, *, period: timedelta | None = EVERY_SECOND, lost: bool = False) -> Books:
    """Return the books of the program that worked in `folder`.

    `period`: that of its jobs that fire more than once; the others are one-shots. `lost`: whether some of its
    processes were killed, so that runs may be on record as lost.
    """
    books = Books()
    runs, lines = history(folder), lines_of(folder)
    books.pids = {line.pid for line in lines}
    books.statuses = Counter(str(run.status) for run in runs)
    _compare(runs, lines, books)
    by_job: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        by_job[run.job_id].append(run)
    for job_id, of_job in by_job.items():
        _follow(job_id, of_job, period, books)
    allowed = {"succeeded", "skipped"} | ({"lost"} if lost else set())
    if strange := set(books.statuses) - allowed:
        books.complaints += [
            f"{run.job_id} at {run.fire_time} is {run.status}: {run.reason or run.exception!r}"
            for run in runs
            if run.status in strange
        ]
    return books


def _compare(runs: list[Run], lines: list[Line], books: Books) -> None:
    """Each function that was called was called once, for a run on record; each run that succeeded was called."""
    calls = Counter((line.job_id, line.fire_time, line.attempt) for line in lines)
    books.complaints += [f"{call} was called {times} times" for call, times in calls.items() if times != 1]
    called = {line.run_id for line in lines}
    on_record = {run.id: run for run in runs}
    books.complaints += [f"{line} is not on record" for line in lines if line.run_id not in on_record]
    for run in runs:
        if run.status in CALLED and run.id not in called:
            books.complaints.append(f"{run.job_id} at {run.fire_time} is {run.status}, but was not called")
        if run.status not in (*CALLED, RunStatus.LOST) and run.id in called:
            books.complaints.append(f"{run.job_id} at {run.fire_time} is {run.status}, but was called")


def _follow(job_id: str, runs: list[Run], period: timedelta | None, books: Books) -> None:
    """Every fire time from the first to the last is on record once, its attempts counted without a gap."""
    attempts: dict[datetime, list[Run]] = defaultdict(list)
    for run in runs:
        attempts[run.fire_time].append(run)
    stand_for = {fire_time: max(run.coalesced for run in tries) for fire_time, tries in attempts.items()}
    books.fire_times += sum(stand_for.values())
    for fire_time, tries in sorted(attempts.items()):
        numbers = sorted(run.attempt for run in tries)
        if numbers != list(range(1, len(tries) + 1)):
            books.complaints.append(f"{job_id} at {fire_time} has the attempts {numbers}")
    if period is None:
        return
    for expected, found in breaks(sorted(stand_for.items()), period):
        books.complaints.append(f"{job_id}: after {expected - period} the next one on record is {found}")
