"""Notices that the wall clock was set, or that the machine slept: both show against the monotonic clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from tickwright.clock import Clock

__all__ = ["ClockWatch"]

SMALLEST_JUMP = timedelta(milliseconds=500)
"""Slower drifts are the business of whoever keeps the clock right; they need no new plan."""


class ClockWatch:
    """Compares the two clocks at each look with how they stood at the last one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall, self._monotonic = clock.moment()

    def look(self) -> timedelta | None:
        """Return how far the wall clock moved beyond the time that passed since the last look, if it jumped.

        A suspended machine counts as a jump forward: on Linux the monotonic clock stands still meanwhile.
        """
        wall, monotonic = self._clock.moment()
        offset = self._offset(wall, monotonic)
        self._wall, self._monotonic = wall, monotonic
        return offset if abs(offset) >= SMALLEST_JUMP else None

    def has_jumped(self) -> bool:
        """Return whether `look` would find a jump now; it still will."""
        return abs(self._offset(*self._clock.moment())) >= SMALLEST_JUMP

    def _offset(self, wall: datetime, monotonic: float) -> timedelta:
        return (wall - self._wall) - timedelta(seconds=monotonic - self._monotonic)
