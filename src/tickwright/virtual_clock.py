"""A clock that moves when it is told to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo

from tickwright.clock import Clock
from tickwright.errors import shortened
from tickwright.instants import to_datetime
from tickwright.triggers.moments import read_moment
from tickwright.zones import as_zone

__all__ = ["VirtualClock"]


class VirtualClock(Clock):
    """Stands still until it is moved. Time that passes moves both clocks, a jump moves only the wall clock."""

    def __init__(self, start: datetime | date | str = "2026-01-01", timezone: tzinfo | str = "UTC") -> None:
        """Start at an instant; a naive one, or a text without an offset, is taken in `timezone`."""
        self._now = to_datetime(read_moment(start, as_zone(timezone), "start"))
        self._monotonic = 0.0

    def now(self) -> datetime:
        """Return the instant that it stands at, in UTC."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds that have passed since it was made."""
        return self._monotonic

    def advance(self, duration: timedelta | float) -> None:
        """Let time pass: a timedelta or seconds, not negative."""
        step = duration if isinstance(duration, timedelta) else timedelta(seconds=duration)
        if step < timedelta(0):
            raise ValueError(f"time does not run back: advance({shortened(duration)}); jump() sets the clock back")
        self._now += step
        self._monotonic += step.total_seconds()

    def advance_to(self, instant: datetime) -> None:
        """Let time pass until an aware instant; one that lies in the past changes nothing."""
        if instant > self._now:
            self.advance(instant.astimezone(UTC) - self._now)

    def after(self, seconds: float) -> datetime:
        """Return the instant so many seconds from now: a later one, however few they are."""
        # A clock that counts microseconds would otherwise never come to the end of a shorter wait.
        step = timedelta(seconds=seconds)
        return self._now + (max(step, timedelta.resolution) if seconds > 0 else step)

    def jump(self, offset: timedelta) -> None:
        """Set the wall clock, forward or back, without letting time pass; a suspended machine looks the same."""
        self._now += offset
