"""A simulated process's own clock: it runs with the world's, and its hands may stand elsewhere."""

from __future__ import annotations

from datetime import datetime, timedelta

from tickwright.clock import Clock
from tickwright.virtual_clock import VirtualClock

__all__ = ["SkewedClock"]


class SkewedClock(Clock):
    """Shows the world's time and an offset, which can be set; durations are the world's."""

    def __init__(self, world: VirtualClock, offset: timedelta = timedelta(0)) -> None:
        self._world = world
        # From which of the world's instants on it showed which offset, the latest last.
        self._settings = [(world.now(), offset)]

    @property
    def offset(self) -> timedelta:
        """How far it is ahead of the world's time; negative where it is behind."""
        return self._settings[-1][1]

    def now(self) -> datetime:
        """Return the instant that it shows."""
        return self._world.now() + self.offset

    def monotonic(self) -> float:
        """Return the seconds that have passed in the world."""
        return self._world.monotonic()

    def set(self, offset: timedelta) -> None:
        """Set its hands."""
        self._settings.append((self._world.now(), offset))

    def really(self, shown: datetime) -> datetime:
        """Return the world's instant at which it showed this, the latest where it did so more than once."""
        for since, offset in reversed(self._settings):
            if shown - offset >= since:
                return shown - offset
        since, offset = self._settings[0]
        return shown - offset
