"""A crew that is an event loop: coroutines become its tasks, and other functions go to its threads."""

from __future__ import annotations

from asyncio import AbstractEventLoop, Future, Task
from collections import deque
from contextlib import suppress
from functools import partial
from inspect import CO_COROUTINE, iscoroutine, iscoroutinefunction
from threading import Event as Flag
from typing import Any

from tickwright.active_run import ActiveRun
from tickwright.errors import SchedulerNotRunningError
from tickwright.event_loops import running_loop
from tickwright.executors.base import ExecutorHost
from tickwright.executors.call import Rest, await_rest, call_to_be_awaited
from tickwright.executors.crew import Crew, Item
from tickwright.interrupts import is_ctrl_c
from tickwright.report import Report
from tickwright.stored_job import StoredJob

__all__ = ["LoopCrew"]

AT_ONCE = 100
"""Tasks that are made in one go. Then whatever else the event loop has to do has its turn."""

A_MOMENT = 0.1
"""Seconds after which somebody who waits for runs looks whether their event loop still goes round."""

NEVER_BEGAN = "its task was cancelled before it began, as when its event loop ends"
LOOP_CLOSED = "its event loop is closed"
REMEDY = (
    "Shut the scheduler down at the end of the coroutine that started it, and start it again in the next event loop"
)
LOOP_STOPPED = "its event loop stopped before it ended"
CTRL_C = "Ctrl-C came while it ran"


class LoopCrew(Crew):
    """The runs of one start. The scheduler's thread leaves them in a queue, and the event loop begins them.

    The loop is called once for all that is there when it comes: that costs it a wake-up, which is dear.
    """

    def __init__(self, event_loop: AbstractEventLoop, host: ExecutorHost, name: str) -> None:
        super().__init__(host, name)
        self.event_loop = event_loop
        self._queue: deque[Item] = deque()
        self._is_called = False
        self._tasks: dict[str, Task[Report]] = {}
        self._in_threads: set[str] = set()
        self._all_reported = Flag()

    def trouble(self) -> str | None:
        """Return why nothing can be run any more; None where it can."""
        return f"{LOOP_CLOSED}. {REMEDY}" if self.event_loop.is_closed() else None

    def _engage(self, active: ActiveRun, job: StoredJob) -> None:
        run_id = active.record.id
        self._taken[run_id] = self._waiting[run_id] = active
        self._queue.append((active, job))
        # `_begin` says that it is not called any more, and looks into the queue after that.
        if not self._is_called:
            self._is_called = True
            try:
                self.event_loop.call_soon_threadsafe(self._begin)
            except RuntimeError as error:  # it is closed
                self._is_called = False
                self._queue.clear()
                del self._taken[run_id], self._waiting[run_id]
                raise SchedulerNotRunningError(
                    f"executor {self._name!r} takes no run of job {job.id!r}: {LOOP_CLOSED}. {REMEDY}"
                ) from error

    # -- in the event loop -----------------------------------------------------------------------------

    def _begin(self) -> None:
        self._is_called = False
        for _ in range(min(len(self._queue), AT_ONCE)):
            active, job = self._queue.popleft()
            try:
                if _is_coroutine_function(job.func):
                    self._begin_here(active, job)
                else:
                    self._begin_in_thread(active, job)
            except BaseException as error:  # border: the event loop's makers of tasks and threads are the application's
                self._waiting.pop(active.record.id, None)
                self._settle(self._broken(active, error))
                if is_ctrl_c(error):
                    raise
        if self._queue and not self._is_called:
            self._is_called = True
            self.event_loop.call_soon(self._begin)

    def _begin_here(self, active: ActiveRun, job: StoredJob) -> None:
        if self._waiting.pop(active.record.id, None) is None:
            return
        called = call_to_be_awaited(active, job.func, job.args, job.kwargs, self._host)
        if isinstance(called, Rest):
            self._await(active, called)
        else:
            self._settle(called)

    def _await(self, active: ActiveRun, rest: Rest) -> None:
        if active.record.id not in self._taken:  # given up, when the event loop did not go round
            _drop(rest)
            return
        task = self.event_loop.create_task(await_rest(rest, active, self._host), context=rest.context)
        self._tasks[active.record.id] = task
        task.add_done_callback(partial(self._ended, active, rest))
        if active.cancel_requested:  # while it was on its way here
            task.cancel()

    def _ended(self, active: ActiveRun, rest: Rest, task: Task[Report]) -> None:
        self._tasks.pop(active.record.id, None)
        if task.cancelled():
            _drop(rest)
            report = self._cancelled(active, NEVER_BEGAN)
        elif task.exception() is not None:  # nothing else gets out
            report = self._cancelled(active, CTRL_C)
        else:
            report = task.result()
        self._settle(report)

    def _begin_in_thread(self, active: ActiveRun, job: StoredJob) -> None:
        thread = self.event_loop.run_in_executor(None, self._call, active, job)
        thread.add_done_callback(partial(self._left_thread, active))

    def _left_thread(self, active: ActiveRun, thread: Future[Any]) -> None:
        """See to it that one is reported that the threads were shut down before."""
        if thread.cancelled():
            self._take_back(active.record.id, NEVER_BEGAN)

    def _cancel_task(self, run_id: str) -> None:
        task = self._tasks.get(run_id)
        if task is not None and not task.cancelling():  # another time would break in on what it does about the first
            task.cancel()

    # -- in its threads --------------------------------------------------------------------------------

    def _call(self, active: ActiveRun, job: StoredJob) -> None:
        if self._waiting.pop(active.record.id, None) is None:
            return
        self._in_threads.add(active.record.id)
        try:
            called = call_to_be_awaited(active, job.func, job.args, job.kwargs, self._host)
            if isinstance(called, Rest):
                self.event_loop.call_soon_threadsafe(self._await, active, called)
                return
        except BaseException as error:  # border: no thread may die of a job, and the event loop may be closed
            called = self._broken(active, error)
        finally:
            self._in_threads.discard(active.record.id)
        self._settle(called)

    # -- what is asked of runs -------------------------------------------------------------------------

    def cancel(self, run_id: str) -> bool:
        """Take a run back if it waits; if not, ask it to stop, and cancel its task."""
        active = self._taken.get(run_id)
        is_news = active is not None and not active.cancel_requested
        has_it = super().cancel(run_id)
        if is_news and run_id in self._tasks:
            with suppress(RuntimeError):  # the event loop is closed
                self.event_loop.call_soon_threadsafe(self._cancel_task, run_id)
        return has_it

    def _settle(self, report: Report) -> None:
        super()._settle(report)
        self._look_for_the_end()

    def _dismiss(self) -> None:
        self._look_for_the_end()

    def _look_for_the_end(self) -> None:
        if self._closed and not self._taken:
            self._all_reported.set()

    def join(self) -> None:
        """Return when all runs are reported; at once in the event loop, which would have to run them meanwhile."""
        if running_loop() is self.event_loop:
            return
        while not self._all_reported.wait(A_MOMENT):
            self.give_up()

    def give_up(self) -> None:
        """Where the event loop does not go round, report what can only go on in it as cancelled."""
        if self.event_loop.is_running():
            return
        for active in self._taken.copy().values():
            if active.record.id not in self._in_threads:
                self._waiting.pop(active.record.id, None)
                self._settle(self._cancelled(active, LOOP_STOPPED))
        with suppress(RuntimeError):  # it is closed
            self.event_loop.call_soon_threadsafe(self._cancel_tasks)  # should it go on one day, they do not

    def _cancel_tasks(self) -> None:
        for run_id in self._tasks.copy():
            self._cancel_task(run_id)


def _drop(rest: Rest) -> None:
    """Let a call end that will not be awaited, without a warning that it was not."""
    if iscoroutine(rest.awaitable):
        rest.awaitable.close()


def _is_coroutine_function(func: Any) -> bool:
    code = getattr(func, "__code__", None)
    if code is not None and code.co_flags & CO_COROUTINE:
        return True
    return iscoroutinefunction(func) or iscoroutinefunction(type(func).__call__)
