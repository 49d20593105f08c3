"""A simulated process: one engine with its executor and its own clock, that can freeze, fail and die."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from tickwright.change import Change
from tickwright.core.context import Context
from tickwright.core.engine import Engine
from tickwright.core.mailbox import Mailbox
from tickwright.errors import JobStoreUnavailableError
from tickwright.events import Event
from tickwright.jobstores.base import JobStore
from tickwright.owner import Owner
from tickwright.report import Report, Started
from tickwright.run import Run, RunStatus
from tickwright.stored_job import StoredJob
from tickwright.testing.simulation.executor import SimulatedExecutor
from tickwright.testing.simulation.ledger import Ledger
from tickwright.testing.simulation.skewed_clock import SkewedClock
from tickwright.testing.simulation.way_to_store import WayToStore
from tickwright.testing.simulation.weather import Weather
from tickwright.virtual_clock import VirtualClock

__all__ = ["Process", "PulledPlugError", "World"]


class World(Protocol):
    """What a process sees of the simulation around it."""

    clock: VirtualClock
    store: JobStore
    ledger: Ledger
    logger: logging.Logger
    lease: float
    batch: int
    longest_sleep: float
    room: int | None
    """Workers of each process; None: any number."""
    queued: int
    """Runs that may wait for one of them."""
    is_cut_off: bool
    """Whether nobody gets through to the store."""

    def at(self, when: datetime, action: Callable[[], None]) -> None:
        """Do something at an instant."""

    def bury(self, process: Process) -> None:
        """Take a process out of the world."""

    def freeze_now(self, process: Process, seconds: float) -> None:
        """Stop a process in the middle of a call, while the others go on."""

    def is_known_dead(self, owner: Owner) -> bool:
        """Answer an engine's probe."""

    def find(self, name: str) -> Process | None:
        """Return a living process, or None."""

    def plan_execution(self, run: Run, job: StoredJob) -> tuple[float, RunStatus]:
        """Return how many seconds a run takes, and how it ends."""


class PulledPlugError(BaseException):
    """The process is gone, in the middle of whatever it did."""


class _Quiet:
    """A teller to whom nobody listens."""

    def wants(self, code: int) -> bool:
        return True

    def tell(self, event: Event) -> None:
        return


class Process:
    """One scheduler process in the simulation, and the faults between it and the store."""

    def __init__(self, simulation: World, name: str, weather: Weather, skew: timedelta) -> None:
        self.simulation = simulation
        self.name = name
        self.weather = weather
        self.clock = SkewedClock(simulation.clock, skew)
        self.unloadable: set[str] = set()
        """The ids of the jobs that this process cannot load, as in a deploy where old and new code run side by side."""
        self.is_alive = True
        self.freezes = 0
        """How many reasons it has to stand still: one that is stopped in a call may be stopped by hand, too."""
        self.wakes_at: datetime | None = None
        self._last_fault: datetime | None = None
        self._last_beat: datetime | None = None
        self._whole_step_began: datetime | None = None
        self.executor = SimulatedExecutor(self, simulation.room, simulation.queued)
        mailbox = Mailbox(self._ring)
        context = Context(
            clock=self.clock,
            owner=Owner(id=name, host="simulated"),
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
        self.engine.add_store("default", WayToStore(simulation.store, self))

    # -- what an executor sees of its scheduler, and of its process ----------------------------------

    def deliver(self, letter: Report | Started) -> None:
        """Leave a letter in the process's mailbox."""
        self.mailbox.post(letter)

    def pack(self, report: Report) -> Report:
        """Return the report as it is: its store keeps objects."""
        return report

    @property
    def ledger(self) -> Ledger:
        """The ledger of the simulation."""
        return self.simulation.ledger

    @property
    def now(self) -> datetime:
        """The time by the process's own clock."""
        return self.clock.now()

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something so many seconds from now."""
        self.simulation.at(self.world_now + timedelta(seconds=seconds), action)

    def plan_execution(self, run: Run, job: StoredJob) -> tuple[float, RunStatus]:
        """Return how many seconds a run takes, and how it ends."""
        return self.simulation.plan_execution(run, job)

    # -- living --------------------------------------------------------------------------------------

    def step(self) -> None:
        """Let the engine do one step, and plan the next; a process that dies in it does no more."""
        self.wakes_at = None
        began = self.world_now
        try:
            wait = self.engine.step()
        except PulledPlugError:
            self.simulation.bury(self)
            return
        if not self.engine.desks["default"].outage.is_on:
            self._whole_step_began = began
        longest = self.simulation.longest_sleep
        self.plan(longest if wait is None else min(wait, longest))

    @property
    def is_frozen(self) -> bool:
        """Whether it stands still."""
        return self.freezes > 0

    def plan(self, seconds: float) -> None:
        """Wake after so many seconds, if nothing wakes it earlier."""
        wakes_at = self.simulation.clock.after(seconds)
        if self.wakes_at is None or wakes_at < self.wakes_at:
            self.wakes_at = wakes_at
            self.simulation.at(wakes_at, self._wake)

    def thaw(self) -> None:
        """Go on, unless there is another reason to stand still. What would have woken it meanwhile wakes it now."""
        self.freezes -= 1
        self.note_fault()
        if self.is_alive and not self.is_frozen:
            self.wakes_at = None
            self.plan(0)

    def _wake(self) -> None:
        if self.is_alive and not self.is_frozen and self.wakes_at is not None and self.wakes_at <= self.world_now:
            self.step()

    def _ring(self) -> None:
        if self.is_alive and not self.is_frozen:
            self.plan(0)

    # -- faults --------------------------------------------------------------------------------------

    def before(self, call: str) -> None:
        """Have the weather strike before a call of the store."""
        if self.simulation.is_cut_off:
            raise JobStoreUnavailableError(f"simulated: nobody gets through, and {call} does not")
        if self.weather.strikes(self.weather.fails_before):
            self.note_fault()
            raise JobStoreUnavailableError(f"simulated: {call} did not get through")
        self._suffer(call)

    def after(self, call: str) -> None:
        """Have the weather strike after it."""
        if call in ("open_lease", "renew_lease"):
            self._last_beat = self.world_now
        self._suffer(call)
        if self.weather.strikes(self.weather.fails_after):
            self.note_fault()
            raise JobStoreUnavailableError(f"simulated: the answer to {call} was not heard")

    def _suffer(self, call: str) -> None:
        """Freeze or die, perhaps, around the calls between which a round reads, decides, writes and submits."""
        if call not in ("commit", "read_due", "read_standings"):
            return
        if self.weather.strikes(self.weather.freezes):
            self.simulation.freeze_now(self, self.weather.random.uniform(0, self.weather.freezes_for))
        if self.weather.strikes(self.weather.dies):
            raise PulledPlugError(call)

    def note_fault(self) -> None:
        """Note that something befell this process alone, for which others may take it for dead."""
        self._last_fault = self.world_now

    # -- what the ledger asks ------------------------------------------------------------------------

    @property
    def store(self) -> JobStore:
        """The store that all share, reached by no way that can fail."""
        return self.simulation.store

    @property
    def world_now(self) -> datetime:
        """The world's time."""
        return self.simulation.clock.now()

    def note_commit(self, changes: Sequence[Change], taken: list[bool]) -> None:
        """Have the ledger look at a commit."""
        self.simulation.ledger.note_commit(changes, taken, self)

    def really(self, shown: datetime) -> datetime:
        """Return the world's time at which this process's clock showed this."""
        return self.clock.really(shown)

    def is_innocent(self, owner: str) -> bool:
        """Return whether another process lives, nothing befell it for a lease, and it has beaten since."""
        other = self.simulation.find(owner)
        if other is None or other is self or other.is_frozen or other._last_beat is None:
            return False
        if other._last_fault is None:
            return True
        lease = timedelta(seconds=self.simulation.lease)
        return other._last_beat > other._last_fault and self.world_now - other._last_fault > lease

    def cannot_load(self, job_id: str) -> bool:
        """Return whether this process cannot load a job."""
        return job_id in self.unloadable

    @property
    def shares(self) -> bool:
        """Whether this process knows of others at the store."""
        return self.engine.desks["default"].is_shared

    def has_gone_round_since(self, instant: datetime) -> bool:
        """Return whether a whole step, without trouble, was begun after an instant of the world."""
        return self._whole_step_began is not None and self._whole_step_began > instant
