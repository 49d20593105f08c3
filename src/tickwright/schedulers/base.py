"""The scheduler: its life from configuration to shutdown, its parts, listeners and health."""

from __future__ import annotations

import os
from threading import RLock
from weakref import WeakSet

from tickwright.errors import ForkedSchedulerError, SchedulerAlreadyRunningError, SchedulerNotRunningError
from tickwright.event_codes import EVENT_ALL
from tickwright.schedulers.fitting import PartCalls
from tickwright.schedulers.outfitting import hand_out_outfit, outfit_later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo
    from typing import Any, NoReturn, Self

    from tickwright.clock import Clock
    from tickwright.core.border import Border
    from tickwright.events import Event
    from tickwright.schedulers.configuration import Configuration
    from tickwright.schedulers.health import Health
    from tickwright.schedulers.listeners import Callback
    from tickwright.schedulers.outfit import (
        BORDER,
        LONGEST_SETTLING,
        SHORTEST_SETTLING,
        Bell,
        Context,
        Engine,
        Host,
        Listeners,
        Loop,
        Mailbox,
        Parts,
        SchedulerEvent,
        breaks_in,
        current_run,
        events,
        examine,
        is_dead,
        is_inside_a_run,
        read_configuration,
        retire,
        this_owner,
        unless_held,
        zone_database_edition,
    )
    from tickwright.schedulers.stopping import Stopping

__all__ = ["STATE_PAUSED", "STATE_RUNNING", "STATE_STOPPED", "BaseScheduler"]

outfit_later(globals())

_made: WeakSet[BaseScheduler] = WeakSet()
"""All schedulers of this process; a fork brings them along."""

STATE_STOPPED = 0
STATE_RUNNING = 1
STATE_PAUSED = 2


class BaseScheduler(PartCalls):
    """What all schedulers are. A subclass says which thread the loop runs in.

    Options are keywords, or a mapping as `configure` takes it: `timezone`, `jobstores`, `executors`, `job_defaults`,
    `jobstore_retry_interval`, `lease`, `logger`, `daemon`, `clock`.

    As a context manager it starts at the top of the block and, at its end, waits for what is running.
    """

    _default_executor = "threadpool"
    _inline = False  # whether listeners are called where an event is told

    def __init__(self, gconfig: Mapping[str, Any] | None = None, **options: Any) -> None:
        hand_out_outfit()
        self._lock = RLock()
        self._state = STATE_STOPPED
        self._starting = self._was_started = False
        self._loop: Loop | None = None
        self._host: Host | None = None
        self._pid = os.getpid()
        self._bell = self._make_bell()
        super().__init__()
        self._configuration = read_configuration(gconfig, "tickwright.", options)
        self._listeners = self._make_listeners()
        self._parts = Parts(self._configuration.logger, self._default_executor)
        self._take_parts(self._configuration)
        _made.add(self)

    # -- configuration -------------------------------------------------------------------------------

    def configure(
        self, gconfig: Mapping[str, Any] | None = None, prefix: str | None = "tickwright.", **options: Any
    ) -> None:
        """Replace the options; stores and executors are added to those that are there.

        `gconfig` is nested (`{"job_defaults": {"coalesce": False}}`) or flat with dots and a prefix
        (`{"tickwright.job_defaults.coalesce": "false"}`). Raises `SchedulerAlreadyRunningError` once started.
        """
        self._check_process()
        if self._state != STATE_STOPPED or self._starting:
            raise SchedulerAlreadyRunningError("configure a scheduler before it is started")
        configuration = read_configuration(gconfig, prefix, options)
        self._take_parts(configuration)
        self._configuration = configuration

    def _take_parts(self, configuration: Configuration) -> None:
        """Add the parts that a configuration names: all of them or, where an alias is taken, none."""
        self._parts.check_free(configuration.jobstores, configuration.executors)
        for alias, store in configuration.jobstores.items():
            self.add_jobstore(store, alias)
        for alias, executor in configuration.executors.items():
            self.add_executor(executor, alias)

    @property
    def timezone(self) -> tzinfo:
        """The zone of triggers that name none."""
        return self._configuration.timezone

    @property
    def clock(self) -> Clock:
        """The clock that the scheduler goes by."""
        return self._configuration.clock

    # -- life ----------------------------------------------------------------------------------------

    @property
    def state(self) -> int:
        """`STATE_STOPPED`, `STATE_RUNNING` or `STATE_PAUSED`."""
        return self._state if os.getpid() == self._pid else STATE_STOPPED

    @property
    def running(self) -> bool:
        """Whether it has been started and not shut down; true while it is paused."""
        return self._state != STATE_STOPPED and os.getpid() == self._pid

    def start(self, paused: bool = False) -> None:
        """Start; with `paused`, take no due job before `resume`.

        Raises `SchedulerAlreadyRunningError` where it runs, and whatever a store or an executor raises that
        cannot start; nothing is left running then.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say which thread its loop runs in")

    def shutdown(self, wait: bool = True, timeout: float | None = None) -> None:
        """Stop. No due job is taken any more.

        With `wait`, return when all runs in flight have ended and are on record, or after `timeout` seconds. Then,
        or at once without `wait`, those still waiting for a worker are recorded as cancelled; those that
        execute go on without being recorded, and the next start finds them lost. A job store that is out, or
        listeners that are slow, may hold it up a little longer.

        Called by a job or a listener of this scheduler, in the event loop that it is for, or by a signal handler that
        broke in on a call of it, it does not wait for its own caller: it returns at once, and the shutdown goes on. A
        job that has a thread shut down, and waits for that thread, should have it give `wait=False`. Twice, or before
        the start, is fine.
        """
        self._check_process()
        if self._threaded and breaks_in():
            # Without a lock: the one who was broken in on may hold it.
            if (loop := self._loop) is not None:
                loop.ask_to_stop(wait, timeout)
            return
        self._shut_down(wait, timeout)

    def _shut_down(self, wait: bool = True, timeout: float | None = None) -> None:
        with unless_held(self._lock):
            loop = self._loop
            if self._state == STATE_STOPPED or loop is None:
                return
            stopping = loop.ask_to_stop(wait, timeout)
        if not self._is_own_thread():
            self._await_stop(loop, stopping)

    def _await_stop(self, loop: Loop, stopping: Stopping) -> None:
        # Without `wait` the loop only puts things in order; that takes moments unless a store hangs.
        loop.stopped.wait(stopping.longest_wait(LONGEST_SETTLING))
        self._await_listeners(stopping)

    def _await_listeners(self, stopping: Stopping) -> None:
        """Let listeners hear of all that came by the end, where the shutdown waits."""
        if stopping.wait:
            longest = min(stopping.seconds_left() or SHORTEST_SETTLING, LONGEST_SETTLING)
            if not self._listeners.drain(longest):
                self._configuration.logger.warning(
                    "Listeners have not heard of %d event(s) within %.1f s after the shutdown; they may go on",
                    self._listeners.waiting,
                    longest,
                )

    def pause(self) -> None:
        """Take no due jobs until `resume`; runs in flight go on. What falls due meanwhile is run late."""
        self._set_taking(False, STATE_PAUSED, events.EVENT_SCHEDULER_PAUSED)

    def resume(self) -> None:
        """Take due jobs again."""
        self._set_taking(True, STATE_RUNNING, events.EVENT_SCHEDULER_RESUMED)

    def wakeup(self) -> None:
        """Make the loop look at the job stores now."""
        self._bell.ring()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        # A child that was forked in the block leaves it too: nothing of the scheduler runs there, and what the child
        # raises or exits with is its own.
        if os.getpid() == self._pid:
            self._shut_down()

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a scheduler cannot be pickled: it is the threads and connections of this process. A job that needs it "
            "should find it in a module of its own instead of getting it as an argument"
        )

    # -- listeners, health ---------------------------------------------------------------------------

    def add_listener(self, callback: Callback, mask: int | type[Event] = EVENT_ALL) -> None:
        """Have `callback(event)` called for the events of a mask, or of a class, in the order they happen.

        Listeners run in a thread of their own, those of an `AsyncIOScheduler` in its event loop: a slow one delays
        other listeners, and never the scheduler. What one raises is logged and counted in `health()`.
        """
        self._check_process()
        self._listeners.add(callback, mask)

    def remove_listener(self, callback: Callback) -> None:
        """Call `callback` no more."""
        self._check_process()
        self._listeners.remove(callback)

    def health(self) -> Health:
        """Return how the scheduler is, as it is: what is out, since when, and what is waiting."""
        self._check_process()
        state = {STATE_STOPPED: "stopped", STATE_RUNNING: "running", STATE_PAUSED: "paused"}[self._state]
        return examine(
            state=state,
            loop=self._loop,
            executors=self._parts.executors,
            listeners=self._listeners,
            monotonic=self.clock.monotonic(),
        )

    # -- for the shells ------------------------------------------------------------------------------

    def _begin(self, paused: bool) -> Loop:
        """Start the parts, store the pending jobs and make the loop: all, or nothing."""
        self._check_process()
        with unless_held(self._lock):
            if self._state != STATE_STOPPED or self._starting:
                raise SchedulerAlreadyRunningError("this scheduler is running already")
            self._starting = True
        try:
            self._pid = os.getpid()
            self._bell = self._make_bell()
            loop = self._make_loop()
            loop.engine.taking = not paused
            while not self._is_open_for_jobs(loop, paused):
                self._add_pending_jobs()
        except BaseException:
            self._stop_parts()
            raise
        finally:
            self._starting = False
        self._listeners.open()
        self._configuration.logger.info("Scheduler started")
        self._tell(SchedulerEvent(events.EVENT_SCHEDULER_STARTED))
        return loop

    def _is_open_for_jobs(self, loop: Loop, paused: bool) -> bool:
        """Become running if no job waits to be stored; return whether it did."""
        with unless_held(self._lock):
            if self._pending.of(None):
                return False
            self._loop = loop
            self._was_started = True
            self._state = STATE_PAUSED if paused else STATE_RUNNING
            return True

    def _make_loop(self) -> Loop:
        mailbox = Mailbox(self._bell.ring)
        self._host = self._make_host(mailbox)
        self._parts.start(self._host)
        context = Context(
            clock=self.clock,
            owner=this_owner(),
            teller=self._listeners,
            post=mailbox.post,
            executors=self._parts.executors,
            probe=is_dead,
            lease=self._lease_seconds(),
            longest_retry_pause=self._configuration.jobstore_retry_interval,
            logger=self._configuration.logger,
            border=self._border(),
            zone_edition=zone_database_edition(),
        )
        self._taker = context.taker
        engine = Engine(context, mailbox)
        self._host.packer = engine.pack
        for alias, store in self._parts.jobstores.items():
            engine.add_store(alias, store)
        engine.announce()
        return Loop(engine, self._bell, self._parts, self._configuration.logger)

    def _executor_started(self) -> None:
        """Do what a shell does when an executor was added to the running scheduler."""

    def _make_listeners(self) -> Listeners:
        return Listeners(self._configuration.logger, inline=self._inline)

    def _make_host(self, mailbox: Mailbox) -> Host:
        return Host(self.clock, mailbox, self._bell.ring)

    def _make_bell(self) -> Bell:
        return Bell()

    def _border(self) -> Border:
        return BORDER

    def _lease_seconds(self) -> float:
        return self._configuration.lease

    def _run(self, loop: Loop) -> None:
        """Run the loop to its end, in the calling thread."""
        try:
            loop.run()
        finally:
            self._end(loop)

    def _end(self, loop: Loop) -> None:
        """Finish what the loop has in hand, and be stopped, whatever happens."""
        try:
            loop.finish()
        finally:
            retire(loop.engine.context.owner)
            with self._lock:
                self._state = STATE_STOPPED
                self._loop = self._host = None
                # With the state, so that it never undoes the opening of a start that follows at once.
                self._listeners.close()
            self._configuration.logger.info("Scheduler shut down")
            self._tell(SchedulerEvent(events.EVENT_SCHEDULER_SHUTDOWN))
            loop.stopped.set()

    def _stop_parts(self) -> None:
        self._parts.stop_executors(wait=False)
        self._parts.stop_jobstores()
        self._host = None

    def _set_taking(self, taking: bool, state: int, code: int) -> None:
        self._check_process()
        with unless_held(self._lock):
            if self._loop is None or self._loop.stopping is not None:
                raise SchedulerNotRunningError("this scheduler is not running; start it first")
            changed = self._state != state
            self._state = state
            self._loop.engine.taking = taking
        self._bell.ring()
        if changed:
            self._tell(SchedulerEvent(code))

    def _is_own_thread(self) -> bool:
        """Return whether the caller is the loop, a listener, or a job of this scheduler, or holds up its jobs."""
        loop = self._loop
        if loop is None:
            return False
        if self._is_the_loop(loop) or self._listeners.is_this_thread or self._parts.are_held_up():
            return True
        return is_inside_a_run() and current_run().owner == loop.engine.context.owner.id

    def _tell(self, event: Event) -> None:
        self._listeners.tell(event)

    def _begin_anew(self) -> None:
        """Be fit for use in a fork, where no other thread is: what they held, and what they were to do, is let go."""
        self._lock, self._starting = RLock(), False
        self._pending.begin_anew()
        self._listeners.begin_anew()

    def _check_process(self) -> None:
        if self._state != STATE_STOPPED and os.getpid() != self._pid:
            raise ForkedSchedulerError(
                f"this scheduler runs in process {self._pid}, and this is process {os.getpid()}, a fork of it, in "
                f"which nothing of it runs; make and start a scheduler here, after the fork"
            )


def _after_fork_in_child() -> None:
    for scheduler in list(_made):
        scheduler._begin_anew()


if hasattr(os, "register_at_fork"):  # nobody forks on Windows
    os.register_at_fork(after_in_child=_after_fork_in_child)
