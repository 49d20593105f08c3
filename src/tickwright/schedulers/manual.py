"""The scheduler that a test drives by hand: no thread, and a clock that moves when it is told to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from threading import Event as Flag
from threading import current_thread
from typing import Any, Self

from tickwright.errors import ConfigurationError, SchedulerNotRunningError
from tickwright.executors.debug import DebugExecutor
from tickwright.instants import to_datetime
from tickwright.schedulers.base import BaseScheduler
from tickwright.schedulers.bell import Bell
from tickwright.schedulers.loop import Loop
from tickwright.schedulers.stopping import Stopping
from tickwright.stored_job import StoredJob
from tickwright.triggers.moments import read_moment
from tickwright.virtual_clock import VirtualClock

__all__ = ["ManualScheduler"]

MOMENT = 0.01
"""Seconds of real time."""


class _VirtualBell(Bell):
    """Lets the virtual time pass that the loop would sleep, once nobody has rung in a moment of real time.

    The loop sleeps only where it ends, waiting for runs in other threads or for a store that is out.
    """

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self._clock = clock

    def wait(self, seconds: float) -> bool:
        rung = super().wait(MOMENT)
        if not rung:
            self._clock.advance_to(self._clock.after(seconds))
        return rung


class ManualScheduler(BaseScheduler):
    """Everything that a scheduler is, at the speed of the test.

    It is started when it is made, runs jobs inline as `advance` passes their fire times, and calls listeners inline::

        scheduler = ManualScheduler("2026-01-05 00:00")
        scheduler.add_job(send_report, "0 3 * * mon-fri", id="report")
        scheduler.advance(days=7)
        assert [run.fire_time.day for run in scheduler.get_runs("report")] == [9, 8, 7, 6, 5]

    Other options are those of every scheduler. A store may be given, also one that another scheduler used before.
    """

    _inline = True
    _threaded = False

    def __init__(
        self,
        start: datetime | date | str = "2026-01-01",
        gconfig: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        options.setdefault("timezone", "UTC")
        clock = options.setdefault("clock", VirtualClock(start, options["timezone"]))
        if not isinstance(clock, VirtualClock):
            raise ConfigurationError(f"clock must be a VirtualClock that the test moves, not {clock!r}")
        self._virtual_clock = clock
        self._in_step = False
        super().__init__(gconfig, **options)
        if "default" not in self._parts.executors:
            self.add_executor(DebugExecutor())
        self.start()

    @property
    def now(self) -> datetime:
        """The instant that its clock stands at, in UTC."""
        return self._virtual_clock.now()

    def start(self, paused: bool = False) -> None:
        """Start again after a shutdown; a new one is started already."""
        self._begin(paused).thread = current_thread()
        self.step()

    def __enter__(self) -> Self:
        return self

    def advance(
        self,
        duration: timedelta | None = None,
        *,
        weeks: float = 0,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
    ) -> None:
        """Let time pass, stopping at each instant at which something is due, and doing it."""
        step = duration or timedelta(0)
        step += timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
        self.advance_to(self.now + step)

    def advance_to(self, instant: datetime | date | str) -> None:
        """Let time pass until an instant; a naive one is in the scheduler's zone."""
        target = to_datetime(read_moment(instant, self.timezone, "instant"))
        if target < self.now:
            raise ValueError(f"time does not run back: it is {self.now}, and {target} lies before; see `jump`")
        while self.running:
            wait = self.step()
            due_at = None if wait is None else self._virtual_clock.after(wait)
            if due_at is None or due_at > target:
                break
            self._virtual_clock.advance_to(due_at)
        self._virtual_clock.advance_to(target)
        if self.running:
            self.step()

    def jump(self, offset: timedelta) -> None:
        """Set the clock, forward or back, as a person or a time server does; what is due then is run."""
        self._virtual_clock.jump(offset)
        self.step()

    def sleep(self, duration: timedelta) -> None:
        """Suspend the machine for so long: nothing happens meanwhile, and what was due is found at the end."""
        self.jump(duration)

    def step(self) -> float | None:
        """Do all that is due at this instant; return the seconds until there is more, None if there is nothing."""
        loop = self._loop
        if loop is None:
            raise SchedulerNotRunningError("this scheduler was shut down; start it again first")
        wait: float | None = 0.0
        self._in_step = True
        try:
            while wait is not None and wait <= 0 and loop.stopping is None:
                wait = loop.engine.step()
        finally:
            self._in_step = False
        loop.last_step = self.clock.monotonic()
        if loop.stopping is not None:
            self._end(loop)
            return None
        return wait

    def _await_stop(self, loop: Loop, stopping: Stopping) -> None:
        self._end(loop)

    def _wake_for(self, job: StoredJob) -> None:
        """Nobody sleeps here: the next step sees the job."""

    def _await_parting(self, loop: Loop, parted: Flag) -> None:
        loop.engine.read_mail()

    def _is_the_loop(self, loop: Loop) -> bool:
        return self._in_step

    def _is_own_thread(self) -> bool:
        return self._in_step

    def _make_bell(self) -> Bell:
        return _VirtualBell(self._virtual_clock)

    def _lease_seconds(self) -> float:
        # Nobody shares the store of a test, and a lease to renew would be a reason to stop every few seconds.
        return float("inf")
