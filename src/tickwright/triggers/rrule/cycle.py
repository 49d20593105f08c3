"""The cycle: the days on which an INTERVAL falls, over and over again.

An interval that a day (or a week) does not divide evenly comes at other times each day, until after some days
all begins again. That many days are a cycle; a day's residue is its number, counted from 1970-01-01, modulo
the cycle's length. Months and years, of which none is like the next, are counted as such.

All is said a year at a time, as masks whose bit 0 is 1 January.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import gcd
from typing import Protocol

from tickwright.triggers.cron.years import month_lengths, year_shape, year_start

__all__ = ["CALENDAR", "Cycle", "DayCycle", "EveryDay", "MonthCycle", "YearCycle", "cycle_of_days"]

CALENDAR = 146_097
"""The days after which the calendar repeats itself: 400 years."""
LONGEST_YEAR = 366


class Cycle(Protocol):
    """Days that come again and again."""

    def on(self, year: int, wanted: int) -> int:
        """Return those of the wanted days of a year that it has."""

    def years(self, first: int, last: int) -> range:
        """Return the years from the first to the last that may have any day of it."""

    def weigh(self, year: int, days: int) -> int:
        """Return how many times the interval falls on these days, all of which it has."""

    def folded(self) -> Cycle:
        """Return the cycle that has every day which this one ever has on the same day of the 400 years."""


class AnyYear:
    """What cycles share that may fall into any year."""

    __slots__ = ()

    def years(self, first: int, last: int) -> range:
        return range(first, last + 1)


class EveryDay(AnyYear):
    """The cycle of an interval of 1 that is no shorter than a day."""

    __slots__ = ()

    def on(self, year: int, wanted: int) -> int:
        return wanted

    def weigh(self, year: int, days: int) -> int:
        return days.bit_count()

    def folded(self) -> Cycle:
        return self


class YearCycle(EveryDay):
    """Every so many years, one of them being `first`."""

    __slots__ = ("_first", "_step")

    def __init__(self, step: int, first: int) -> None:
        self._step = step
        self._first = first

    def on(self, year: int, wanted: int) -> int:
        return 0 if (year - self._first) % self._step else wanted

    def years(self, first: int, last: int) -> range:
        return range(first + (self._first - first) % self._step, last + 1, self._step)

    def folded(self) -> Cycle:
        return YearCycle(gcd(self._step, 400), self._first)


class MonthCycle(EveryDay):
    """Every so many months, one of them being `first`, which is 12 × year + month, from January = 0."""

    __slots__ = ("_first", "_step")

    def __init__(self, step: int, first: int) -> None:
        self._step = step
        self._first = first

    def on(self, year: int, wanted: int) -> int:
        leap = year_shape(year % 400).is_leap
        return wanted and wanted & every_nth_month(leap, (self._first - 12 * year) % self._step, self._step)

    def folded(self) -> Cycle:
        return MonthCycle(gcd(self._step, 400 * 12), self._first)


class DayCycle(AnyYear):
    """A cycle of at most 400 years, as masks that are a cycle and a year long."""

    __slots__ = ("_any", "_length", "_planes")

    def __init__(self, length: int, planes: Sequence[int]) -> None:
        self._length = length
        # Bit r of plane b is bit b of how many times the interval falls on a day of residue r.
        self._planes = tuple(_repeated(plane, length) for plane in planes)
        self._any = 0
        for plane in self._planes:
            self._any |= plane

    @classmethod
    def of_weights(cls, weights: Sequence[int]) -> DayCycle:
        """Return the cycle in which the days of residue r count `weights[r]` times."""
        digits = [
            bytes(b"01"[weight >> bit & 1] for weight in reversed(weights)) for bit in range(max(weights).bit_length())
        ]
        return cls(len(weights), [int(plane, 2) for plane in digits])

    def on(self, year: int, wanted: int) -> int:
        return self._any >> year_start(year) % self._length & wanted

    def weigh(self, year: int, days: int) -> int:
        shift = year_start(year) % self._length
        return sum((plane >> shift & days).bit_count() << bit for bit, plane in enumerate(self._planes))

    def folded(self) -> Cycle:
        length = gcd(self._length, CALENDAR)
        digits = f"{self._any & (1 << self._length) - 1:0{self._length}b}"[::-1]
        return DayCycle(
            length, [_mask((residue for residue in range(length) if "1" in digits[residue::length]), length)]
        )


class SparseCycle(EveryDay):
    """A cycle of more than 400 years; so long an interval falls on no day twice."""

    __slots__ = ("_length", "_residues")

    def __init__(self, length: int, residues: Iterable[int]) -> None:
        self._length = length
        self._residues = sorted(residues)

    def on(self, year: int, wanted: int) -> int:
        if not wanted:
            return 0
        first = year_start(year) % self._length
        days = self._a_year_from(first)
        if self._length - first < LONGEST_YEAR:
            days |= self._a_year_from(0) << self._length - first
        return days & wanted

    def _a_year_from(self, first: int) -> int:
        residues = self._residues
        begin, end = bisect_left(residues, first), bisect_left(residues, first + LONGEST_YEAR)
        if begin == end:
            return 0
        return _mask((residue - first for residue in residues[begin:end]), LONGEST_YEAR)

    def folded(self) -> Cycle:
        length = gcd(self._length, CALENDAR)
        return cycle_of_days(length, self._residues)


def cycle_of_days(length: int, days: Iterable[int]) -> Cycle:
    """Return the cycle of this length that has these days, each once."""
    residues = {day % length for day in days}
    return DayCycle(length, [_mask(residues, length)]) if length <= CALENDAR else SparseCycle(length, residues)


@lru_cache(maxsize=1_024)
def every_nth_month(leap: bool, first: int, step: int) -> int:
    """Return the mask of a year's days in the months first, first + step and so on, from January = 0."""
    mask = start = 0
    for month, length in enumerate(month_lengths(leap)):
        if month >= first and (month - first) % step == 0:
            mask |= (1 << length) - 1 << start
        start += length
    return mask


def _mask(numbers: Iterable[int], length: int) -> int:
    """Return the mask of numbers below `length`, made as digits: one by one, long masks take long."""
    digits = bytearray(b"0" * length)
    for number in numbers:
        digits[-1 - number] = ord("1")
    return int(digits, 2)


def _repeated(mask: int, length: int) -> int:
    """Return the mask, which has so many bits, repeated until it is a year longer."""
    bits = length
    while bits < length + LONGEST_YEAR:
        mask |= mask << bits
        bits *= 2
    return mask
