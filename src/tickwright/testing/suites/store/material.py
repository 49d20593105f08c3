"""What the suite puts into a store: jobs and runs, small and fixed, so that a failure can be read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any, TypeVar

from tickwright.change import Change
from tickwright.clock import Clock, SystemClock
from tickwright.jobstores.base import JobStore
from tickwright.reference import make_reference
from tickwright.run import Run, RunStatus
from tickwright.stored_job import Schedule, StoredJob
from tickwright.triggers.base import Trigger

__all__ = [
    "EARLIEST",
    "LATEST",
    "NOW",
    "Every",
    "Fragile",
    "Host",
    "Unstorable",
    "all_at_once",
    "at",
    "committed",
    "done",
    "idle_job",
    "ids",
    "made_job",
    "made_run",
    "moved",
    "passed_over",
    "unloadable",
    "vanishing",
    "work",
]

T = TypeVar("T")

NOW = datetime(2030, 1, 31, 23, 59, 59, 123457, tzinfo=UTC)
EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)

WAIT = 60.0
"""Seconds after which a thread that should long be done is taken for stuck."""


def at(seconds: float) -> datetime:
    """Return an instant so many seconds after `NOW`."""
    return NOW + timedelta(seconds=seconds)


# -- jobs ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Every(Trigger):
    """A trigger with a parameter, that can be stored and compared."""

    seconds: float = 60.0

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Return the previous fire time and the interval, or `now`."""
        return now if previous_fire_time is None else previous_fire_time + timedelta(seconds=self.seconds)


def work(*args: Any, **kwargs: Any) -> Any:
    """Do nothing: the suite runs no jobs."""


def vanishing() -> None:
    """Do nothing; a test takes this name away, as when a function is renamed."""


def made_job(job_id: str = "job", due: datetime | None = NOW, version: int = 1, **fields: Any) -> StoredJob:
    """Return a job that is due at `due`; None: one that is held."""
    schedule = Schedule(next_fire_time=due or NOW, next_run_time=due, version=version)
    fields = {"func": work, "trigger": Every(), "schedule": schedule, **fields}
    if "reference" not in fields:
        fields["reference"] = make_reference(fields["func"])
    return StoredJob(id=job_id, **fields)


def idle_job(job_id: str, *, paused: bool = False, fire_time: datetime | None = None) -> StoredJob:
    """Return a job that is not to be taken: paused, held (it has a fire time), or finished (it has none)."""
    return made_job(job_id, schedule=Schedule(next_fire_time=fire_time, paused=paused))


def moved(job: StoredJob, due: datetime | None = None, *, by: int = 1) -> Schedule:
    """Return the job's next schedule: due at `due`, its version higher by `by`."""
    return Schedule(next_fire_time=due, next_run_time=due, version=job.schedule.version + by)


# -- runs ------------------------------------------------------------------------------------------


def made_run(number: int = 1, job_id: str = "job", *, owner: str = "me", **fields: Any) -> Run:
    """Return a run that waits for a worker; a higher number is taken later."""
    fields = {"id": f"{job_id}-run-{number}", "fire_time": at(number), "due_at": at(number), **fields}
    return Run(job_id=job_id, owner=owner, **fields)


def done(run: Run, status: RunStatus = RunStatus.SUCCEEDED, after: float = 1.0, **outcome: Any) -> Run:
    """Return the run with its outcome, so many seconds after it was taken."""
    return run.ended(status, run.taken_at + timedelta(seconds=after), **outcome)


def passed_over(number: int = 1, job_id: str = "job", status: RunStatus = RunStatus.MISSED) -> Run:
    """Return a run that was never to be executed."""
    return made_run(number, job_id, status=status, reason="too late")


def committed(store: JobStore, *changes: Change) -> None:
    """Commit changes that nothing speaks against."""
    taken = store.commit(changes)
    if not all(taken):
        refused = [change for change, is_taken in zip(changes, taken, strict=True) if not is_taken]
        raise AssertionError(f"the store refused what nothing speaks against: {refused}")


def ids(values: Any) -> list[str]:
    """Return the ids of jobs or runs, of due jobs or unreadable ones."""
    return [value.id if hasattr(value, "id") else getattr(value, "job_id", "") or value.job.id for value in values]


# -- what cannot be stored or loaded ---------------------------------------------------------------

_unloadable: set[str] = set()


@dataclass(frozen=True)
class Fragile(Trigger):
    """A value that is stored well, and cannot be loaded while its label is in `unloadable`.

    It is a trigger, because triggers are what every store and every serializer has to hold.
    """

    label: str

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Return None: it is here to be loaded."""
        return None

    def __setstate__(self, state: dict[str, str]) -> None:
        """Load it, or not."""
        if state["label"] in _unloadable:
            raise ModuleNotFoundError(f"the module of {state['label']!r} is not installed here")
        object.__setattr__(self, "label", state["label"])


@contextmanager
def unloadable(*labels: str) -> Iterator[None]:
    """Let the `Fragile` values of these labels be impossible to load, as if their module were missing."""
    _unloadable.update(labels)
    try:
        yield
    finally:
        _unloadable.difference_update(labels)


class Unstorable(Exception):
    """A value that no serialiser can write down."""

    def __reduce__(self) -> Any:
        """Refuse."""
        raise TypeError("an open connection cannot be written down")


# -- the scheduler and its threads -----------------------------------------------------------------


class Host:
    """The scheduler, as far as a store sees it."""

    def __init__(self) -> None:
        self._clock = SystemClock()

    @property
    def clock(self) -> Clock:
        """The clock of this machine."""
        return self._clock

    def wakeup(self) -> None:
        """Take the hint, and do nothing about it."""


def all_at_once(*calls: Callable[[], T]) -> list[T]:
    """Make the calls in threads that begin together; return what each returned, or raise what one raised.

    They take turns after so few steps that one which is interrupted between looking and writing is soon found.
    """
    answers: dict[int, T] = {}
    errors: list[BaseException] = []
    together = Barrier(len(calls))

    def call(index: int) -> None:
        try:
            together.wait(WAIT)
            answers[index] = calls[index]()
        except BaseException as error:  # border: it is raised again in the thread of the test
            errors.append(error)

    threads = [Thread(target=call, args=(index,), daemon=True) for index in range(len(calls))]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(WAIT)
    finally:
        sys.setswitchinterval(interval)
    if errors:
        raise errors[0]
    if len(answers) < len(calls):
        raise AssertionError(f"a call is stuck: only {len(answers)} of {len(calls)} came back")
    return [answers[index] for index in range(len(calls))]
