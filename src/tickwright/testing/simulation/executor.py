"""The simulated executor: it executes by waiting on the virtual clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from tickwright.errors import RunLostError
from tickwright.executors.base import Executor
from tickwright.report import Report, Started
from tickwright.run import Run, RunStatus
from tickwright.stored_job import StoredJob
from tickwright.testing.simulation.ledger import Ledger, Witness
from tickwright.testing.simulation.weather import Weather

__all__ = ["SimulatedExecutor", "Workplace"]


class Workplace(Witness, Protocol):
    """The process in which an executor is."""

    weather: Weather
    is_alive: bool

    @property
    def is_frozen(self) -> bool:
        """Whether it stands still."""

    @property
    def ledger(self) -> Ledger:
        """The ledger of its world."""

    @property
    def now(self) -> datetime:
        """The time by the process's own clock."""

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something so many seconds from now."""

    def plan_execution(self, run: Run, job: StoredJob) -> tuple[float, RunStatus]:
        """Return how many seconds a run takes, and how it ends."""


class SimulatedExecutor(Executor):
    """Each run takes as long as its job's first argument says, in seconds."""

    def __init__(self, process: Workplace, workers: int | None, queued: int) -> None:
        self._process = process
        self._workers = workers
        self._most_queued = queued
        self._running = 0
        self._waiting: dict[str, tuple[Run, StoredJob]] = {}

    def room(self) -> int | None:
        idle = self.idle()
        return None if idle is None else idle + max(0, self._most_queued - len(self._waiting))

    def idle(self) -> int | None:
        return None if self._workers is None else max(0, self._workers - self._running)

    def lose(self, run_id: str) -> None:
        self._process.ledger.told_lost.add(run_id)
        taken = self._waiting.pop(run_id, None)
        if taken is not None:
            now = self._process.now
            self.host.deliver(_report(taken[0], RunStatus.CANCELLED, now, now))

    def submit(self, run: Run, job: StoredJob) -> None:
        process, weather = self._process, self._process.weather
        if weather.strikes(weather.refuses):
            process.ledger.refused.add(run.id)
            raise RuntimeError("simulated: the executor is broken")
        process.ledger.note_submission(run, process)
        if self.idle() == 0:
            process.ledger.note_wait(run, process)
            self._waiting[run.id] = run, job
        else:
            self._begin(run, job)

    def _begin(self, run: Run, job: StoredJob) -> None:
        process, weather = self._process, self._process.weather
        process.ledger.note_execution(run, job, process)
        self._running += 1
        started_at = process.now
        self.host.deliver(Started(run_id=run.id, started_at=started_at))
        seconds, outcome = process.plan_execution(run, job)
        if weather.strikes(weather.loses):
            outcome = RunStatus.LOST

        def finish() -> None:
            if not process.is_alive:
                return
            if process.is_frozen:
                process.later(1.0, finish)
                return
            self._running -= 1
            process.ledger.note_end(run, process)
            self.host.deliver(_report(run, outcome, started_at, process.now))
            if self._waiting:
                self._begin(*self._waiting.pop(next(iter(self._waiting))))

        process.later(seconds, finish)


def _report(run: Run, outcome: RunStatus, started_at: datetime, finished_at: datetime) -> Report:
    told: dict[str, Any] = {}
    if outcome is RunStatus.FAILED:
        told = {"exception": ValueError("simulated"), "traceback": "simulated"}
    elif outcome is RunStatus.LOST:
        told = {"exception": RunLostError("simulated"), "reason": "simulated: its worker died"}
    return Report(run_id=run.id, status=outcome, started_at=started_at, finished_at=finished_at, **told)
