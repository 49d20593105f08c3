"""The only file that reads a clock: wall time chooses fire times, monotonic time measures durations."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from datetime import UTC, datetime

__all__ = ["Clock", "SystemClock"]

READ_TOGETHER = 0.010
"""Seconds within which the two clocks must be read for the pair to be one moment."""

MOST_LOOKS = 50_000
"""After which somebody who stays awake has waited long enough, whatever the clock says: some stand still."""

MOST_READINGS = 10
"""Readings after which a pair is taken as it is: there are machines, and clocks, that are just that slow."""


class Clock(ABC):
    """Where a scheduler gets the time from; tests give it one that they move by hand."""

    @abstractmethod
    def now(self) -> datetime:
        """Return the wall clock's instant, aware, in UTC. It may be set, forward or back."""

    @abstractmethod
    def monotonic(self) -> float:
        """Return seconds from an arbitrary start. It never goes back, and knows nothing of the date."""

    def moment(self) -> tuple[datetime, float]:
        """Return both clocks, read at one moment."""
        # A process frozen between the two readings would see a clock that jumped although none did, so
        # a pair that took too long to read is read again.
        before = self.monotonic()
        for _ in range(MOST_READINGS - 1):
            wall, after = self.now(), self.monotonic()
            if after - before < READ_TOGETHER:
                return wall, after
            before = self.monotonic()
        return self.now(), self.monotonic()

    def stay_awake(self, seconds: float) -> None:
        """Return after so short a time, without having slept.

        Other threads wait meanwhile, so it is for less than the 5 ms after which Python itself has them take turns. Nor
        is the system asked for anything: it may refuse, as where a library plays with the clock.
        """
        until = self.monotonic() + seconds
        for _ in range(MOST_LOOKS):
            if self.monotonic() >= until:
                break


class SystemClock(Clock):
    """The machine's own clocks."""

    def now(self) -> datetime:
        """Return the machine's wall clock, to the microsecond."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return `time.monotonic()`: on Linux it stands still while the machine is suspended."""
        return time.monotonic()
