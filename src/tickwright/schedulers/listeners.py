"""Listeners: who is told of which events, in a thread of their own, so that a slow one delays no job."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

from tickwright.errors import ConfigurationError, shortened
from tickwright.event_loops import is_coroutine_function
from tickwright.events import EVENT_ALL, Event, mask_of
from tickwright.locks import unless_held
from tickwright.schedulers.herald import Herald

__all__ = ["Callback", "Listener", "Listeners"]

Callback = Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Listener:
    """A callback, and what it hears."""

    callback: Callback
    mask: int
    event_class: type[Event] | None

    def hears(self, event: Event) -> bool:
        """Whether it is to be told of an event."""
        if not event.code & self.mask:
            return False
        return self.event_class is None or isinstance(event, self.event_class)


@dataclass(slots=True)
class _Hold:
    """What is told of one job while it is being added."""

    blocks: int = 0
    events: list[Event] = field(default_factory=list)


class Listeners:
    """The listeners of one scheduler. Each hears its events in the order in which they happened.

    With `inline`, listeners are called where the event is told, for schedulers that a test drives by hand.
    """

    takes_coroutine_functions = False

    def __init__(self, logger: logging.Logger, *, inline: bool = False) -> None:
        self._logger = logger
        self._inline = inline
        self._listeners: tuple[Listener, ...] = ()
        self._mask = 0
        self._lock = RLock()
        self._holds: dict[str, _Hold] = {}
        self._herald = Herald(self._call_for_all)
        self.errors = 0
        """How many calls of listeners have raised."""

    def add(self, callback: Callback, mask: int | type[Event] = EVENT_ALL) -> None:
        """Tell `callback` of the events in a mask, or of one class."""
        if not callable(callback):
            raise TypeError(f"callback: must be callable, not {shortened(callback)}")
        if is_coroutine_function(callback) and not self.takes_coroutine_functions:
            raise TypeError(
                f"callback: {shortened(callback)} is a coroutine function, which nobody here awaits; give a plain "
                f"function, or use an AsyncIOScheduler"
            )
        if isinstance(mask, type) and issubclass(mask, Event) and mask_of(mask):
            listener = Listener(callback, mask_of(mask), mask)
        elif isinstance(mask, int) and not isinstance(mask, bool) and 0 < mask <= EVENT_ALL:
            listener = Listener(callback, mask, None)
        else:
            raise ConfigurationError(
                f"mask: must be EVENT_* constants combined with |, or an event class, not {shortened(mask)}"
            )
        with unless_held(self._lock):
            self._listeners += (listener,)
            self._mask |= listener.mask

    def remove(self, callback: Callback) -> None:
        """Tell `callback` no more; it is fine if it was never added."""
        with unless_held(self._lock):
            self._listeners = tuple(one for one in self._listeners if one.callback != callback)
            self._mask = 0
            for listener in self._listeners:
                self._mask |= listener.mask

    # -- those who tell ------------------------------------------------------------------------------

    def wants(self, code: int) -> bool:
        """Return whether anybody listens to this code."""
        return bool(self._mask & code)

    def tell(self, event: Event) -> None:
        """Pass an event on to whoever listens to it. Never waits for a listener, and never raises."""
        # Nearly always nobody holds anything back, and the loop tells thousands of events a second.
        if not (self._holds and self._is_held_back(event)):
            self._tell_at_once(event)

    @contextmanager
    def first_of(self, job_id: str) -> Iterator[Callable[[Event], None]]:
        """Hold back what others tell of a job while the block lasts. What it yields tells at once.

        Between storing a job and telling that it was added, the loop may have run it: nobody should hear that first.
        """
        if self._inline:
            yield self._tell_at_once
            return
        # Whoever may hold back may release too: telling, further down, is never refused.
        hold: _Hold | None = None
        try:
            with unless_held(self._lock):
                hold = self._holds.setdefault(job_id, _Hold())
                hold.blocks += 1
            yield self._tell_at_once
        finally:
            if hold is not None:
                for event in self._release(job_id, hold):
                    self._call_listeners(event)

    def _release(self, job_id: str, hold: _Hold) -> list[Event]:
        """End a block; return the events that no thread can be had for."""
        with self._lock:
            hold.blocks -= 1
            if hold.blocks:
                return []
            # First what was held back, then the end of the hold: what comes next comes after it.
            left = [event for event in hold.events if not self._herald.post(event)]
            del self._holds[job_id]
            return left

    def _is_held_back(self, event: Event) -> bool:
        with self._lock:
            hold = self._holds.get(getattr(event, "job_id", ""))
            if hold is not None:
                hold.events.append(event)
            return hold is not None

    def _tell_at_once(self, event: Event) -> None:
        if self._mask & event.code and (self._inline or not self._herald.post(event)):
            self._call_listeners(event)

    # -- the herald's side ---------------------------------------------------------------------------

    @property
    def is_this_thread(self) -> bool:
        """Whether the caller is a listener."""
        return self._herald.is_this_thread

    @property
    def waiting(self) -> int:
        """How many events have not been told yet."""
        return self._herald.waiting

    def drain(self, timeout: float) -> bool:
        """Wait until all events so far have been told; return whether that was within `timeout` seconds."""
        return self._herald.drain(timeout)

    def open(self) -> None:
        """Keep a thread for listeners from now on."""
        self._herald.open()

    def close(self) -> None:
        """Keep no thread for listeners once all events have been told."""
        self._herald.close()

    def begin_anew(self) -> None:
        """Forget, in a fork, what other threads of its parent were doing with these."""
        self._lock, self._holds = RLock(), {}
        self._herald.begin_anew()

    def _call_for_all(self, events: list[Event]) -> None:
        for event in events:
            self._call_listeners(event)

    def _call_listeners(self, event: Event) -> None:
        for listener in self._hearing(event):
            self._call_one(listener, event)

    def _call_one(self, listener: Listener, event: Event) -> None:
        try:
            self._call(listener, event)
        except BaseException as error:  # border: a listener, which may try to end the program from this thread
            self._complain(listener, event, error)
            if self._inline and not isinstance(error, Exception):
                raise

    def _hearing(self, event: Event) -> Iterator[Listener]:
        for listener in self._listeners:
            # One before it may have removed it meanwhile.
            if listener.hears(event) and listener in self._listeners:
                yield listener

    def _call(self, listener: Listener, event: Event) -> None:
        listener.callback(event)

    def _complain(self, listener: Listener, event: Event, error: BaseException) -> None:
        self.errors += 1
        shown = error if isinstance(error, Exception) else None
        self._logger.error("Listener %r raised %r on %r", listener.callback, error, event, exc_info=shown)
