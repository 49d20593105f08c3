"""Listeners: who is told of which events, in a thread of their own, so that a slow one delays no job."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event as Flag
from threading import Lock, Thread, current_thread
from typing import Any

from tickwright.errors import ConfigurationError, shortened
from tickwright.events import EVENT_ALL, Event, mask_of

__all__ = ["Callback", "Listeners"]

Callback = Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class _Listener:
    callback: Callback
    mask: int
    event_class: type[Event] | None

    def hears(self, event: Event) -> bool:
        if not event.code & self.mask:
            return False
        return self.event_class is None or isinstance(event, self.event_class)


class Listeners:
    """The listeners of one scheduler. Each hears its events in the order in which they happened.

    With `inline`, listeners are called where the event is told, for schedulers that a test drives by hand.
    """

    def __init__(self, logger: logging.Logger, *, inline: bool = False) -> None:
        self._logger = logger
        self._inline = inline
        self._listeners: tuple[_Listener, ...] = ()
        self._mask = 0
        self._lock = Lock()
        self._queue: SimpleQueue[Event | Flag | None] = SimpleQueue()
        self._thread: Thread | None = None
        self.errors = 0
        """How many calls of listeners have raised."""

    def add(self, callback: Callback, mask: int | type[Event] = EVENT_ALL) -> None:
        """Tell `callback` of the events in a mask, or of one class."""
        if not callable(callback):
            raise TypeError(f"callback: must be callable, not {shortened(callback)}")
        if isinstance(mask, type) and issubclass(mask, Event):
            listener = _Listener(callback, mask_of(mask), mask)
        elif isinstance(mask, int) and not isinstance(mask, bool) and 0 < mask <= EVENT_ALL:
            listener = _Listener(callback, mask, None)
        else:
            raise ConfigurationError(
                f"mask: must be EVENT_* constants combined with |, or an event class, not {shortened(mask)}"
            )
        with self._lock:
            self._listeners += (listener,)
            self._mask |= listener.mask

    def remove(self, callback: Callback) -> None:
        """Tell `callback` no more; it is fine if it was never added."""
        with self._lock:
            self._listeners = tuple(one for one in self._listeners if one.callback != callback)
            self._mask = 0
            for listener in self._listeners:
                self._mask |= listener.mask

    # -- the engine's side ---------------------------------------------------------------------------

    def wants(self, code: int) -> bool:
        """Return whether anybody listens to this code."""
        return bool(self._mask & code)

    def tell(self, event: Event) -> None:
        """Pass an event on to whoever listens to it. Never blocks and never raises."""
        if not self._mask & event.code:
            return
        if self._inline:
            self._call_listeners(event)
            return
        if self._thread is None:
            self._start_thread()
        self._queue.put(event)

    # -- the thread ----------------------------------------------------------------------------------

    @property
    def is_this_thread(self) -> bool:
        """Whether the caller is a listener."""
        return current_thread() is self._thread

    @property
    def waiting(self) -> int:
        """How many events have not been told yet."""
        return self._queue.qsize()

    def drain(self, timeout: float | None) -> bool:
        """Wait until all events so far have been told; return whether that was within `timeout` seconds."""
        if self._thread is None or self.is_this_thread:
            return True
        told = Flag()
        self._queue.put(told)
        return told.wait(timeout)

    def close(self) -> None:
        """Let the thread end once all events have been told; a later event starts it again."""
        with self._lock:
            if self._thread is not None:
                self._thread = None
                self._queue.put(None)

    def _start_thread(self) -> None:
        with self._lock:
            if self._thread is not None:
                return
            # A queue of its own for each thread: the old one may still be telling what came before `close`.
            self._queue = SimpleQueue()
            self._thread = Thread(target=self._run, args=(self._queue,), name="tickwright-listeners", daemon=True)
            self._thread.start()

    def _run(self, queue: SimpleQueue[Event | Flag | None]) -> None:
        while (event := queue.get()) is not None:
            if isinstance(event, Flag):
                event.set()
            else:
                self._call_listeners(event)

    def _call_listeners(self, event: Event) -> None:
        for listener in self._listeners:
            if not listener.hears(event):
                continue
            try:
                listener.callback(event)
            except Exception as error:  # border: a listener
                self.errors += 1
                self._logger.error("Listener %r raised %r on %r", listener.callback, error, event, exc_info=error)
            except BaseException as error:  # border: a listener that tries to end the program from this thread
                self.errors += 1
                self._logger.error("Listener %r raised %r on %r", listener.callback, error, event)
                if self._inline:
                    raise
