"""The end: who asked for it, and how urgently."""

from __future__ import annotations

import signal
from time import monotonic
from types import FrameType

SAME_REQUEST = 1.0
"""Seconds within which a second signal is an echo of the first: make, for one, passes on what reached everybody."""


class Ending:
    """Notes requests to end. The first is for a clean end, with all runs done; a later one is for an end at once."""

    def __init__(self, seconds: float | None) -> None:
        self.reason: str | None = None
        """Why it ends, in a few words; None as long as it goes on."""
        self.is_urgent = False
        self._asked_at = 0.0
        self._deadline = None if seconds is None else monotonic() + seconds

    def listen(self) -> None:
        """Have Ctrl-C, SIGTERM and the closing of the terminal ask for the end."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):  # Windows has no SIGHUP
                signal.signal(getattr(signal, name), self._hear)

    def look_at_clock(self) -> None:
        """Ask for the end when the time is up."""
        if self._deadline is not None and self.reason is None and monotonic() >= self._deadline:
            self.ask("the time is up")

    def ask(self, reason: str) -> None:
        """Ask for the end."""
        if self.reason is None:
            self.reason, self._asked_at = reason, monotonic()
        elif monotonic() - self._asked_at > SAME_REQUEST:
            self.is_urgent = True

    def _hear(self, number: int, frame: FrameType | None) -> None:
        # A signal comes between any two instructions, perhaps while a lock is held: here nothing is done but noted.
        self.ask("Ctrl-C" if number == signal.SIGINT else signal.Signals(number).name)
