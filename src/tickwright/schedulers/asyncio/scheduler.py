"""The scheduler of an application that runs in an event loop of asyncio."""

from __future__ import annotations

import asyncio
import os
from asyncio import AbstractEventLoop
from collections.abc import Mapping
from functools import partial
from threading import local
from typing import Any, Self

from tickwright.core.mailbox import Mailbox
from tickwright.errors import ConfigurationError, SchedulerAlreadyRunningError
from tickwright.event_loops import checked_event_loop, running_loop
from tickwright.schedulers.asyncio.awaitable_calls import AwaitableCalls
from tickwright.schedulers.asyncio.loop_listeners import LoopListeners
from tickwright.schedulers.background import BackgroundScheduler
from tickwright.schedulers.host import Host
from tickwright.schedulers.listeners import Listeners

__all__ = ["AsyncIOScheduler"]


class AsyncIOScheduler(BackgroundScheduler):
    """Runs coroutine functions and calls listeners in an event loop, and does everything else in a thread of its own.

    The event loop is `event_loop`, or else the one that `start` is called in. Its default executor is an
    `AsyncIOExecutor`: `async def` functions become tasks, and any other function is called in a thread of the loop's
    pool. Listeners may be coroutine functions; they are awaited one after the other.

    Its attribute `aio` has the same calls to be awaited, and does their work in another thread. The plain calls do it
    where they are called: in the event loop that is fine with a job store in memory, while any other store has the
    loop wait for a disk or a server. There, `shutdown()` returns at once and goes on, because the coroutines that it
    would wait for could not go on otherwise; `await scheduler.aio.shutdown()` waits.

    As an asynchronous context manager it starts at the top of the block and, at its end, waits for what is running.
    """

    _default_executor = "asyncio"

    def __init__(
        self, gconfig: Mapping[str, Any] | None = None, *, event_loop: AbstractEventLoop | None = None, **options: Any
    ) -> None:
        self._given_loop = checked_event_loop(event_loop)
        self._start = local()
        self._event_loop: AbstractEventLoop | None = None
        super().__init__(gconfig, **options)
        self.aio = AwaitableCalls(self, self._start_in)
        """The calls of this scheduler, to be awaited."""

    def configure(
        self,
        gconfig: Mapping[str, Any] | None = None,
        prefix: str | None = "tickwright.",
        *,
        event_loop: AbstractEventLoop | None = None,
        **options: Any,
    ) -> None:
        """Replace the options, as every scheduler does, and the event loop where one is given."""
        given = checked_event_loop(event_loop)
        super().configure(gconfig, prefix, **options)
        self._given_loop = given or self._given_loop

    def start(self, paused: bool = False) -> None:
        """Start, and return; with `paused`, take no due job before `resume`.

        Raises `ConfigurationError` where no event loop was given, and none is running in the thread that calls.
        """
        self._start_in(running_loop(), paused)

    def __enter__(self) -> Self:
        if running_loop() is not None:
            raise TypeError(
                "in a coroutine, write `async with` for an AsyncIOScheduler: a plain `with` would have to wait for "
                "what is running, and that could not go on meanwhile"
            )
        return super().__enter__()

    async def __aenter__(self) -> Self:
        was_running = self.running
        try:
            await self.aio.start()
        except asyncio.CancelledError:
            # It goes on in its thread, if it has begun there: what it starts is stopped there right after it.
            if not was_running:
                self.aio.make_unawaited(partial(self.shutdown, wait=False))
            raise
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        if os.getpid() == self._pid:  # as at the end of a plain block
            # A block that is itself cancelled, as by Ctrl-C, does not wait, and what runs in the loop is cancelled too.
            is_cancelled = bool(exc_info) and isinstance(exc_info[1], asyncio.CancelledError)
            await self.aio.shutdown(wait=not is_cancelled)

    # -- for the shell -------------------------------------------------------------------------------

    def _start_in(self, event_loop: AbstractEventLoop | None, paused: bool = False) -> None:
        """Start as from this event loop. Where the scheduler was given another one, that is the one it is for."""
        event_loop = self._given_loop or event_loop
        if event_loop is None:
            raise ConfigurationError(
                "an AsyncIOScheduler is for an event loop, and none is running here: start it in a coroutine, or give "
                "AsyncIOScheduler(event_loop=...) the loop that will run"
            )
        if event_loop.is_closed():
            raise ConfigurationError(
                "the event loop that this scheduler is for is closed; give it one that will run, by "
                "scheduler.configure(event_loop=...), or leave it out and start in a coroutine"
            )
        if self.running and self._event_loop is not None and self._event_loop.is_closed():
            raise SchedulerAlreadyRunningError(
                "this scheduler is running already, for an event loop that is closed; shut it down, then start it here"
            )
        # One thread carries the start out, and another's may be refused meanwhile.
        self._start.event_loop = event_loop
        super().start(paused)

    def _make_listeners(self) -> Listeners:
        return LoopListeners(self._configuration.logger, lambda: self._event_loop)

    def _make_host(self, mailbox: Mailbox) -> Host:
        host = super()._make_host(mailbox)
        host.event_loop = self._event_loop = self._start.event_loop
        return host

    def _is_own_thread(self) -> bool:
        own_loop = self._event_loop
        return (own_loop is not None and running_loop() is own_loop) or super()._is_own_thread()

    def _begin_anew(self) -> None:
        super()._begin_anew()
        self.aio.begin_anew()
