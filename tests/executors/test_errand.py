"""Errands: when a run started that was ahead, and which of two comes out of the pipe."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tickwright.active_run import ActiveRun
from tickwright.clock import Clock
from tickwright.executors.pool import errand as errand_module
from tickwright.executors.pool.errand import Errand
from tickwright.executors.pool.process_worker import ProcessWorker
from tickwright.executors.pool.wire import Answer
from tickwright.report import Started
from tickwright.run import Run
from tickwright.testing.suites.execution import work
from tickwright.testing.suites.execution.stage import FIRE_TIME, Inbox, job_of

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


class ByHand(Clock):
    """Shows so many seconds after noon."""

    seconds = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


def active(name: str) -> ActiveRun:
    return ActiveRun(Run(id=name, job_id="job", fire_time=FIRE_TIME, due_at=FIRE_TIME))


@pytest.mark.parametrize(
    ("began", "elapsed", "told", "span"),
    [
        (7.0, 20.0, 0.0, (0.0, 23.0)),  # the function was called a while after it was told that it would be
        (7.0, 20.0, 5.0, (3.0, 23.0)),  # it had begun when we read the answer to the one before it, and told so
        (3.0, 27.0, 0.0, (0.0, 27.0)),  # clocks of two machines, or none: not before it was sent,
        (99.0, 20.0, 9.0, (6.0, 26.0)),  # nor so late that there was no time for it
    ],
)
def test_a_run_started_and_ended_when_its_process_says_in_the_time_of_the_host(monkeypatch, began, elapsed, told, span):
    machine, clock = ByHand(), ByHand()
    monkeypatch.setattr(errand_module, "MACHINE", machine)
    errand = Errand(active("run"), job_of(work.nothing))
    machine.seconds, clock.seconds = 4.0, 1_000.0
    errand.send(clock)
    clock.seconds += told
    errand.start(clock)
    machine.seconds, clock.seconds = 30.0, -500.0  # somebody sets the host's clock meanwhile
    answer = Answer(status="succeeded", called=True, began=began, elapsed=elapsed)
    assert errand.span_by(answer) == tuple(NOON + timedelta(seconds=1_000.0 + seconds) for seconds in span)


class Process:
    """Begins the second task in the moment in which the first is taken out of its pipe."""

    def __init__(self) -> None:
        self.pipe: list[bytes] = []

    def travels_as(self, task: bytes) -> bytes:
        return task

    def give(self, task: bytes) -> None:
        self.pipe.append(task)

    def give_ahead(self, task: bytes) -> bool:
        self.pipe.append(task)
        return True

    def take_back(self) -> list[bytes]:
        first, self.pipe = self.pipe[:1], []
        return first

    def pass_on(self, news: object) -> None:
        raise AssertionError("nobody has been told anything")


def test_where_a_process_begins_the_one_that_is_wanted_the_one_before_it_is_taken_back():
    inbox: Any = Inbox()
    worker: Any = ProcessWorker(inbox, "spawn", "worker")
    worker._process = Process()
    first, second = active("first"), active("second")
    worker.take(first, job_of(work.nothing))
    worker.begin()
    worker.take(second, job_of(work.nothing))
    taken, _ = worker.take_back("second")
    assert taken is first
    assert worker.current == "second"
    assert [letter.run_id for letter in inbox.letters if isinstance(letter, Started)] == ["first", "second"]
    assert worker.take_back("second") is None
