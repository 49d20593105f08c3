"""What an application says about job stores and executors: put one in, take one out, also while jobs run."""

from __future__ import annotations

from threading import current_thread

from tickwright.schedulers.batches import BatchCalls
from tickwright.schedulers.outfitting import outfit_later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from threading import Event as Flag
    from typing import Any

    from tickwright.executors.base import Executor
    from tickwright.jobstores.base import JobStore
    from tickwright.schedulers.bell import Bell
    from tickwright.schedulers.host import Host
    from tickwright.schedulers.loop import Loop
    from tickwright.schedulers.outfit import SchedulerEvent, breaks_in, events, make_executor, make_jobstore

__all__ = ["PartCalls"]

outfit_later(globals())

A_MOMENT = 0.1
"""Seconds after which somebody who waits for the loop looks whether it has ended."""


class PartCalls(BatchCalls):
    """The calls about parts. Each part has an alias, by which jobs name it."""

    _threaded = True  # whether the loop may be at work while somebody calls

    if TYPE_CHECKING:  # what the scheduler that inherits these calls has
        _bell: Bell
        _host: Host | None

        def _executor_started(self) -> None: ...

    def add_jobstore(self, /, jobstore: JobStore | str, alias: str = "default", **jobstore_opts: Any) -> None:
        """Add a job store: an instance, or a name (`"memory"`, `"sqlite"`) with its options."""
        self._check_process()
        store = make_jobstore(jobstore, alias, jobstore_opts)
        self._parts.put_jobstore(alias, store)
        if self._loop is not None and self._host is not None:
            try:
                store.start(self._host, alias)
            except BaseException:
                self._parts.take_jobstore(alias)
                raise
            self._parts.say_limits(alias, store)
            self._add_pending_jobs(alias)
            self._loop.engine.add_store(alias, store)
            self._loop.engine.desks[alias].announce()
        self._tell(SchedulerEvent(events.EVENT_JOBSTORE_ADDED, alias))
        self._bell.ring()

    def remove_jobstore(self, alias: str, shutdown: bool = True) -> None:
        """Remove a job store. Its runs in flight are recorded as lost: how they end is not heard any more.

        Returns when the loop has let go of it, and it is shut down if that is wanted. Called by a job in the loop's
        own thread, or by a signal handler, it returns at once, and that is done next.
        """
        self._check_process()
        store = self._parts.take_jobstore(alias)
        loop = self._loop
        if loop is not None and ((self._threaded and breaks_in()) or self._is_the_loop(loop)):
            loop.part_from(alias, store, then=lambda: self._parts.stop(store) if shutdown else None)
        else:
            if loop is not None:
                self._await_parting(loop, loop.part_from(alias, store))
            if shutdown:
                store.shutdown()
        self._tell(SchedulerEvent(events.EVENT_JOBSTORE_REMOVED, alias))

    def add_executor(self, /, executor: Executor | str, alias: str = "default", **executor_opts: Any) -> None:
        """Add an executor: an instance, or a name with its options.

        The names are `"threadpool"`, `"processpool"`, `"asyncio"` and `"debug"`.
        """
        self._check_process()
        made = make_executor(executor, alias, executor_opts)
        self._parts.put_executor(alias, made)
        if self._loop is not None and self._host is not None:
            try:
                made.start(self._host, alias)
            except BaseException:
                self._parts.take_executor(alias)
                raise
            self._loop.engine.context.executors = self._parts.executors
            self._executor_started()
        self._tell(SchedulerEvent(events.EVENT_EXECUTOR_ADDED, alias))
        self._bell.ring()

    def remove_executor(self, alias: str, shutdown: bool = True) -> None:
        """Remove an executor; with `shutdown`, wait for its runs. Jobs that ask for it stay due."""
        self._check_process()
        executor = self._parts.take_executor(alias)
        self._parts.look_after(executor)
        if self._loop is not None:
            self._loop.engine.context.executors = self._parts.executors
        if shutdown:
            executor.shutdown()
        self._tell(SchedulerEvent(events.EVENT_EXECUTOR_REMOVED, alias))

    # -- taking a store out -----------------------------------------------------------------------------

    def _await_parting(self, loop: Loop, parted: Flag) -> None:
        """Return when the loop has let go of a job store."""
        while not parted.wait(A_MOMENT):
            if loop.stopped.is_set():
                loop.engine.read_mail()  # it ended without having read that, and nobody else reads it now

    def _is_the_loop(self, loop: Loop) -> bool:
        """Return whether the caller is what the loop is doing."""
        return current_thread() is loop.thread
