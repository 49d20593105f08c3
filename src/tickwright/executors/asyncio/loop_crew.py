"""A crew that is an event loop: coroutines become its tasks, and other functions go to its threads."""

from __future__ import annotations

import sys
from asyncio import AbstractEventLoop, Future, Task
from collections import deque
from contextlib import suppress
from functools import partial
from threading import Event as Flag
from threading import Thread
from typing import Any

from tickwright.active_run import ActiveRun
from tickwright.errors import SchedulerNotRunningError
from tickwright.event_loops import is_coroutine_function, running_loop
from tickwright.executors.base import ExecutorHost
from tickwright.executors.call import ASKED_TO_STOP, TASK_CANCELLED, Rest, await_rest, call_to_be_awaited
from tickwright.executors.crew import Crew, Item
from tickwright.interrupts import is_ctrl_c
from tickwright.report import Report
from tickwright.stored_job import StoredJob

__all__ = ["LoopCrew"]

AT_ONCE = 100
"""Tasks that are made in one go. Then whatever else the event loop has to do has its turn."""

A_MOMENT = 0.1
"""Seconds after which somebody who waits for runs looks whether their event loop still goes round."""

LOOP_CLOSED = "its event loop is closed"
REMEDY = (
    "Shut the scheduler down at the end of the coroutine that started it, and start it again in the next event loop"
)
LOOP_STOPPED = "its event loop does not go round any more"
CTRL_C = "Ctrl-C came while it ran"


class LoopCrew(Crew):
    """The runs of one start. The scheduler's thread leaves them in a queue, and the event loop begins them.

    The loop is called once for all that is there when it comes: that costs it a wake-up, which is dear.
    """

    def __init__(self, event_loop: AbstractEventLoop, max_running: int | None, host: ExecutorHost, name: str) -> None:
        super().__init__(host, name)
        self.event_loop = event_loop
        self._most_begun = sys.maxsize if max_running is None else max_running
        self._queue: deque[Item] = deque()
        self._is_called = False
        self._begun: set[str] = set()
        """Those in its tasks, in its threads and before these."""
        self._tasks: dict[str, Task[Report]] = {}
        self._is_cancelling = False
        # What is in a thread goes on there even if the event loop does not.
        self._in_threads: set[str] = set()
        self._handing_in: set[str] = set()
        self._all_reported = Flag()

    def trouble(self) -> str | None:
        """Return why nothing can be run, where something is to be."""
        if self._closed:
            return None
        if self.event_loop.is_closed():
            return f"{LOOP_CLOSED}. {REMEDY}"
        if self._taken and not self.event_loop.is_running():
            return f"its event loop does not run, and {len(self._taken)} run(s) wait for it"
        return None

    @property
    def is_held_up(self) -> bool:
        """Whether its runs cannot go on before the calling code has returned to their event loop."""
        return running_loop() is self.event_loop

    def _engage(self, active: ActiveRun, job: StoredJob) -> None:
        run_id = active.record.id
        self._taken[run_id] = self._waiting[run_id] = active
        self._queue.append((active, job))
        try:
            self._call_for_all()
        except BaseException as error:
            self._taken.pop(run_id, None)
            self._waiting.pop(run_id, None)  # in the queue it is passed over
            if not isinstance(error, RuntimeError):
                raise
            raise SchedulerNotRunningError(
                f"executor {self._name!r} takes no run of job {job.id!r}: {LOOP_CLOSED}. {REMEDY}"
            ) from error

    def _call_for_all(self) -> None:
        """Have the event loop begin what is in the queue, if it is not called for that already."""
        # `_begin` says that it is not called any more, and looks into the queue after that. A loop that was closed
        # since then never does, and says so when it is called again.
        if not self._is_called or self.event_loop.is_closed():
            self._is_called = True
            try:
                self.event_loop.call_soon_threadsafe(self._begin)
            except BaseException:
                self._is_called = False
                raise

    # -- in the event loop -----------------------------------------------------------------------------

    def _begin(self) -> None:
        self._is_called = False
        try:
            for _ in range(min(len(self._queue), AT_ONCE)):
                if len(self._begun) >= self._most_begun:
                    break
                active, job = self._queue.popleft()
                if active.record.id not in self._waiting:
                    continue  # it was taken back
                self._begun.add(active.record.id)
                try:
                    if is_coroutine_function(job.func):
                        self._begin_here(active, job)
                    else:
                        self._begin_in_thread(active, job)
                except BaseException as error:  # border: the loop's maker of threads is the application's
                    self._waiting.pop(active.record.id, None)
                    self._settle(self._broken(active, error))
                    if is_ctrl_c(error):
                        raise
        finally:
            self._begin_more()

    def _begin_more(self) -> None:
        """Have the event loop begin what waits, if it may."""
        if self._queue and len(self._begun) < self._most_begun:
            with suppress(RuntimeError):  # it is closed
                self._call_for_all()

    def _begin_here(self, active: ActiveRun, job: StoredJob) -> None:
        if self._waiting.pop(active.record.id, None) is None:
            self._begun.discard(active.record.id)
            return
        called = call_to_be_awaited(active, job.func, job.args, job.kwargs, self._host)
        if isinstance(called, Rest):
            self._await(active, called)
        else:
            self._settle(called)

    def _await(self, active: ActiveRun, rest: Rest) -> None:
        if active.record.id not in self._taken:  # given up, when the event loop did not go round
            rest.drop()
            return
        coroutine = await_rest(rest, active, self._host)
        try:
            task = self.event_loop.create_task(coroutine, context=rest.context)
        except BaseException as error:  # border: the event loop's maker of tasks is the application's
            coroutine.close()
            rest.drop()
            self._settle(self._broken(active, error))
            if is_ctrl_c(error):
                raise
            return
        self._tasks[active.record.id] = task
        task.add_done_callback(partial(self._ended, active, rest))
        if active.cancel_requested or self._is_cancelling:  # while it was on its way here
            task.cancel()

    def _ended(self, active: ActiveRun, rest: Rest, task: Task[Report]) -> None:
        if task.cancelled():  # before its first step; later, `await_rest` reports that
            rest.drop()
            report = self._cancelled(active, ASKED_TO_STOP if active.cancel_requested else TASK_CANCELLED)
        elif task.exception() is not None:  # nothing else gets out
            report = self._cancelled(active, CTRL_C)
        else:
            report = task.result()
        try:
            self._settle(report)
        finally:
            del self._tasks[active.record.id]

    def _begin_in_thread(self, active: ActiveRun, job: StoredJob) -> None:
        try:
            thread = self.event_loop.run_in_executor(None, self._call, active, job)
        except RuntimeError:  # its threads were shut down, as near the end of asyncio.run
            Thread(target=self._call, args=(active, job), name=f"tickwright-{self._name}", daemon=True).start()
        else:
            thread.add_done_callback(partial(self._left_thread, active))

    def _left_thread(self, active: ActiveRun, thread: Future[Any]) -> None:
        """See to it that one is reported that the threads were shut down before."""
        if thread.cancelled():
            self._take_back(active.record.id, TASK_CANCELLED)
            self._begun.discard(active.record.id)  # where it was taken back before
            self._begin_more()

    def _cancel_task(self, run_id: str) -> None:
        task = self._tasks.get(run_id)
        if task is not None and not task.cancelling():  # another time would break in on what it does about the first
            task.cancel()

    # -- in its threads --------------------------------------------------------------------------------

    def _call(self, active: ActiveRun, job: StoredJob) -> None:
        # Before it is claimed, and until it is reported: `give_up` finds it in one place or the other.
        self._in_threads.add(active.record.id)
        try:
            if self._waiting.pop(active.record.id, None) is None:
                self._begun.discard(active.record.id)
                self._begin_more()
            else:
                self._perform(active, job)
        finally:
            self._in_threads.discard(active.record.id)

    def _perform(self, active: ActiveRun, job: StoredJob) -> None:
        try:
            called = call_to_be_awaited(active, job.func, job.args, job.kwargs, self._host)
        except BaseException as error:  # border: no thread may die of a job
            called = self._broken(active, error)
        if isinstance(called, Rest):
            try:
                self.event_loop.call_soon_threadsafe(self._await, active, called)
                return
            except RuntimeError:
                called.drop()
                called = self._cancelled(active, LOOP_CLOSED)
        self._settle(called)

    # -- what is asked of runs -------------------------------------------------------------------------

    def cancel(self, run_id: str) -> bool:
        """Take a run back if it waits; if not, ask it to stop, and cancel its task."""
        has_it = super().cancel(run_id)
        if run_id in self._tasks:
            with suppress(RuntimeError):  # the event loop is closed
                self.event_loop.call_soon_threadsafe(self._cancel_task, run_id)
        return has_it

    # -- the end -----------------------------------------------------------------------------------------

    def _settle(self, report: Report) -> None:
        # It is not taken any more when its report goes out. Whoever waits for all waits for that, too.
        self._handing_in.add(report.run_id)
        try:
            super()._settle(report)
        finally:
            self._handing_in.discard(report.run_id)
            self._begun.discard(report.run_id)
            self._begin_more()
            self._look_for_the_end()

    def close(self, *, finish: bool) -> None:
        """Take no more runs. Without `finish`, those that wait are taken back, and tasks are cancelled."""
        super().close(finish=finish)
        if not finish:
            # Whatever becomes a task after that looks here.
            self._is_cancelling = True
            self._cancel_all()

    @property
    def is_ending(self) -> bool:
        """Whether tasks that were cancelled are about to end."""
        return self._closed and bool(self._tasks) and self.event_loop.is_running()

    def _dismiss(self) -> None:
        self._look_for_the_end()

    def _look_for_the_end(self) -> None:
        if self._closed and not self._taken and not self._handing_in:
            self._all_reported.set()

    def join(self) -> None:
        """Return when all runs are reported; at once in the event loop, which would have to run them meanwhile."""
        if self.is_held_up:
            return
        while not self._all_reported.wait(A_MOMENT):
            self.give_up()

    def give_up(self) -> None:
        """Where the event loop does not go round, report what can only go on in it as cancelled."""
        if self.event_loop.is_running():
            return
        for run_id, active in self._taken.copy().items():
            # Claimed first: a thread says that it has a run before it claims that.
            if self._waiting.pop(run_id, None) is not None or run_id not in self._in_threads:
                self._settle(self._cancelled(active, LOOP_STOPPED))
        self._cancel_all()  # should it go on one day, they do not

    def _cancel_all(self) -> None:
        if self._tasks:
            with suppress(RuntimeError):  # it is closed
                self.event_loop.call_soon_threadsafe(self._cancel_tasks)

    def _cancel_tasks(self) -> None:
        for run_id in self._tasks.copy():
            self._cancel_task(run_id)
