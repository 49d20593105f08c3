"""The calls of a scheduler, to be awaited: each is made in a thread, and the event loop goes on meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor as Threads
from contextvars import copy_context
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from tickwright.schedulers.background import BackgroundScheduler

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

__all__ = ["AwaitableCalls"]

P = ParamSpec("P")
T = TypeVar("T")

MOST_WAITING = 100
"""Calls that wait for runs or for the loop at the same time. An application makes one or two."""


def _awaitable(
    call: Callable[Concatenate[BackgroundScheduler, P], T], *, waits: bool = False
) -> Callable[Concatenate[AwaitableCalls, P], Coroutine[Any, Any, T]]:
    """Return the awaitable form of a call. One that `waits` may wait for runs, which may make calls meanwhile."""
    name = call.__name__

    @wraps(call)
    async def make_call(calls: AwaitableCalls, /, *args: P.args, **kwargs: P.kwargs) -> T:
        made: T = await calls.make(partial(getattr(calls.scheduler, name), *args, **kwargs), waits=waits)
        return made

    return make_call


def _without_stop_iteration(call: Callable[[], T]) -> T:
    try:
        return call()
    except StopIteration as error:
        # Nothing that is awaited can raise it (PEP 479): it would wait for ever.
        raise RuntimeError("what was called in this call raised StopIteration") from error


class AwaitableCalls:
    """`await scheduler.aio.add_job(...)` does what `scheduler.add_job(...)` does, and takes the same arguments.

    Calls are carried out one after the other, in the order in which they were made. One that is cancelled while it is
    awaited is not carried out if it has not begun; if it has, it is. What is called meanwhile, such as `where` of
    `remove_jobs`, is called in another thread.
    """

    def __init__(self, scheduler: BackgroundScheduler, start_in: Callable[[AbstractEventLoop, bool], None]) -> None:
        self.scheduler = scheduler
        """Whose calls these are."""
        self._start_in = start_in
        self.begin_anew()

    def begin_anew(self) -> None:
        """Have new threads, which are started with the first calls; in a fork, those of its parent are not here."""
        self._one_thread = Threads(1, "tickwright-calls")
        self._threads = Threads(MOST_WAITING, "tickwright-waiting")

    async def make(self, call: Callable[[], T], *, waits: bool = False) -> T:
        """Make any call in the thread of these, or in one of its own if it `waits` for others that are made here."""
        # The context goes along: a call made in a job knows that it is.
        in_context = partial(copy_context().run, _without_stop_iteration, call)
        return await asyncio.get_running_loop().run_in_executor(
            self._threads if waits else self._one_thread, in_context
        )

    def make_unawaited(self, call: Callable[[], object]) -> None:
        """Make a call after those that were made before, and look after it no more."""
        self._one_thread.submit(call)

    async def start(self, paused: bool = False) -> None:
        """Start for the event loop that awaits this; with `paused`, take no due job before `resume`."""
        await self.make(partial(self._start_in, asyncio.get_running_loop(), paused))

    async def shutdown(self, wait: bool = True, timeout: float | None = None) -> None:
        """Stop, and return when that is done, as `wait` and `timeout` ask for.

        Awaited by a job or a listener of this scheduler it does not wait, as the plain call.
        """
        try:
            await self.make(partial(self.scheduler.shutdown, wait, timeout), waits=True)
        finally:
            before = self._one_thread, self._threads
            self.begin_anew()
            for threads in before:
                threads.shutdown(wait=False)  # what is being called goes on to its end

    pause = _awaitable(BackgroundScheduler.pause)
    resume = _awaitable(BackgroundScheduler.resume)

    add_job = _awaitable(BackgroundScheduler.add_job)
    add_jobs = _awaitable(BackgroundScheduler.add_jobs)
    modify_job = _awaitable(BackgroundScheduler.modify_job)
    reschedule_job = _awaitable(BackgroundScheduler.reschedule_job)
    pause_job = _awaitable(BackgroundScheduler.pause_job)
    pause_jobs = _awaitable(BackgroundScheduler.pause_jobs)
    resume_job = _awaitable(BackgroundScheduler.resume_job)
    resume_jobs = _awaitable(BackgroundScheduler.resume_jobs)
    remove_job = _awaitable(BackgroundScheduler.remove_job)
    remove_jobs = _awaitable(BackgroundScheduler.remove_jobs)
    remove_all_jobs = _awaitable(BackgroundScheduler.remove_all_jobs)
    run_job = _awaitable(BackgroundScheduler.run_job)
    cancel_run = _awaitable(BackgroundScheduler.cancel_run)

    get_job = _awaitable(BackgroundScheduler.get_job)
    get_jobs = _awaitable(BackgroundScheduler.get_jobs)
    get_unreadable_jobs = _awaitable(BackgroundScheduler.get_unreadable_jobs)
    get_runs = _awaitable(BackgroundScheduler.get_runs)
    preview = _awaitable(BackgroundScheduler.preview)
    print_jobs = _awaitable(BackgroundScheduler.print_jobs)
    export_jobs = _awaitable(BackgroundScheduler.export_jobs)
    import_jobs = _awaitable(BackgroundScheduler.import_jobs)

    add_jobstore = _awaitable(BackgroundScheduler.add_jobstore)
    remove_jobstore = _awaitable(BackgroundScheduler.remove_jobstore, waits=True)
    add_executor = _awaitable(BackgroundScheduler.add_executor)
    remove_executor = _awaitable(BackgroundScheduler.remove_executor, waits=True)
