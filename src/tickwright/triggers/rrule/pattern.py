"""The pattern: walls that match, found day by day; what all kinds of recurrences share."""

from __future__ import annotations

from bisect import bisect_left
from typing import Protocol

from tickwright.triggers.cron.masks import highest_bit, lowest_bit
from tickwright.triggers.cron.years import LAST_YEAR, year_of, year_start
from tickwright.triggers.rrule.dates import FIRST_WALL, LAST_WALL
from tickwright.triggers.rrule.times import DAY

__all__ = ["DayPattern", "Times", "TooFarError"]


class TooFarError(Exception):
    """The end of a rule with a COUNT is so far away that it is not looked for."""


class Times(Protocol):
    """The times of a day that match, in seconds since midnight."""

    @property
    def per_day(self) -> int:
        """How many there are."""

    def first_from(self, time: int) -> int | None:
        """Return the first one at or after `time`."""

    def last_until(self, time: int) -> int | None:
        """Return the last one at or before `time`."""

    def count_before(self, time: int) -> int:
        """Return how many there are before `time`."""


class DayPattern:
    """A `WallPattern` of days that match, each with its times; subclasses say which those are.

    Walls are whole seconds since 1970-01-01 00:00, from `first` to `last` inclusive. No search goes further
    than that, and none goes over more than `MOST_EMPTY` days that turn out to have no time left.
    """

    __slots__ = ("_year", "first", "last", "most_empty_years")

    MOST_EMPTY = 2_000

    def __init__(self, first: int, last: int) -> None:
        self.first = max(first, FIRST_WALL)
        self.last = min(last, LAST_WALL)
        # How many years on end a search looks through that may have a day that matches, and have none.
        self.most_empty_years = LAST_YEAR
        # First day, first day after, and mask of the year asked for last: a short cut, read once and checked.
        self._year = (0, 0, 0)

    def days_in(self, year: int) -> int:
        """Return the mask of the days that match in a year; bit 0 is 1 January."""
        raise NotImplementedError

    def years_between(self, first: int, last: int) -> range:
        """Return the years from the first to the last that may have any day that matches."""
        return range(first, last + 1)

    def times_on(self, day: int) -> Times:
        """Return the times of a day that matches; days are counted from 1970-01-01 on."""
        raise NotImplementedError

    def count_on(self, year: int, days: int) -> int:
        """Return how many times there are on these days of a year, all of which match."""
        start = year_start(year)
        count = 0
        while days:
            count += self.times_on(start + lowest_bit(days)).per_day
            days &= days - 1
        return count

    def bits_on(self, day: int) -> int:
        """Return the times of a day that matches as bits, bit n being n seconds after midnight."""
        raise NotImplementedError

    @property
    def constant_bits(self) -> int | None:
        """The times as bits, if all days have the same."""
        return None

    @property
    def widest_bits(self) -> int:
        """The times that any day may have, as bits."""
        raise NotImplementedError

    @property
    def most_per_year(self) -> int:
        """More times than a year can have."""
        return 366 * self.widest_bits.bit_count()

    # -- a WallPattern -------------------------------------------------------------------------------

    def first_from(self, wall: int) -> int | None:
        """Return the first match at or after `wall`."""
        if wall < self.first:
            wall = self.first
        asked, time = divmod(wall, DAY)
        since = asked
        for _ in range(self.MOST_EMPTY):
            day = self._day_from(since)
            if day is None:
                return None
            found = self.times_on(day).first_from(time if day == asked else 0)
            if found is not None:
                found += day * DAY
                return found if found <= self.last else None
            since = day + 1
        return None

    def last_until(self, wall: int) -> int | None:
        """Return the last match at or before `wall`."""
        if wall > self.last:
            wall = self.last
        asked, time = divmod(wall, DAY)
        until = asked
        for _ in range(self.MOST_EMPTY):
            day = self._day_until(until)
            if day is None:
                return None
            found = self.times_on(day).last_until(time if day == asked else DAY - 1)
            if found is not None:
                found += day * DAY
                return found if found >= self.first else None
            until = day - 1
        return None

    def count_between(self, begin: int, end: int) -> int:
        """Return how many matches there are with begin <= match < end."""
        begin, end = max(begin, self.first), min(end, self.last + 1)
        if begin >= end:
            return 0
        first, since = divmod(begin, DAY)
        last, until = divmod(end, DAY)
        return self._count_days(first, last) - self._count_before(first, since) + self._count_before(last, until)

    # -- as a part of a set --------------------------------------------------------------------------

    def matches(self, wall: int) -> bool:
        """Whether the wall matches."""
        day, time = divmod(wall, DAY)
        return self.first <= wall <= self.last and self._has(day) and self.times_on(day).first_from(time) == time

    def days_within(self, year: int, whole: bool = False) -> int:
        """Return the mask of the days from `first` to `last`, or of those that neither of them cuts short."""
        start = year_start(year)
        mask = self.days_in(year)
        begin = max(self.first // DAY + whole - start, 0)
        end = max((self.last + 1) // DAY - start if whole else self.last // DAY + 1 - start, 0)
        return mask >> begin << begin & (1 << min(end, 366)) - 1

    def bits_within(self, day: int) -> int:
        """Return the matches of any day, from `first` to `last`, as bits; bit n is n seconds after midnight."""
        begin, end = self.first - day * DAY, self.last + 1 - day * DAY
        if begin >= DAY or end <= 0 or not self._has(day):
            return 0
        bits = self.bits_on(day)
        if begin > 0:
            bits = bits >> begin << begin
        return bits & (1 << end) - 1 if end < DAY else bits

    # -- days ----------------------------------------------------------------------------------------

    def _has(self, day: int) -> bool:
        """Whether a day matches: seen from its year, where `_day_from` may search for the next one that does."""
        start, _, mask = self._year_of_day(day)
        return bool(mask >> day - start & 1)

    def _day_from(self, day: int) -> int | None:
        """Return the first day at or after `day` that matches."""
        if day * DAY > self.last:
            return None
        # As `_year_of_day` does it, which as a call would be felt here, at every step forward.
        start, end, mask = self._year
        if not start <= day < end:
            start, end, mask = self._enter(year_of(day))
        rest = mask >> day - start
        if rest:
            return day + lowest_bit(rest)
        for year in self.years_between(year_of(day) + 1, year_of(self.last // DAY))[: self.most_empty_years]:
            mask = self.days_in(year)
            if mask:
                return self._enter(year)[0] + lowest_bit(mask)
        return None

    def _day_until(self, day: int) -> int | None:
        """Return the last day at or before `day` that matches."""
        if (day + 1) * DAY <= self.first:
            return None
        start, _, mask = self._year_of_day(day)
        rest = mask & (2 << day - start) - 1
        if rest:
            return start + highest_bit(rest)
        for year in self.years_between(year_of(self.first // DAY), year_of(day) - 1)[: -self.most_empty_years - 1 : -1]:
            mask = self.days_in(year)
            if mask:
                return self._enter(year)[0] + highest_bit(mask)
        return None

    def _year_of_day(self, day: int) -> tuple[int, int, int]:
        """Return the first day, the first day after, and the mask of the year that a day lies in."""
        entered = self._year
        return entered if entered[0] <= day < entered[1] else self._enter(year_of(day))

    def _enter(self, year: int) -> tuple[int, int, int]:
        start = year_start(year)
        self._year = entered = (start, year_start(year + 1), self.days_in(year))
        return entered

    def _count_days(self, first: int, end: int) -> int:
        """Return how many times there are on the days first <= day < end."""
        count = 0
        while first < end:
            year = year_of(first)
            start, next_start = year_start(year), year_start(year + 1)
            mask = self.days_in(year) >> first - start << first - start
            if end < next_start:
                mask &= (1 << end - start) - 1
            if mask:
                count += self.count_on(year, mask)
            first = next_start
        return count

    def _count_before(self, day: int, time: int) -> int:
        """Return how many times a day has before `time`."""
        if time == 0 or not self._has(day):
            return 0
        return self.times_on(day).count_before(time)

    # -- what is asked once --------------------------------------------------------------------------

    def is_possible(self) -> bool:
        """Whether anything can ever match; if it says no, nothing does."""
        return True

    def nth(self, n: int, most_years: int) -> int | None:
        """Return the n-th match of all, from 1; `None` where there are not so many.

        Raises `TooFarError` where more than so many years would have to be looked through.
        """
        first = year_of(self.first // DAY)
        if n > (LAST_YEAR + 1 - first) * self.most_per_year:
            return None
        if n > most_years * self.most_per_year:
            raise TooFarError
        for looked, year in enumerate(self.years_between(first, LAST_YEAR)):
            if looked == most_years:
                raise TooFarError
            begin, end = year_start(year) * DAY, year_start(year + 1) * DAY
            count = self.count_between(begin, end)
            if n <= count:
                begin = max(begin, self.first)
                walls = range(begin, end)
                return begin + bisect_left(walls, n, key=lambda wall: self.count_between(begin, wall + 1))
            n -= count
        return None
