"""Listeners that are called in an event loop, where coroutine functions can be awaited."""

from __future__ import annotations

import asyncio
import logging
from asyncio import AbstractEventLoop, Task
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from inspect import isawaitable
from threading import Event as Flag
from typing import Any

from tickwright.events import Event
from tickwright.interrupts import is_ctrl_c
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
        untold, loop = deque(events), self._event_loop()
        if loop is not None and loop.is_running():
            told = Flag()
            with suppress(RuntimeError):  # it is closed since
                loop.call_soon_threadsafe(self._begin, untold, told)
                while not told.wait(A_MOMENT) and loop.is_running():
                    pass
        while (event := _next_of(untold)) is not None:
            self._call_listeners(event)

    def _begin(self, untold: deque[Event], told: Flag) -> None:
        task = asyncio.get_running_loop().create_task(self._call_all(untold, told), name="tickwright-listeners")
        self._tasks.add(task)  # a loop holds its tasks weakly
        task.add_done_callback(self._tasks.discard)

    async def _call_all(self, untold: deque[Event], told: Flag) -> None:
        _listening.set(self)
        try:
            while (event := _next_of(untold)) is not None:
                for listener in self._hearing(event):
                    await self._call_one(listener, event)
        finally:
            told.set()

    async def _call_one(self, listener: Listener, event: Event) -> None:
        try:
            heard = listener.callback(event)
            if isawaitable(heard):
                await heard
        except BaseException as error:  # border: a listener
            if is_ctrl_c(error):
                raise
            task = asyncio.current_task()
            self._complain(listener, event, error)
            if task is not None and task.cancelling():
                raise

    def _call(self, listener: Listener, event: Event) -> None:
        heard: Any = listener.callback(event)
        if isawaitable(heard):
            asyncio.run(_awaited(heard))


async def _awaited(awaitable: Awaitable[object]) -> None:
    await awaitable


def _next_of(events: deque[Event]) -> Event | None:
    try:
        return events.popleft()
    except IndexError:
        return None
