"""The calendar interval's pattern: its occurrences at one time of day, as walls that know no zone."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tickwright.triggers.calendarinterval.occurrences import Occurrences

__all__ = ["OccurrencePattern"]

SECONDS_A_DAY = 86_400
DAY_OF_1970 = date(1970, 1, 1).toordinal()


class OccurrencePattern(NamedTuple):
    """A `WallPattern`: whole wall-clock seconds since 1970-01-01 00:00:00."""

    occurrences: Occurrences
    time: int
    """In seconds since midnight."""
    last_day: int
    """The last day that counts."""

    def first_from(self, wall: int) -> int | None:
        """Return the first match at or after `wall`."""
        day = self.occurrences.first_from(self._day_from(wall))
        return self._wall(day) if day <= self.last_day else None

    def last_until(self, wall: int) -> int | None:
        """Return the last match at or before `wall`."""
        day = self.occurrences.last_until(min(self._day_from(wall + 1) - 1, self.last_day))
        return None if day is None else self._wall(day)

    def count_between(self, begin: int, end: int) -> int:
        """Return how many matches there are with begin <= match < end."""
        first, until = self._day_from(begin), min(self._day_from(end), self.last_day + 1)
        if first >= until:
            return 0
        return self.occurrences.count_before(until) - self.occurrences.count_before(first)

    def bits_within(self, day: int) -> int:
        """Return the matches of a day, counted from 1970-01-01 on, as bits; bit n is n seconds after midnight."""
        number = day + DAY_OF_1970
        matches = number <= self.last_day and self.occurrences.first_from(number) == number
        return 1 << self.time if matches else 0

    def _day_from(self, wall: int) -> int:
        """Return the first day whose `time` is at or after `wall`."""
        return -(-(wall - self.time) // SECONDS_A_DAY) + DAY_OF_1970

    def _wall(self, day: int) -> int:
        return (day - DAY_OF_1970) * SECONDS_A_DAY + self.time
