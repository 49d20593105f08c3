"""Telling listeners of events, by one teller at a time: the event loop, or the herald where that does not go round."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from threading import Event as Flag
from threading import Lock

from tickwright.events import Event
from tickwright.schedulers.listeners import Listener

__all__ = ["Telling"]


class Telling:
    """Who is told of what next. What one teller has taken is its to tell; what it leaves, another one may take over."""

    def __init__(self, events: list[Event], hearing: Callable[[Event], Iterator[Listener]]) -> None:
        self._events = deque(events)
        self._hearing = hearing
        self._at_hand: Iterator[tuple[Listener, Event]] = iter(())
        self._teller: object = None
        self._lock = Lock()
        self.is_over = Flag()
        """Raised when the teller has ended, with everything told or not."""

    def take_over(self, teller: object) -> None:
        """Have nobody but this teller tell from now on."""
        with self._lock:
            self._teller = teller

    def next_for(self, teller: object) -> tuple[Listener, Event] | None:
        """Return a listener and what it is to hear; None where all is told, or another one is the teller now."""
        with self._lock:
            if self._teller is not teller:
                return None
            while True:
                if (pair := next(self._at_hand, None)) is not None:
                    return pair
                if not self._events:
                    return None
                event = self._events.popleft()
                self._at_hand = ((listener, event) for listener in self._hearing(event))
