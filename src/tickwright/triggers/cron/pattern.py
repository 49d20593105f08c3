"""The cron pattern: matching days and matching times of day together, as walls that know no zone."""

from __future__ import annotations

from tickwright.triggers.cron.calendar import Calendar, Days
from tickwright.triggers.cron.masks import highest_bit, product
from tickwright.triggers.cron.times import TimeOfDay
from tickwright.triggers.cron.years import FIRST_YEAR, LAST_YEAR, year_start

__all__ = ["FIRST_WALL", "LAST_WALL", "CronPattern"]

SECONDS_A_DAY = 86_400
FIRST_WALL = year_start(FIRST_YEAR) * SECONDS_A_DAY
LAST_WALL = year_start(LAST_YEAR + 1) * SECONDS_A_DAY - 1


class CronPattern:
    """A `WallPattern`: whole wall-clock seconds since 1970-01-01 00:00:00, within the years 1 to 9999."""

    __slots__ = ("_calendar", "times")

    def __init__(self, calendar: Calendar, times: TimeOfDay) -> None:
        self._calendar = calendar
        self.times = times

    @property
    def days(self) -> Days:
        """The rule for the dates."""
        return self._calendar.days

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CronPattern) and self.days == other.days and self.times == other.times

    def __hash__(self) -> int:
        return hash((self.days, self.times))

    def first_from(self, wall: int) -> int | None:
        """Return the first match at or after `wall`."""
        day = wall // SECONDS_A_DAY
        start, end, mask, number = self._calendar.latest
        if not start <= day < end:
            if wall < FIRST_WALL:
                return self.first_from(FIRST_WALL)
            if wall > LAST_WALL:
                return None
            start, _, mask, number = self._calendar.enter(day)
        rest = mask >> day - start
        if rest & 1:
            found = self.times.first_from(wall % SECONDS_A_DAY)
            if found is not None:
                return day * SECONDS_A_DAY + found
            rest ^= 1
        if not rest:
            following = self._calendar.following(number)
            if following is None:
                return None
            day, _, rest, _ = following
        return (day - 1 + (rest & -rest).bit_length()) * SECONDS_A_DAY + self.times.first  # its lowest bit

    def last_until(self, wall: int) -> int | None:
        """Return the last match at or before `wall`."""
        if wall > LAST_WALL:
            wall = LAST_WALL
        elif wall < FIRST_WALL:
            return None
        day, time = divmod(wall, SECONDS_A_DAY)
        start, _, mask, number = self._calendar.year_with(day)
        if mask >> day - start & 1:
            found = self.times.last_until(time)
            if found is not None:
                return day * SECONDS_A_DAY + found
        rest = mask & (1 << day - start) - 1
        if not rest:
            preceding = self._calendar.preceding(number)
            if preceding is None:
                return None
            start, _, rest, _ = preceding
        return (start + highest_bit(rest)) * SECONDS_A_DAY + self.times.last

    def count_between(self, begin: int, end: int) -> int:
        """Return how many matches there are with begin <= match < end."""
        begin, end = max(begin, FIRST_WALL), min(end, LAST_WALL + 1)
        if begin >= end:
            return 0
        first, since = divmod(begin, SECONDS_A_DAY)
        last, until = divmod(end, SECONDS_A_DAY)
        count = self._count_days(first, last) * self.times.per_day
        if since and self._count_days(first, first + 1):
            count -= self.times.count_before(since)
        if until and self._count_days(last, last + 1):
            count += self.times.count_before(until)
        return count

    def bits_within(self, day: int) -> int:
        """Return the matches of a day, counted from 1970-01-01 on, as bits; bit n is n seconds after midnight."""
        if not FIRST_WALL <= day * SECONDS_A_DAY <= LAST_WALL:
            return 0
        year = self._calendar.year_with(day)
        return product(*self.times.masks) if year.mask >> day - year.start & 1 else 0

    def _count_days(self, first: int, end: int) -> int:
        count = 0
        while first < end:
            start, next_start, mask, _ = self._calendar.year_with(first)
            mask >>= first - start
            if end < next_start:
                mask &= (1 << end - first) - 1
            count += mask.bit_count()
            first = next_start
        return count
