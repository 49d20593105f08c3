"""The calendar of a rule: the days that match, year by year, found once and kept for all who have the same rule.

A year's days are found in the mask of its shape. All that is kept depends on the rule alone, so that what is asked
before makes no difference to an answer, only to how soon it comes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, Protocol

from tickwright.triggers.cron.masks import members_above, members_below
from tickwright.triggers.cron.years import FIRST_YEAR, LAST_YEAR, YearShape, year_of, year_shape, year_start

__all__ = ["Calendar", "Days", "Year", "calendar_of"]


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

    def is_possible(self) -> bool:
        """Whether any day of the calendar matches."""


class Year(NamedTuple):
    """The days of one year that match; days are counted from 1970-01-01 on."""

    start: int
    end: int
    """The first day after it."""
    mask: int
    """Bit 0 is 1 January."""
    number: int


class Calendar:
    """The years of one rule."""

    __slots__ = ("_following", "_masks", "_years", "days", "is_possible", "latest")

    MOST_KEPT = 2_048  # years: all leap years to come

    def __init__(self, days: Days) -> None:
        self.days = days
        self.is_possible = days.is_possible()
        """Whether any day matches at all."""
        self._masks: dict[YearShape, int] = {}  # 28 at most
        self._years: dict[int, Year] = {}
        self._following: dict[int, Year | None] = {}
        self.latest = Year(0, 0, 0, 0)
        """The year that was asked for last, to be asked for again. Threads may overwrite each other's: it is only a
        short cut, read once and checked before it is used."""

    def year_with(self, day: int) -> Year:
        """Return the year in which a day of the years 1 to 9999 lies."""
        latest = self.latest
        return latest if latest.start <= day < latest.end else self.enter(day)

    def enter(self, day: int) -> Year:
        """Return the same, where it is known to be another year than the `latest`."""
        self.latest = year = self._year(year_of(day))
        return year

    def following(self, number: int) -> Year | None:
        """Return the first year after this one in which any day matches."""
        try:
            year = self._following[number]
        except KeyError:
            if len(self._following) >= self.MOST_KEPT:
                self._following = {}
            self._following[number] = year = self._first_after(number)
        if year is not None:
            self.latest = year
        return year

    def preceding(self, number: int) -> Year | None:
        """Return the last year before this one in which any day matches."""
        years = self.days.years
        earlier = reversed(range(FIRST_YEAR, number)) if years is None else members_below(years, number)
        return next((self._year(candidate) for candidate in earlier if self._mask_of(candidate)), None)

    def _first_after(self, number: int) -> Year | None:
        years = self.days.years
        later = range(number + 1, LAST_YEAR + 1) if years is None else members_above(years, number)
        return next((self._year(candidate) for candidate in later if self._mask_of(candidate)), None)

    def _year(self, number: int) -> Year:
        year = self._years.get(number)
        if year is None:
            if len(self._years) >= self.MOST_KEPT:
                self._years = {}
            year = Year(year_start(number), year_start(number + 1), self._mask_of(number), number)
            self._years[number] = year
        return year

    def _mask_of(self, number: int) -> int:
        years = self.days.years
        if years is not None and not years >> number & 1:
            return 0
        shape = year_shape(number % 400)
        mask = self._masks.get(shape)
        if mask is None:
            self._masks[shape] = mask = self.days.in_year(shape)
        return mask


@lru_cache(maxsize=1_024)
def calendar_of(days: Days) -> Calendar:
    """Return the calendar of a rule, shared by all who have the same."""
    return Calendar(days)
