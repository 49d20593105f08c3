"""The simulated world: a clock, a store, processes, and what happens next."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any

from tickwright.core import changing
from tickwright.jobstores.base import JobStore
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.owner import Owner
from tickwright.policies import OnLost
from tickwright.run import Run, RunStatus
from tickwright.stored_job import StoredJob
from tickwright.testing.simulation.ledger import BrokenPromiseError, Ledger
from tickwright.testing.simulation.process import Process
from tickwright.testing.simulation.weather import Weather
from tickwright.triggers.base import Trigger
from tickwright.virtual_clock import VirtualClock

__all__ = ["Simulation"]

QUIET = logging.getLogger("tickwright.simulation")
QUIET.addHandler(logging.NullHandler())
QUIET.propagate = False
QUIET.setLevel(logging.CRITICAL + 1)

MOST_AT_ONCE = 5_000
"""Steps at one instant after which a loop is taken to do the same over and over."""


def nothing() -> None:
    """Be the function of simulated jobs: their executor waits instead of calling it."""


class Simulation:
    """Several schedulers on one job store. Everything in it is decided by the seed.

    ::

        simulation = Simulation(seed=7, processes=2)
        simulation.add("tick", IntervalTrigger(seconds=1), coalesce=False)
        simulation.run(seconds=30)
        simulation.kill(simulation.processes[0])
        simulation.run(seconds=60)
        simulation.come_to_rest()
        simulation.check()
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        processes: int = 1,
        store: JobStore | None = None,
        lease: float = 30.0,
        batch: int = 500,
        room: int | None = None,
        queued: int = 0,
        deaths_are_seen: bool = True,
    ) -> None:
        self.random = Random(seed)
        self.clock = VirtualClock("2026-01-01")
        self.store = store or MemoryJobStore(keep_runs=None)
        self.ledger = Ledger()
        self.lease = lease
        self.batch = batch
        self.room = room
        self.queued = queued
        self.deaths_are_seen = deaths_are_seen
        """Whether a process that died is known to be dead at once, as on one machine; else its lease must lapse."""
        self.longest_sleep = 1.0
        self.is_cut_off = False
        self.logger = QUIET
        self.processes: list[Process] = []
        self._dead: set[str] = set()
        self._events: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = count()
        for _ in range(processes):
            self.start_process()

    # -- what a test does ----------------------------------------------------------------------------

    def start_process(self, *, skew: timedelta = timedelta(0)) -> Process:
        """Start a scheduler process, whose wall clock is so much ahead of the world's."""
        name = f"p{len(self.processes) + len(self._dead)}-{next(self._numbers)}"
        process = Process(self, name, Weather(Random(self.random.random())), skew)
        self.processes.append(process)
        process.plan(0)
        return process

    def add(
        self,
        job_id: str,
        trigger: Trigger,
        *,
        takes: float = 0.0,
        coalesce: bool = True,
        max_instances: int = 1,
        misfire_grace_time: float | None = None,
        on_lost: OnLost = OnLost.RECORD,
    ) -> StoredJob:
        """Add a job whose runs take so many seconds each."""
        job = StoredJob(
            id=job_id,
            func=nothing,
            reference=None,
            trigger=trigger,
            args=(takes,),
            coalesce=coalesce,
            max_instances=max_instances,
            misfire_grace_time=misfire_grace_time,
            on_lost=on_lost,
        )
        job = changing.added(job, self.clock.now())
        self.store.add_job(job)
        self.ledger.jobs[job_id] = job
        for process in self.processes:
            process.plan(0)
        return job

    def remove(self, job_id: str) -> None:
        """Remove a job as a user does, if it is still there."""
        if self.store.lookup_job(job_id) is not None:
            self.store.remove_job(job_id)
            self.ledger.gone.add(job_id)

    def run(self, *, minutes: float = 0, seconds: float = 0) -> None:
        """Let so much time pass."""
        self._run_until(self.clock.now() + timedelta(minutes=minutes, seconds=seconds))

    def sleep_through(self, *, minutes: float = 0, seconds: float = 0) -> None:
        """Suspend all processes for so long, and let them find what they missed."""
        self.clock.jump(timedelta(minutes=minutes, seconds=seconds))
        for process in self.processes:
            process.plan(0)
        self.run()

    def kill(self, process: Process) -> None:
        """End a process without a word, as `kill -9` does."""
        self.bury(process)

    def freeze(self, process: Process, seconds: float) -> None:
        """Stop a process for so long, as SIGSTOP does; its runs stop too."""
        process.freezes += 1
        self.at(self.clock.now() + timedelta(seconds=seconds), process.thaw)

    def cut_off(self, seconds: float) -> None:
        """Let nobody get through to the store for so long, as a program does that locks its file."""
        self.is_cut_off = True

        def restore() -> None:
            self.is_cut_off = False

        self.at(self.clock.now() + timedelta(seconds=seconds), restore)

    def set_clock(self, process: Process, skew: timedelta) -> None:
        """Set a process's wall clock to so much ahead of the world's."""
        process.clock.set(skew)
        process.plan(0)

    def come_to_rest(self) -> None:
        """Let nothing go wrong any more; take what is due, then take no more and wait until every run has ended."""
        for process in self.processes:
            process.weather.clear()
            process.unloadable.clear()
        if not self.processes:
            self.start_process()
        # Frozen processes thaw, and the leases of the dead lapse.
        self.run(seconds=4 * self.lease)
        self.ledger.raise_if_broken()
        self._check_that_nothing_is_stuck()
        self._set_taking(False)
        limit = self.clock.now() + timedelta(minutes=30)
        while self.store.get_unsettled_runs():
            if self.clock.now() > limit:
                raise BrokenPromiseError(f"these runs never ended: {self.store.get_unsettled_runs()}")
            self.run(seconds=self.longest_sleep)
        self._set_taking(True)

    def check(self) -> None:
        """Raise `BrokenPromiseError` if a promise was broken."""
        self.ledger.check(self.store, self.clock.now())

    def fire_times_accounted_for(self) -> int:
        """Return how many fire times of all jobs the records stand for."""
        return sum(self.ledger.accounted(self.store, job_id) for job_id in self.ledger.jobs)

    # -- what processes use --------------------------------------------------------------------------

    def at(self, when: datetime, action: Callable[[], None]) -> None:
        """Do something at an instant."""
        heappush(self._events, (when, next(self._numbers), action))

    def is_known_dead(self, owner: Owner) -> bool:
        """Answer an engine's probe."""
        return self.deaths_are_seen and owner.id in self._dead

    def find(self, name: str) -> Process | None:
        """Return a living process, or None."""
        return next((process for process in self.processes if process.name == name), None)

    def bury(self, process: Process) -> None:
        """Take a process out of the world."""
        process.is_alive = False
        self._dead.add(process.name)
        self.processes.remove(process)

    def freeze_now(self, process: Process, seconds: float) -> None:
        """Stop a process in the middle of a call, while the others go on."""
        process.freezes += 1
        self._run_until(self.clock.now() + timedelta(seconds=seconds))
        process.thaw()

    def plan_execution(self, run: Run, job: StoredJob) -> tuple[float, RunStatus]:
        """Return how long a run takes and how it ends."""
        takes: Any = job.args[0]
        return float(takes), RunStatus.FAILED if self.random.random() < 0.1 else RunStatus.SUCCEEDED

    def _run_until(self, until: datetime) -> None:
        at_once = 0
        while self._events and self._events[0][0] <= until:
            when, _, action = heappop(self._events)
            at_once = 0 if when > self.clock.now() else at_once + 1
            if at_once > MOST_AT_ONCE:
                raise BrokenPromiseError(f"the loop spins: it has had something to do at {when} for {at_once} steps")
            self.clock.advance_to(when)
            action()
        self.clock.advance_to(until)

    def _set_taking(self, taking: bool) -> None:
        for process in self.processes:
            process.engine.taking = taking

    def _check_that_nothing_is_stuck(self) -> None:
        """Each job that is held waits for a run, and nothing is due unless its executor is full."""
        waiting = {run.job_id for run in self.store.get_unsettled_runs()}
        skew = max(process.clock.offset for process in self.processes)
        for job in self.store.get_all_jobs():
            due_at = job.schedule.next_run_time
            if due_at is not None:
                # By the clock that is ahead of all others, and not before it was written.
                due_at = max(due_at - skew, self.ledger.changed_at.get(job.id, due_at - skew))
            if job.schedule.is_held and job.id not in waiting:
                raise BrokenPromiseError(f"job {job.id!r} is held, and none of its runs is left to end")
            if self.room is None and due_at is not None and due_at < self.clock.now() - timedelta(seconds=5):
                raise BrokenPromiseError(f"job {job.id!r} has been due since {due_at}, and nobody takes it")
