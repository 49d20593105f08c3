"""Listeners that are called in an event loop, where coroutine functions can be awaited."""

from __future__ import annotations

import asyncio
import logging
from asyncio import AbstractEventLoop, Task
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from inspect import isawaitable
from typing import Any

from tickwright.events import Event
from tickwright.interrupts import is_ctrl_c
from tickwright.schedulers.asyncio.telling import Telling
from tickwright.schedulers.listeners import Listener, Listeners

__all__ = ["LoopListeners"]

A_MOMENT = 0.1
"""Seconds after which the herald looks whether the event loop still goes round."""

_listening: ContextVar[LoopListeners] = ContextVar("tickwright.listening")


class LoopListeners(Listeners):
    """The herald hands the events that are there to the event loop, and waits until listeners have heard of them.

    While that loop does not go round, before it runs and after its end, the herald calls listeners itself.
    """

    takes_coroutine_functions = True

    def __init__(self, logger: logging.Logger, event_loop: Callable[[], AbstractEventLoop | None]) -> None:
        super().__init__(logger)
        self._event_loop = event_loop
        self._tasks: set[Task[None]] = set()

    @property
    def is_this_thread(self) -> bool:
        """Whether the caller is a listener, or was called by one, in any thread that its context went along to."""
        return super().is_this_thread or _listening.get(None) is self

    def _call_for_all(self, events: list[Event]) -> None:
        telling, loop = Telling(events, self._hearing), self._event_loop()
        telling.take_over(loop)
        if loop is not None and loop.is_running():
            with suppress(RuntimeError):  # it is closed since
                loop.call_soon_threadsafe(self._begin, telling, loop)
                while not telling.is_over.wait(A_MOMENT) and loop.is_running():
                    pass
        # What it was just telling, when it stopped, is its to end should it go on; the rest is told here.
        telling.take_over(self)
        while (pair := telling.next_for(self)) is not None:
            self._call_one(*pair)

    def _begin(self, telling: Telling, loop: AbstractEventLoop) -> None:
        coroutine = self._call_all(telling, loop)
        try:
            task = loop.create_task(coroutine, name="tickwright-listeners")
        except BaseException:  # border: the event loop's maker of tasks is the application's
            coroutine.close()
            telling.is_over.set()
            raise
        self._tasks.add(task)  # a loop holds its tasks weakly
        task.add_done_callback(lambda task: self._end(telling, task))

    def _end(self, telling: Telling, task: Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # Ctrl-C has gone its way, and nobody else is to be told
        telling.is_over.set()

    async def _call_all(self, telling: Telling, loop: AbstractEventLoop) -> None:
        _listening.set(self)
        while (pair := telling.next_for(loop)) is not None:
            listener, event = pair
            try:
                heard: Any = listener.callback(event)
                if isawaitable(heard):
                    await heard
            except BaseException as error:  # border: a listener
                if is_ctrl_c(error):
                    raise
                self._complain(listener, event, error)
                task = asyncio.current_task()
                if task is not None and task.cancelling():
                    raise

    def _call(self, listener: Listener, event: Event) -> None:
        heard: Any = listener.callback(event)
        if isawaitable(heard):
            asyncio.run(_awaited(heard))


async def _awaited(awaitable: Awaitable[object]) -> None:
    await awaitable
