"""What the tests of schedulers share: ears, gates, clocks, broken parts, and calls that must come back in time."""

from __future__ import annotations

import faulthandler
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Condition, Event, Thread
from typing import Any, TypeVar

from tickwright.clock import Clock, SystemClock
from tickwright.events import Event as Told
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.schedulers.base import BaseScheduler
from tickwright.triggers.base import Trigger

T = TypeVar("T")

SOON = 15.0
"""Seconds within which anything happens that happens at all; far more than it takes on a busy machine."""


def in_time(call: Callable[[], T], seconds: float = SOON) -> T:
    """Return what `call()` returns; where it does not come back in time, show where every thread is, and fail."""
    answer: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            answer.append(call())
        except BaseException as error:
            errors.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        faulthandler.dump_traceback(all_threads=True)
        raise AssertionError(f"{call!r} did not return within {seconds:g} s")
    if errors:
        raise errors[0]
    return answer[0]


def soon(is_so: Callable[[], object], seconds: float = SOON) -> bool:
    """Return whether it becomes so in time. For what nobody announces; where there is an event, wait for that."""
    pause = Event()
    until = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > until:
            return False
        pause.wait(0.005)
    return True


class Heard:
    """A listener that remembers, and that a test can wait on."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self._news = Condition()

    def __call__(self, event: Told) -> None:
        with self._news:
            self.events.append(event)
            self._news.notify_all()

    def wait_for(self, code: int, count: int = 1, seconds: float = SOON) -> Any:
        """Return the `count`-th event of a code, waiting for it."""
        with self._news:
            there = self._news.wait_for(lambda: len(self.of(code)) >= count, seconds)
            assert there, f"{count} event(s) {code} wanted, heard {self.events[-20:]}"
            return self.of(code)[count - 1]

    def of(self, code: int) -> list[Any]:
        """Return the events of a code, or of the codes of a mask, so far."""
        return [event for event in self.events if event.code & code]

    def codes(self, job_id: str | None = None) -> list[int]:
        """Return the codes so far, of one job or of all."""
        return [one.code for one in self.events if job_id is None or getattr(one, "job_id", None) == job_id]


class Gate:
    """A job that says when it has begun, and ends when it is let."""

    def __init__(self) -> None:
        self.entered = Event()
        self.opened = Event()
        self.calls = 0

    def __call__(self, *args: Any) -> str:
        self.calls += 1
        self.entered.set()
        self.opened.wait(60)
        return "through"

    def wait_until_entered(self) -> None:
        """Return when the job runs."""
        assert self.entered.wait(SOON), "the job did not begin"

    def open(self) -> None:
        """Let it end, now and whenever it runs again."""
        self.opened.set()


class SteppedClock(Clock):
    """The machine's clocks, with a wall clock that a test may set."""

    def __init__(self) -> None:
        self._real = SystemClock()
        self.offset = timedelta(0)

    def now(self) -> datetime:
        return self._real.now() + self.offset

    def monotonic(self) -> float:
        return self._real.monotonic()


class OutOrder(ConnectionError):
    """What a broken store raises."""


class BreakableStore(MemoryJobStore):
    """A memory store whose calls in the loop fail while `is_out`; `after_commit` makes it fail once it is done."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.is_out = False
        self.after_commit = False

    def _check(self) -> None:
        if self.is_out:
            raise OutOrder("the store is out")

    def read_due(self, *args: Any, **options: Any) -> Any:
        self._check()
        return super().read_due(*args, **options)

    def next_due_time(self, *args: Any) -> Any:
        self._check()
        return super().next_due_time(*args)

    def read_standings(self, *args: Any) -> Any:
        self._check()
        return super().read_standings(*args)

    def commit(self, *args: Any) -> Any:
        self._check()
        answer = super().commit(*args)
        if self.after_commit:
            self.after_commit = False
            raise OutOrder("the store did it, and could not say so")
        return answer


class CountingTrigger(Trigger):
    """Passes each question on to another trigger, and counts them."""

    can_look_back = True

    def __init__(self, inner: Trigger) -> None:
        self.inner = inner
        self.questions = 0

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        self.questions += 1
        return self.inner.get_next_fire_time(previous_fire_time, now)

    def last_fire_time_until(self, instant: datetime) -> datetime | None:
        self.questions += 1
        return self.inner.last_fire_time_until(instant)

    def count_fire_times(self, after: datetime, until: datetime) -> int:
        self.questions += 1
        return self.inner.count_fire_times(after, until)


class RaisingTrigger(Trigger):
    """Answers the first question, and raises from then on unless it is mended."""

    def __init__(self, first: datetime) -> None:
        self.first = first
        self.is_mended = False

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        if previous_fire_time is None:
            return self.first
        if self.is_mended:
            return None
        raise ZeroDivisionError("a trigger with a bug")


@contextmanager
def running(scheduler: BaseScheduler) -> Iterator[BaseScheduler]:
    """Start a scheduler, and stop it at the end of the block without waiting for anything."""
    scheduler.start()
    try:
        yield scheduler
    finally:
        scheduler.shutdown(wait=False)


def utc(*fields: int) -> datetime:
    """Return an instant in UTC."""
    return datetime(*fields, tzinfo=UTC)  # type: ignore[arg-type,misc]


def end_off_the_record(scheduler: BaseScheduler, store: BreakableStore, gate: Gate, **job: Any) -> None:
    """Have a run end while its job store is out: it is reported, and what came of it waits to be put on record."""
    scheduler.add_job(gate, **job)
    gate.wait_until_entered()
    store.is_out = True
    gate.open()
    assert soon(lambda: scheduler.health().jobstores["default"].unrecorded == 1)
