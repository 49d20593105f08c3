"""The cron pattern: matching days and matching times of day together, as walls that know no zone."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

from tickwright.triggers.cron.masks import highest_bit, lowest_bit, members_above, members_below, product
from tickwright.triggers.cron.times import TimeOfDay
from tickwright.triggers.cron.years import FIRST_YEAR, LAST_YEAR, YearShape, year_of, year_shape, year_start

__all__ = ["FIRST_WALL", "LAST_WALL", "CronPattern", "Days"]

SECONDS_A_DAY = 86_400
FIRST_WALL = year_start(FIRST_YEAR) * SECONDS_A_DAY
LAST_WALL = year_start(LAST_YEAR + 1) * SECONDS_A_DAY - 1


class Days(Protocol):
    """Which dates match: a `DayRule`, or several of them together; a value."""

    @property
    def years(self) -> int | None:
        """The years in which any date matches, bit n being year n; `None` where it may be in each."""

    def __hash__(self) -> int: ...

    def in_year(self, shape: YearShape) -> int:
        """Return the mask of the days that match in a year of this shape, if that year is one of `years`."""

    def as_weekdays(self) -> int | None:
        """Return the weekdays that match, bit 0 being Monday, or `None` where more than the weekday counts."""


class CronPattern:
    """A `WallPattern`: whole wall-clock seconds since 1970-01-01 00:00:00, within the years 1 to 9999.

    A year's days are found in the mask of its shape. Masks are made when first needed and kept: they depend on the
    rule alone, so patterns of the same rule share them.
    """

    __slots__ = ("_masks", "_year", "days", "times")

    def __init__(self, days: Days, times: TimeOfDay) -> None:
        self.days = days
        self.times = times
        self._masks = _masks_of(days)
        # First day, first day after, and mask of the year that was asked for last: a short cut, read once and
        # checked.
        self._year = (0, 0, 0)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CronPattern) and self.days == other.days and self.times == other.times

    def __hash__(self) -> int:
        return hash((self.days, self.times))

    def first_from(self, wall: int) -> int | None:
        """Return the first match at or after `wall`."""
        if wall < FIRST_WALL:
            wall = FIRST_WALL
        elif wall > LAST_WALL:
            return None
        day, time = divmod(wall, SECONDS_A_DAY)
        start, end, mask = self._year
        if not start <= day < end:
            start, end, mask = self._enter(day)
        rest = mask >> day - start
        if rest & 1:
            found = self.times.first_from(time)
            if found is not None:
                return day * SECONDS_A_DAY + found
            rest ^= 1
        if rest:
            return (day + lowest_bit(rest)) * SECONDS_A_DAY + self.times.first
        return self._first_after(year_of(day))

    def last_until(self, wall: int) -> int | None:
        """Return the last match at or before `wall`."""
        if wall > LAST_WALL:
            wall = LAST_WALL
        elif wall < FIRST_WALL:
            return None
        day, time = divmod(wall, SECONDS_A_DAY)
        start, _, mask = self._enter(day)
        if mask >> day - start & 1:
            found = self.times.last_until(time)
            if found is not None:
                return day * SECONDS_A_DAY + found
        rest = mask & (1 << day - start) - 1
        if rest:
            return (start + highest_bit(rest)) * SECONDS_A_DAY + self.times.last
        return self._last_before(year_of(day))

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
        start, _, mask = self._enter(day)
        return product(*self.times.masks) if mask >> day - start & 1 else 0

    def _count_days(self, first: int, end: int) -> int:
        count = 0
        while first < end:
            start, next_start, mask = self._enter(first)
            mask >>= first - start
            if end < next_start:
                mask &= (1 << end - first) - 1
            count += mask.bit_count()
            first = next_start
        return count

    def _enter(self, day: int) -> tuple[int, int, int]:
        """Return the first day, the first day after, and the mask of the year that `day` lies in."""
        entered = self._year
        if entered[0] <= day < entered[1]:
            return entered
        year = year_of(day)
        start = year_start(year)
        self._year = entered = (start, year_start(year + 1), self._mask_of(year))
        return entered

    def _mask_of(self, year: int) -> int:
        years = self.days.years
        if years is not None and not years >> year & 1:
            return 0
        shape = year_shape(year % 400)
        mask = self._masks.get(shape)
        if mask is None:
            self._masks[shape] = mask = self.days.in_year(shape)
        return mask

    def _first_after(self, year: int) -> int | None:
        """Return the first match in the years after `year`."""
        years = self.days.years
        later = range(year + 1, LAST_YEAR + 1) if years is None else members_above(years, year)
        for candidate in later:
            mask = self._mask_of(candidate)
            if mask:
                return (year_start(candidate) + lowest_bit(mask)) * SECONDS_A_DAY + self.times.first
        return None

    def _last_before(self, year: int) -> int | None:
        """Return the last match in the years before `year`."""
        years = self.days.years
        earlier = reversed(range(FIRST_YEAR, year)) if years is None else members_below(years, year)
        for candidate in earlier:
            mask = self._mask_of(candidate)
            if mask:
                return (year_start(candidate) + highest_bit(mask)) * SECONDS_A_DAY + self.times.last
        return None


@lru_cache(maxsize=1_024)
def _masks_of(days: Days) -> dict[YearShape, int]:
    """Return the masks of a rule, to be filled by whoever asks; there are 28 shapes at most."""
    return {}
