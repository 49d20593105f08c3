"""The loop: drives the engine, sleeps between steps, and ends in good order."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event as Flag
from threading import Thread, current_thread, main_thread

from tickwright.core.engine import Engine
from tickwright.core.mailbox import Part
from tickwright.jobstores.base import JobStore
from tickwright.schedulers.bell import Bell
from tickwright.schedulers.parts import Parts
from tickwright.schedulers.stopping import Stopping

__all__ = ["LONGEST_SETTLING", "SHORTEST_SETTLING", "Loop"]

LONGEST_WAIT = 1.0
"""Seconds that the loop sleeps at a time. Within so many it notices that the clock was set."""

LONGEST_REST = 5.0
"""Seconds without a step, where no store asks for one: a step that finds nothing to do costs ten looks at the clock."""

EARLY = 0.0005
"""Seconds before a job is due at which the loop wakes up, goes round once, and stays awake until it is.

Waking up takes a tenth of a millisecond, and so does the first round after a sleep, with cold caches."""

GATHERING = 0.001
"""Seconds from one round to the next where many runs are in flight. Their reports come together meanwhile."""

MANY_IN_FLIGHT = 32
"""Runs in flight from which the loop waits for so long: a pool of the usual size has enough to do meanwhile."""

A_MOMENT = 0.01
"""Seconds between two looks at what is about to end."""

LONGEST_SETTLING = 10.0
"""Seconds that a shutdown which waits gives a job store that is out, to take the outcomes of runs that ended."""

SHORTEST_SETTLING = 1.0
"""Seconds for the same where it does not wait, or has waited for as long as it may."""


class Loop:
    """One life of a scheduler, from its start to its shutdown."""

    def __init__(self, engine: Engine, bell: Bell, parts: Parts, logger: logging.Logger) -> None:
        self.engine = engine
        self.thread: Thread | None = None
        """The thread that it runs in."""
        self.last_step = self._last_round = engine.context.clock.monotonic()
        """When it last went round, saw that there was no need to, or was made, on the monotonic clock."""
        self._sleeps_until: datetime | None = None
        self._unseen: deque[datetime] = deque()
        self.stopping: Stopping | None = None
        self.stopped = Flag()
        self.failure: BaseException | None = None
        """What the last step raised, if it raised."""
        self.has_strays = False
        """Whether executors may be busy with runs of a store that was removed, which nobody waits for."""
        self._bell = bell
        self._parts = parts
        self._logger = logger
        self._clock = engine.context.clock

    def run(self) -> None:
        """Go round until somebody asks it to stop. The calling thread is the loop's."""
        self.thread = current_thread()
        while self.stopping is None:
            wait = self.step()
            due_in = None if self.failure else self.engine.job_due_in
            if due_in is None or wait <= 0 or due_in > wait + EARLY:
                self._rest(wait)
            elif due_in > LONGEST_WAIT:
                self._rest(due_in - LONGEST_WAIT)  # the last second is measured anew, by the clock on the wall
            elif due_in > EARLY:
                self._sleep(due_in - EARLY)
            else:
                self._wait_awake(due_in)
            self._let_reports_gather()

    def step(self) -> float:
        """Go round once; return the seconds to sleep."""
        self._sleeps_until = None
        self._unseen.clear()
        try:
            wait = self.engine.step()
        except BaseException as error:  # border: the loop itself, whatever may be wrong with it
            # What ends the program by way of the main thread, such as Ctrl-C, goes its way. In a thread of the
            # loop's own it is some library's trick, and would leave a scheduler without anybody to drive it.
            if not isinstance(error, Exception) and self.thread is main_thread():
                raise
            self._logger.critical("The loop failed and goes on: %r", error, exc_info=error)
            self.failure = error
            wait = LONGEST_WAIT
        else:
            self.failure = None
        self.last_step = self._last_round = self._clock.monotonic()
        return LONGEST_REST if wait is None else min(wait, LONGEST_REST)

    def wake_for(self, due_at: datetime | None) -> None:
        """Wake it if this, which is in the store by now, lies before it would wake by itself."""
        if due_at is None:
            return
        if self._sleeps_until is None:
            # It is awake, and may have looked at the store already. So this is left where it looks before it
            # sleeps; a ring for each job of a thousand would have it go round a thousand times.
            self._unseen.append(due_at)
        # If it fell asleep meanwhile it may have been too early to see that, and now it is rung for.
        sleeps_until = self._sleeps_until
        if sleeps_until is not None and due_at < sleeps_until:
            self._bell.ring()

    def ask_to_stop(self, wait: bool, timeout: float | None = None) -> Stopping:
        """Begin the shutdown; where it has begun, make it hurry if this one is less patient.

        It takes no lock, so that a signal handler may call it.
        """
        stopping = self.stopping
        if stopping is None:
            stopping = self.stopping = Stopping(self._clock, wait, timeout)
        else:
            stopping.hurry(wait, timeout)
        self._bell.ring()
        return stopping

    def part_from(self, alias: str, store: JobStore, then: Callable[[], object] | None = None) -> Flag:
        """Have the loop let go of a store, call `then`, and raise the flag that this returns.

        Only the loop can do it: it may be committing to that store now, and what it commits has to be settled too.
        """
        parted = Flag()

        def part() -> None:
            if then is not None:
                then()
            parted.set()

        self.has_strays = True
        self.engine.mailbox.post(Part(alias=alias, store=store, then=part))
        return parted

    def finish(self) -> None:
        """End what is in flight as the shutdown asks for, then stop executors and stores."""
        stopping = self.stopping or self.ask_to_stop(wait=False)
        engine = self.engine
        engine.taking = False
        # Letters that came before the shutdown are opened: a run that `run_job` has put on record is still submitted.
        self.step()
        while engine.unreported and stopping.may_wait():
            self._parts.give_up_runs()
            wait = self.step()
            if engine.unreported:
                self._sleep(min(wait, LONGEST_WAIT, stopping.seconds_left()))
        self._parts.stop_executors(wait=not engine.unreported and not self.has_strays)
        self._settle(stopping)
        engine.close()
        if left := engine.in_flight:
            self._logger.warning(
                "Scheduler stopped with %d run(s) whose outcome is not on record; the next start finds them lost", left
            )
        self._parts.stop_jobstores()

    def _settle(self, stopping: Stopping) -> None:
        """Put on record what has been reported, as long as the job stores and the shutdown's patience allow."""
        longest = Stopping(self._clock, True, LONGEST_SETTLING)
        shortest = Stopping(self._clock, True, SHORTEST_SETTLING)
        # So many looks at the most, whatever a clock says that a test has stand still.
        for _ in range(round(SHORTEST_SETTLING / A_MOMENT)):
            if not (self._parts.are_ending() and self.engine.unreported and shortest.may_wait()):
                break
            self.step()
            self._bell.wait(A_MOMENT)
        wait = self.step()
        while self.engine.in_flight > self.engine.unreported + self.engine.waiting:
            if not (shortest.may_wait() or (stopping.may_wait() and longest.may_wait())):
                break
            self._sleep(min(wait, SHORTEST_SETTLING))
            wait = self.step()

    def _let_reports_gather(self) -> None:
        """Where the last round was a moment ago, leave the workers alone for as long.

        Or until half of the runs in flight are reported. A round for each would cost many times as much.
        """
        engine = self.engine
        # Where others share the store nothing is queued here: a worker that is done waits for this loop.
        if engine.unreported < MANY_IN_FLIGHT or engine.is_shared:
            return
        until = self._last_round + GATHERING
        if engine.job_due_in:  # for what is due already there was no room, or it is late by no more than this wait
            until = min(until, self._last_round + engine.job_due_in)
        with engine.mailbox.gathering(engine.unreported // 2) as is_enough:
            # A ring may be an old one, and nothing is lost with it: what it was for is seen right after. Where nobody
            # rings the time is over, whatever a clock says that a test has stand still.
            while self.stopping is None and not is_enough() and (left := until - self._clock.monotonic()) > 0:
                if not self._bell.wait(min(left, GATHERING)):
                    break

    def _wait_awake(self, seconds: float) -> None:
        """Wait for a job that is as good as due; who rings meanwhile is heard right after."""
        before = self._clock.now()
        self._clock.stay_awake(seconds)
        if self._clock.now() <= before:  # it stands still, as tests have clocks do, and this is not to be all we do
            self._sleep(seconds)

    def _rest(self, seconds: float) -> None:
        """Sleep until a step is needed: it is time for one, somebody rings, or the clock was set."""
        now = self._clock.monotonic()
        until = now + seconds
        while not self._sleep(min(until - now, LONGEST_WAIT), until - now):
            before, now = now, self._clock.monotonic()
            if now <= before or self.engine.has_clock_jumped():  # a clock that stands still says nothing about the time
                break
            self.last_step = now

    def _sleep(self, seconds: float, until_step: float | None = None) -> bool:
        """Sleep, the next step being so many seconds away; return whether that is to be now."""
        if seconds <= 0:
            return True
        # From here on, whoever adds a job rings if it is due earlier. One that was added since the last step
        # began, and perhaps not seen by it, is in `_unseen`: that is looked at after saying so, and not before.
        sleeps_until = self._clock.now() + timedelta(seconds=seconds if until_step is None else until_step)
        self._sleeps_until = sleeps_until
        while self._unseen:
            if self._unseen.popleft() < sleeps_until:
                return True
        return self._bell.wait(seconds)
