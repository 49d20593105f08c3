"""Days: which days of a year a cron schedule matches, as one bit mask a year.

Within a month every rule for days depends only on the weekday of the 1st and on the month's length. A month's
mask has bit 0 for the 1st, a year's mask bit 0 for 1 January. Weekdays count from Monday = 0, as
`date.weekday` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tickwright.triggers.cron.masks import members
from tickwright.triggers.cron.years import YearShape, iso_weeks, month_lengths, year_shape

__all__ = [
    "DayRule",
    "DayTerm",
    "DaysOfMonth",
    "LastDay",
    "LastWeekday",
    "LastWorkday",
    "NearestWorkday",
    "NthWeekday",
    "Weekdays",
]

SATURDAY, SUNDAY = 5, 6
EVERY_MONTH = 0b1111111111110


class DayTerm(Protocol):
    """One way to choose days of a month; terms are values, equal when they choose the same."""

    def in_month(self, first_weekday: int, length: int) -> int:
        """Return the mask of the chosen days in a month of `length` days whose 1st is a `first_weekday`."""


@dataclass(frozen=True, slots=True)
class DaysOfMonth:
    """Days by number: bit n of `numbers` is day n."""

    numbers: int

    def in_month(self, first_weekday: int, length: int) -> int:
        """Return the mask of the numbers that the month has."""
        return self.numbers >> 1 & (1 << length) - 1


@dataclass(frozen=True, slots=True)
class Weekdays:
    """Every one of some weekdays: bit n of `weekdays` is weekday n."""

    weekdays: int

    def in_month(self, first_weekday: int, length: int) -> int:
        """Return the mask of all days with such a weekday."""
        week = (self.weekdays | self.weekdays << 7) >> first_weekday & 0b1111111
        return week * 0b1_0000001_0000001_0000001_0000001 & (1 << length) - 1


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """The k-th of a weekday (`MON#1`, `1st mon`); none in a month that has fewer."""

    weekday: int
    k: int

    def in_month(self, first_weekday: int, length: int) -> int:
        """Return the mask of that one day, or of none."""
        day = (self.weekday - first_weekday) % 7 + 7 * (self.k - 1)
        return 1 << day if day < length else 0


@dataclass(frozen=True, slots=True)
class LastWeekday:
    """The last of a weekday (`FRIL`, `last fri`)."""

    weekday: int

    def in_month(self, first_weekday: int, length: int) -> int:
        """Return the mask of that one day."""
        last = length - 1
        return 1 << last - (first_weekday + last - self.weekday) % 7


@dataclass(frozen=True, slots=True)
class LastDay:
    """The last day (`L`, `last`)."""

    def in_month(self, first_weekday: int, length: int) -> int:
        """Return the mask of that one day."""
        return 1 << length - 1


@dataclass(frozen=True, slots=True)
class LastWorkday:
    """The last Monday to Friday (`LW`)."""

    def in_month(self, first_weekday: int, length: int) -> int:
        """Return the mask of that one day."""
        last = length - 1
        return 1 << last - max(0, (first_weekday + last) % 7 - SATURDAY + 1)


@dataclass(frozen=True, slots=True)
class NearestWorkday:
    """The Monday to Friday nearest to a day, inside its month (`15W`); none in a month without that day."""

    day: int

    def in_month(self, first_weekday: int, length: int) -> int:
        """Return the mask of that one day, or of none."""
        day = self.day - 1
        if day >= length:
            return 0
        weekday = (first_weekday + day) % 7
        if weekday == SATURDAY:
            day += -1 if day > 0 else 2
        elif weekday == SUNDAY:
            day += 1 if day + 1 < length else -2
        return 1 << day


@dataclass(frozen=True, slots=True)
class DayRule:
    """Which dates match: by year, month and ISO week, and by the day and (or: either) the weekday."""

    days: frozenset[DayTerm]
    weekdays: frozenset[DayTerm]
    either: bool
    """Whether the day OR the weekday is enough, as in a crontab that restricts both; else both must match."""
    months: int
    """Bit n is month n."""
    years: int | None = None
    """Bit n is year n; `None` is every year of the calendar."""
    weeks: int | None = None
    """Bit n is ISO week n; `None` is every week."""

    def in_month(self, first_weekday: int, length: int) -> int:
        """Return the mask of the days that match by day and weekday in such a month."""
        days = weekdays = 0
        for term in self.days:
            days |= term.in_month(first_weekday, length)
        for term in self.weekdays:
            weekdays |= term.in_month(first_weekday, length)
        return days | weekdays if self.either else days & weekdays

    def in_year(self, shape: YearShape) -> int:
        """Return the mask of the days that match in a year of this shape, if that year is one of `years`."""
        mask = start = 0
        for month, length in enumerate(month_lengths(shape.is_leap), 1):
            if self.months >> month & 1:
                mask |= self.in_month((shape.first_weekday + start) % 7, length) << start
            start += length
        if self.weeks is not None:
            for day, week in enumerate(iso_weeks(shape)):
                mask &= ~((~self.weeks >> week & 1) << day)
        return mask

    def as_weekdays(self) -> int | None:
        """Return the weekdays that match, bit 0 being Monday, or `None` where more than the weekday counts."""
        if self.years is not None or self.weeks is not None or self.months != EVERY_MONTH:
            return None
        rule = Weekdays(self.in_month(0, 28) & 0b1111111)
        months = ((weekday, length) for weekday in range(7) for length in range(28, 32))
        return rule.weekdays if all(self.in_month(*month) == rule.in_month(*month) for month in months) else None

    def is_possible(self) -> bool:
        """Whether any day of the calendar matches; the 400 years of its cycle hold every case there is."""
        if self.years is None and self.weeks is None:
            return any(self._is_possible_in(month) for month in range(1, 13) if self.months >> month & 1)
        years = range(400) if self.years is None else members(self.years)
        return any(self.in_year(shape) for shape in {year_shape(year % 400) for year in years})

    def _is_possible_in(self, month: int) -> bool:
        lengths = {month_lengths(leap)[month - 1] for leap in (True, False)}
        return any(self.in_month(weekday, length) for length in lengths for weekday in range(7))
