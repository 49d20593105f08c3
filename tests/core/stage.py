"""What the tests of the core play with: jobs, triggers that misbehave, an engine whose every move is noted."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tickwright.core import changing
from tickwright.core.context import Context
from tickwright.core.desk import Desk
from tickwright.core.engine import Engine
from tickwright.core.mailbox import Letter, Mailbox
from tickwright.core.taker import Taker
from tickwright.errors import JobStoreUnavailableError
from tickwright.events import Event
from tickwright.executors.base import Executor
from tickwright.jobstores.base import JobStore
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.owner import Owner
from tickwright.report import Report
from tickwright.run import Run, RunStatus
from tickwright.stored_job import Schedule, StoredJob
from tickwright.testing.faulty_store import FaultyStore
from tickwright.triggers.base import Trigger
from tickwright.triggers.interval import IntervalTrigger
from tickwright.virtual_clock import VirtualClock

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MICRO = timedelta(microseconds=1)


def at(seconds: float) -> datetime:
    """Return an instant so many seconds after `NOW`."""
    return NOW + timedelta(seconds=seconds)


# -- triggers ------------------------------------------------------------------------------------------------


def every(seconds: float, **options: Any) -> IntervalTrigger:
    """Return an interval that fires at `NOW` for the first time."""
    return IntervalTrigger(seconds=seconds, start_date=NOW, timezone="UTC", **options)


class Counting(Trigger):
    """Asks another trigger, and counts how often it is asked."""

    def __init__(self, trigger: Trigger, *, looks_back: bool = True) -> None:
        self.trigger = trigger
        self.jitter = trigger.jitter
        self.can_look_back = looks_back  # one class plays both kinds
        self.calls = 0

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        self.calls += 1
        return self.trigger.get_next_fire_time(previous_fire_time, now)

    def last_fire_time_until(self, instant: datetime) -> datetime | None:
        self.calls += 1
        assert self.can_look_back
        return self.trigger.last_fire_time_until(instant)

    def count_fire_times(self, after: datetime, until: datetime) -> int:
        self.calls += 1
        assert self.can_look_back
        return self.trigger.count_fire_times(after, until)


def walking(trigger: Trigger) -> Counting:
    """Return the trigger without its ability to look back."""
    return Counting(trigger, looks_back=False)


class Answering(Trigger):
    """Answers what it is told to, whatever it is asked; an exception is raised."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        answer = self.answer
        if isinstance(answer, BaseException):
            raise answer
        return answer


# -- jobs and runs -------------------------------------------------------------------------------------------


def nothing() -> None:
    """Be the function of jobs whose executor only notes them."""


def make_job(trigger: Trigger | None = None, *, due: datetime | None = NOW, **fields: Any) -> StoredJob:
    """Return a job that is due at `due`."""
    schedule = fields.pop("schedule", Schedule(next_fire_time=due, next_run_time=due))
    fields = {"id": "job", "func": nothing, "reference": None, **fields}
    return StoredJob(trigger=trigger or every(10), schedule=schedule, **fields)


def due_first(trigger: Trigger, **fields: Any) -> StoredJob:
    """Return a job due at its trigger's first fire time from `NOW` on, as a scheduler adds it."""
    return changing.added(make_job(trigger, schedule=Schedule(), **fields), NOW)


def make_taker(name: str = "me") -> Taker:
    return Taker(Owner(id=name, host="here"))


def a_run(taken_at: datetime = NOW, *, number: int = 1, owner: str = "me", **fields: Any) -> Run:
    """Return a run of `job` that was taken at an instant, and has not ended."""
    fields = {"id": f"{owner}-run-{number}", "job_id": "job", "fire_time": taken_at, "due_at": taken_at, **fields}
    return Run(owner=owner, **fields)


def a_report(run: Run, status: RunStatus = RunStatus.SUCCEEDED, when: datetime = NOW, **fields: Any) -> Report:
    return Report(run_id=run.id, status=status, finished_at=when, **fields)


# -- an engine whose every move is written down --------------------------------------------------------------

Log = list[Any]


class Faults:
    """Notes the calls of a store, and does to them what a test says, each once."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self._before: list[tuple[str, Callable[[], object]]] = []
        self._after: list[tuple[str, Callable[[], object]]] = []
        self.is_out = False

    def once_before(self, call: str, action: Callable[[], object]) -> None:
        """Do something before the next call of this name."""
        self._before.append((call, action))

    def once_after(self, call: str, action: Callable[[], object]) -> None:
        """Do something after the next call of this name was carried out."""
        self._after.append((call, action))

    def before(self, call: str) -> None:
        if self.is_out:
            fail()
        self.log.append(call)
        self._strike(self._before, call)

    def after(self, call: str) -> None:
        self._strike(self._after, call)

    def _strike(self, planned: list[tuple[str, Callable[[], object]]], call: str) -> None:
        for plan in planned:
            if plan[0] == call:
                planned.remove(plan)
                plan[1]()
                return


def fail() -> None:
    """Be a store that does not answer."""
    raise JobStoreUnavailableError("the store is out")


class Hands(Executor):
    """An executor that notes what it is given, and leaves it to the test to report."""

    def __init__(self, log: Log, room: int | None = None) -> None:
        self.log = log
        self.most = room
        self.held: list[Run] = []
        self.lost: list[str] = []
        self.refuses: BaseException | None = None

    def room(self) -> int | None:
        return None if self.most is None else self.most - len(self.held)

    def lose(self, run_id: str) -> None:
        self.lost.append(run_id)

    def submit(self, run: Run, job: StoredJob) -> None:
        self.log.append(("submit", run.job_id))
        if self.refuses is not None:
            raise self.refuses
        self.held.append(run)


class Ears:
    """A teller that notes what it is told."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.events: list[Event] = []

    def wants(self, code: int) -> bool:
        return True

    def tell(self, event: Event) -> None:
        self.log.append(("tell", event.code))
        self.events.append(event)

    def codes(self) -> list[int]:
        return [event.code for event in self.events]


@dataclass
class Stage:
    """One engine over a memory store, with everything that it does in `log`."""

    name: str = "me"
    store: JobStore = field(default_factory=lambda: MemoryJobStore(keep_runs=None))
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(NOW))
    room: int | None = None
    probe: Callable[[Owner], bool] = lambda owner: False
    lease: float = 30.0
    batch: int = 500

    def __post_init__(self) -> None:
        self.log: Log = []
        self.rings = 0
        self.faults = Faults(self.log)
        self.hands = Hands(self.log, self.room)
        self.ears = Ears(self.log)
        self.records: list[logging.LogRecord] = []
        self.mailbox = Mailbox(self._ring)
        self.context = Context(
            clock=self.clock,
            owner=Owner(id=self.name, host="here"),
            teller=self.ears,
            post=self.mailbox.post,
            executors={"default": self.hands},
            probe=self.probe,
            lease=self.lease,
            batch=self.batch,
            random=Random(1),
            logger=_noting(self.records),
        )
        self.engine = Engine(self.context, self.mailbox)
        self.engine.add_store("default", FaultyStore(self.store, self.faults))

    def _ring(self) -> None:
        self.rings += 1

    @property
    def desk(self) -> Desk:
        return self.engine.desks["default"]

    def add(self, trigger: Trigger, **fields: Any) -> StoredJob:
        """Store a job, due at its trigger's first fire time from `NOW` on."""
        job = due_first(trigger, **fields)
        self.store.add_job(job)
        return job

    def step(self, seconds: float = 0.0) -> float | None:
        """Let so much time pass, and step."""
        self.clock.advance(seconds)
        return self.engine.step()

    def settle_down(self, steps: int = 50) -> float | None:
        """Step until there is nothing to do at this instant; return the seconds until there is more."""
        for _ in range(steps):
            wait = self.engine.step()
            if wait is None or wait > 0:
                return wait
        raise AssertionError(
            f"the loop spins: after {steps} steps there is still something to do at {self.clock.now()}"
        )

    def report(self, run: Run, status: RunStatus = RunStatus.SUCCEEDED, **fields: Any) -> None:
        """Have the executor report a run, now."""
        if run in self.hands.held:
            self.hands.held.remove(run)
        self.mailbox.post(a_report(run, status, self.clock.now(), **fields))

    def post(self, letter: Letter) -> None:
        self.mailbox.post(letter)

    def records_of(self, job_id: str = "job") -> list[Run]:
        """Return the job's runs on record, those taken first in front."""
        return self.store.get_runs(job_id=job_id)[::-1]

    def schedule(self, job_id: str = "job") -> Schedule:
        job = self.store.lookup_job(job_id)
        assert job is not None, f"job {job_id!r} is gone"
        return job.schedule

    def logged(self, text: str) -> list[str]:
        """Return the messages of the log that contain a text."""
        return [record.getMessage() for record in self.records if text in record.getMessage()]


def _noting(records: list[logging.LogRecord]) -> logging.Logger:
    logger = logging.Logger("tickwright.tests")

    class Notes(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            record.getMessage()  # an argument that cannot be shown is an error here
            records.append(record)

    logger.addHandler(Notes())
    return logger


def statuses(runs: Sequence[Run]) -> list[str]:
    return [str(run.status) for run in runs]
