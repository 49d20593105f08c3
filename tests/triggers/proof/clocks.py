"""Clocks: when each zone changes its offset from UTC, found by asking zoneinfo every few hours; all in seconds."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

__all__ = ["DAY", "HOUR", "Change", "Clock", "clock_of", "second_of"]

HOUR = 3_600
DAY = 86_400
STRIDE = 6 * HOUR
"""No zone ever went to another offset and back in this time; the triggers trust in two days."""


class Change(NamedTuple):
    """At `instant` the offset from UTC changes from `before` to `after`."""

    instant: int
    before: int
    after: int

    @property
    def size(self) -> int:
        """How many seconds the clock goes forward; negative where it goes back."""
        return self.after - self.before


class Clock(NamedTuple):
    """The wall clock of a zone, known for begin <= instant < end, which are whole years."""

    zone: str
    years: tuple[int, int]
    """The first and the last."""
    begin: int
    end: int
    offset: int
    """The one at `begin`."""
    changes: tuple[Change, ...]

    def changes_between(self, begin: int, end: int) -> list[Change]:
        """Return the changes with begin <= instant < end."""
        return [change for change in self.changes if begin <= change.instant < end]

    def stretches(self, begin: int, end: int) -> list[tuple[int, int, int]]:
        """Return the parts of begin <= instant < end, each with the one offset that holds in it."""
        if not self.begin <= begin <= end <= self.end:
            raise ValueError(f"the clock of {self.zone} is not known from {begin} to {end}")
        offset = self.offset
        for change in self.changes_between(self.begin, begin + 1):
            offset = change.after
        parts = []
        for change in self.changes_between(begin + 1, end):
            parts.append((begin, change.instant, offset))
            begin, offset = change.instant, change.after
        return [*parts, (begin, end, offset)]


@lru_cache(maxsize=8)
def clock_of(zone: str, first_year: int, last_year: int) -> Clock:
    """Return the clock of a zone from the first day of one year to the last day of another."""
    begin, end = second_of(datetime(first_year, 1, 1, tzinfo=UTC)), second_of(datetime(last_year + 1, 1, 1, tzinfo=UTC))
    info = ZoneInfo(zone)
    asked = [(second, _offset(info, second)) for second in range(begin, end + 1, STRIDE)]
    changes = tuple(
        _change(info, earlier, later) for (earlier, before), (later, after) in pairwise(asked) if before != after
    )
    return Clock(zone, (first_year, last_year), begin, end, asked[0][1], changes)


def second_of(moment: datetime) -> int:
    """Return the whole seconds from the epoch to a moment."""
    return int(moment.timestamp())


def _offset(info: ZoneInfo, second: int) -> int:
    offset = datetime.fromtimestamp(second, info).utcoffset()
    assert offset is not None
    return offset.days * DAY + offset.seconds


def _change(info: ZoneInfo, earlier: int, later: int) -> Change:
    before, after = _offset(info, earlier), _offset(info, later)
    while later - earlier > 1:
        middle = (earlier + later) // 2
        if _offset(info, middle) == before:
            earlier = middle
        else:
            later = middle
    return Change(later, before, after)
