"""A simulated process: one engine with its executor and its way to the store, that can freeze, fail and die."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, Protocol

from tickwright.change import Change
from tickwright.clock import Clock
from tickwright.core.context import Context
from tickwright.core.engine import Engine
from tickwright.core.mailbox import Mailbox
from tickwright.errors import JobStoreUnavailableError
from tickwright.events import Event
from tickwright.executors.base import Executor
from tickwright.jobstores.base import JobStore
from tickwright.owner import Owner
from tickwright.report import Report, Started
from tickwright.run import Run, RunStatus
from tickwright.stored_job import StoredJob
from tickwright.testing.faulty_store import FaultyStore
from tickwright.testing.simulation.ledger import Ledger
from tickwright.virtual_clock import VirtualClock

__all__ = ["Process", "PulledPlugError", "Weather", "World"]


class World(Protocol):
    """What a process sees of the simulation around it."""

    clock: VirtualClock
    store: JobStore
    ledger: Ledger
    logger: logging.Logger
    lease: float
    batch: int
    longest_sleep: float

    def at(self, when: datetime, action: Callable[[], None]) -> None:
        """Do something at an instant."""

    def bury(self, process: Process) -> None:
        """Take a process out of the world."""

    def freeze_now(self, process: Process, seconds: float) -> None:
        """Stop a process in the middle of a call, while the others go on."""

    def is_known_dead(self, owner: Owner) -> bool:
        """Answer an engine's probe."""

    def plan_execution(self, run: Run, job: StoredJob) -> tuple[float, RunStatus]:
        """Return how many seconds a run takes, and how it ends."""


class PulledPlugError(BaseException):
    """The process is gone, in the middle of whatever it did."""


class Weather:
    """What may go wrong in a process's calls to the store: chances from 0 to 1, by a seeded generator."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.fails_before = 0.0
        self.fails_after = 0.0
        self.dies = 0.0
        self.freezes = 0.0
        self.freezes_for = 0.0
        """Seconds for which a process stands still in the middle of a round, at the most."""

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self.fails_before = self.fails_after = self.dies = self.freezes = 0.0


class _Quiet:
    """A teller to whom nobody listens."""

    def wants(self, code: int) -> bool:
        return True

    def tell(self, event: Event) -> None:
        return


class Process:
    """One scheduler process in the simulation, and the faults between it and the store."""

    def __init__(self, simulation: World, name: str, weather: Weather, room: int | None) -> None:
        self.simulation = simulation
        self.name = name
        self.weather = weather
        self.is_alive = True
        self.is_frozen = False
        self.wakes_at: datetime | None = None
        self.executor = SimulatedExecutor(self, room)
        mailbox = Mailbox(self._ring)
        owner = Owner(id=name, host="simulated")
        context = Context(
            clock=simulation.clock,
            owner=owner,
            teller=_Quiet(),
            post=mailbox.post,
            executors={"default": self.executor},
            probe=simulation.is_known_dead,
            lease=simulation.lease,
            random=Random(weather.random.random()),
            batch=simulation.batch,
            logger=simulation.logger,
        )
        self.mailbox = mailbox
        self.engine = Engine(context, mailbox)
        self.executor.start(self, "default")
        self.engine.add_store("default", RecordingStore(self))

    # -- what an executor sees of its scheduler ------------------------------------------------------

    @property
    def clock(self) -> Clock:
        """The simulation's clock."""
        return self.simulation.clock

    def deliver(self, letter: Report | Started) -> None:
        """Leave a letter in the process's mailbox."""
        self.mailbox.post(letter)

    def pack(self, report: Report) -> Report:
        """Return the report as it is: its store keeps objects."""
        return report

    # -- living --------------------------------------------------------------------------------------

    def step(self) -> None:
        """Let the engine do one step, and plan the next; a process that dies in it does no more."""
        self.wakes_at = None
        try:
            wait = self.engine.step()
        except PulledPlugError:
            self.simulation.bury(self)
            return
        longest = self.simulation.longest_sleep
        self.plan(longest if wait is None else min(wait, longest))

    def plan(self, seconds: float) -> None:
        """Wake after so many seconds, if nothing wakes it earlier."""
        wakes_at = self.simulation.clock.after(seconds)
        if self.wakes_at is None or wakes_at < self.wakes_at:
            self.wakes_at = wakes_at
            self.simulation.at(wakes_at, self._wake)

    def _wake(self) -> None:
        if self.is_alive and not self.is_frozen and self.wakes_at is not None and self.wakes_at <= self.clock.now():
            self.step()

    def _ring(self) -> None:
        if self.is_alive and not self.is_frozen:
            self.plan(0)

    # -- faults --------------------------------------------------------------------------------------

    def before(self, call: str) -> None:
        """Have the weather strike before a call of the store."""
        if self._by_chance(self.weather.fails_before):
            raise JobStoreUnavailableError(f"simulated: {call} did not get through")
        self._suffer(call)

    def after(self, call: str) -> None:
        """Have the weather strike after it."""
        self._suffer(call)
        if self._by_chance(self.weather.fails_after):
            raise JobStoreUnavailableError(f"simulated: the answer to {call} was not heard")

    def _suffer(self, call: str) -> None:
        """Freeze or die, perhaps, around the calls between which a round reads, decides, writes and submits."""
        if call not in ("commit", "read_due", "read_standings"):
            return
        if self._by_chance(self.weather.freezes):
            self.simulation.freeze_now(self, self.weather.random.uniform(0, self.weather.freezes_for))
        if self._by_chance(self.weather.dies):
            raise PulledPlugError(call)

    def _by_chance(self, chance: float) -> bool:
        return chance > 0 and self.weather.random.random() < chance


class RecordingStore(FaultyStore):
    """The way from a process to the shared store; what gets there is noted in the ledger."""

    def __init__(self, process: Process) -> None:
        super().__init__(process.simulation.store, process)
        self._process = process

    def commit(self, changes: Sequence[Change]) -> list[bool]:
        return self._pass_on(self._noted(self.inner.commit), changes)

    def _noted(self, commit: Callable[[Sequence[Change]], list[bool]]) -> Callable[[Sequence[Change]], list[bool]]:
        def commit_and_note(changes: Sequence[Change]) -> list[bool]:
            taken = commit(changes)
            simulation = self._process.simulation
            simulation.ledger.note_commit(list(changes), taken, self.inner, simulation.clock.now())
            return taken

        commit_and_note.__name__ = "commit"
        return commit_and_note


class SimulatedExecutor(Executor):
    """Executes by waiting on the virtual clock: each run takes as long as its job's first argument says, in seconds."""

    def __init__(self, process: Process, room: int | None) -> None:
        self._process = process
        self._room = room
        self._running = 0

    def room(self) -> int | None:
        return None if self._room is None else max(0, self._room - self._running)

    def submit(self, run: Run, job: StoredJob) -> None:
        simulation = self._process.simulation
        simulation.ledger.note_execution(run, job, simulation.store)
        self._running += 1
        started_at = simulation.clock.now()
        self.host.deliver(Started(run_id=run.id, started_at=started_at))
        seconds, outcome = simulation.plan_execution(run, job)

        def finish() -> None:
            if not self._process.is_alive:
                return
            if self._process.is_frozen:
                simulation.at(simulation.clock.now() + timedelta(seconds=1), finish)
                return
            self._running -= 1
            simulation.ledger.finished.add(run.id)
            self.host.deliver(_report(run, outcome, started_at, simulation.clock.now()))

        simulation.at(started_at + timedelta(seconds=seconds), finish)


def _report(run: Run, outcome: RunStatus, started_at: datetime, finished_at: datetime) -> Report:
    failed: dict[str, Any] = {}
    if outcome is RunStatus.FAILED:
        failed = {"exception": ValueError("simulated"), "traceback": "simulated"}
    return Report(run_id=run.id, status=outcome, started_at=started_at, finished_at=finished_at, **failed)
