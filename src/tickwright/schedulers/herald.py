"""The herald: a thread that passes on events one after the other, so that whoever tells them need not wait."""

from __future__ import annotations

import sys
from collections.abc import Callable
from queue import SimpleQueue
from threading import Event as Flag
from threading import Thread, current_thread

from tickwright.events import Event
from tickwright.locks import RLock, is_held_here

__all__ = ["Herald"]

TOGETHER = 100
"""Events that are passed on in one go, at most."""


class Herald:
    """One queue for the whole life of a scheduler, and one thread at a time, kept between `open` and `close`.

    The events that are there are passed on together. That it is one queue keeps the order also where a scheduler is
    started again while a slow listener still hears of its shutdown.
    """

    def __init__(self, pass_on: Callable[[list[Event]], None]) -> None:
        self._pass_on = pass_on
        self._queue: SimpleQueue[Event | Flag | None] = SimpleQueue()
        self._in_hand = 0
        self._thread: Thread | None = None
        self._stays = False
        # Held from looking whether there is a thread to putting something before it: else it may just have left.
        self._lock = RLock()

    @property
    def is_this_thread(self) -> bool:
        """Whether the caller is called by the herald."""
        return current_thread() is self._thread

    @property
    def waiting(self) -> int:
        """How many events have not been passed on yet."""
        return self._queue.qsize() + self._in_hand

    def post(self, event: Event) -> bool:
        """Pass an event on, later; return False where no thread can be had for it, as when the interpreter ends."""
        if is_held_here(self._lock):
            # A signal handler broke in on another call of these. Where there is a thread it cannot leave now, because
            # it would need the lock for that; where one is about to be started, this is not the moment for another.
            if self._thread is None:
                return False
            self._put(event)
            return True
        if sys.is_finalizing():
            return True  # nobody is left to tell, and a thread that is started now never says that it has begun
        with self._lock:
            if self._thread is None and not self._start_thread():
                return False
            self._put(event)
            return True

    def drain(self, timeout: float) -> bool:
        """Wait until all events so far have been passed on; return whether that was within `timeout` seconds."""
        passed_on = Flag()
        with self._lock:
            if self._thread is None or self.is_this_thread:
                return True
            self._put(passed_on)
        return passed_on.wait(timeout)

    def open(self) -> None:
        """Keep the thread from one event to the next; without, each starts one that ends after it."""
        with self._lock:
            self._stays = True

    def close(self) -> None:
        """Let the thread end once all events have been passed on."""
        with self._lock:
            self._stays = False
            if self._thread is not None:
                self._queue.put(None)

    def begin_anew(self) -> None:
        """Forget, in a fork, the thread, which is not here, and what it is to pass on, which its parent does."""
        self._queue, self._in_hand = SimpleQueue(), 0
        self._thread, self._stays, self._lock = None, False, RLock()

    def _put(self, item: Event | Flag) -> None:
        self._queue.put(item)
        if not self._stays:
            self._queue.put(None)

    def _start_thread(self) -> bool:
        thread = Thread(target=self._run, name="tickwright-listeners", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            return False
        self._thread = thread
        return True

    def _run(self) -> None:
        events: list[Event] = []
        while True:
            item = self._queue.get()
            if isinstance(item, Event):
                events.append(item)
                self._in_hand = len(events)
                if len(events) < TOGETHER and not self._queue.empty():
                    continue
            if events:
                self._pass_on(events)
                events = []
                self._in_hand = 0
            if isinstance(item, Flag):
                item.set()
            elif item is None and self._may_leave():
                return

    def _may_leave(self) -> bool:
        with self._lock:
            # What came after this question is passed on too; it has brought another question, or the herald stays.
            if self._queue.empty():
                self._thread = None
            return self._thread is None
