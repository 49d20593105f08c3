"""The 400-year calendar: where each year begins and what shape it has.

The Gregorian calendar repeats itself after 400 years, which are 146,097 days or 20,871 whole weeks. Inside
them a year has one of 14 shapes: leap or not, and the weekday of 1 January. As the ISO weeks of its first
days belong to the year before, that year's being leap counts too. Whatever holds for all shapes therefore
holds for all years.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import NamedTuple

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "YearShape",
    "iso_weeks",
    "month_lengths",
    "year_of",
    "year_shape",
    "year_start",
]

FIRST_YEAR = 1
LAST_YEAR = 9999
DAYS_TO_1970 = date(1970, 1, 1).toordinal()


class YearShape(NamedTuple):
    """What the days of a year depend on."""

    first_weekday: int
    """The weekday of 1 January, Monday being 0."""
    is_leap: bool
    follows_leap: bool


def year_of(day: int) -> int:
    """Return the year of a day counted from 1970-01-01; it must lie in the years 1 to 9999."""
    return date.fromordinal(day + DAYS_TO_1970).year


def year_start(year: int) -> int:
    """Return the day, counted from 1970-01-01, on which the year begins."""
    before = year - 1
    return before * 365 + before // 4 - before // 100 + before // 400 + 1 - DAYS_TO_1970


def is_leap(year: int) -> bool:
    """Whether the year has a 29 February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


@cache
def year_shape(year_of_cycle: int) -> YearShape:
    """Return the shape of the year; give it as `year % 400`."""
    year = year_of_cycle + 400  # any four centuries will do, if the year before is in the calendar too
    return YearShape(date(year, 1, 1).weekday(), is_leap(year), is_leap(year - 1))


def month_lengths(leap: bool) -> tuple[int, ...]:
    """Return how many days the twelve months have."""
    return (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@cache
def iso_weeks(shape: YearShape) -> tuple[int, ...]:
    """Return each day's ISO 8601 week: weeks begin on Monday, and week 1 holds the first Thursday."""
    year = next(year for year in range(400, 800) if year_shape(year % 400) == shape)
    first = date(year, 1, 1).toordinal()
    return tuple(date.fromordinal(first + day).isocalendar().week for day in range(365 + shape.is_leap))
