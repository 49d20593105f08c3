"""Occurrences: the dates of a calendar interval, each found by arithmetic and none by walking to it.

The k-th occurrence is the anchor + k × months + k × days, always counted from the anchor: first its month, on the
anchor's day of the month, then the days. Where that month lacks the day (a 31 April, mostly a 29 February) there is
no k-th occurrence; the others stay where they are.

As if every month had the day, so that 31 April were 1 May, the k-th *place* always exists, and places strictly
ascend. The Gregorian calendar repeats itself after 400 years, which are 4,800 months or 146,097 days: that tells about
where a place is, and which of them are left out.

Days are counted as `date.toordinal` counts them, months from January of the year 1, which is 0.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from calendar import isleap
from datetime import date
from functools import lru_cache
from math import gcd
from typing import NamedTuple, Self

__all__ = ["FIRST_DAY", "LAST_DAY", "Occurrences"]

FIRST_DAY = date.min.toordinal()
LAST_DAY = date.max.toordinal()

MONTHS_A_CYCLE = 4_800
DAYS_A_CYCLE = 146_097
FEBRUARY = 1
LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Occurrences(NamedTuple):
    """The occurrences of an interval, from the anchor on and without end: the calendar's is for others to mind."""

    month: int
    """The anchor's month."""
    day: int
    """The anchor's day of the month."""
    months: int
    """From one place to the next: so many months, and then `days`. Not both are 0."""
    days: int

    @classmethod
    def from_anchor(cls, anchor: int, months: int, days: int) -> Self:
        """Return the occurrences of an interval that is counted from the day `anchor`."""
        at = date.fromordinal(anchor)
        return cls(12 * at.year + at.month - 13, at.day, months, days)

    def first_from(self, day: int) -> int:
        """Return the first occurrence at or after `day`."""
        k = self._places_before(day)
        # No more than 15 in a row are left out: those of a 29 February every 25 years, from one 400th to the next.
        while not self._occurs(k):
            k += 1
        return self._place(k)

    def last_until(self, day: int) -> int | None:
        """Return the last occurrence at or before `day`."""
        k = self._places_before(day + 1) - 1
        while k >= 0 and not self._occurs(k):
            k -= 1
        return None if k < 0 else self._place(k)

    def count_before(self, day: int) -> int:
        """Return how many occurrences there are before `day`."""
        occurring = self._in_cycle()
        cycles, rest = divmod(self._places_before(day), occurring.period)
        return cycles * len(occurring.places) + bisect_left(occurring.places, rest)

    def leaves_out_some(self) -> bool:
        """Whether any occurrence is ever left out because its month lacks the day."""
        occurring = self._in_cycle()
        return len(occurring.places) < occurring.period

    def _places_before(self, day: int) -> int:
        """Return how many places there are before `day`, which is the number of the first one that is not."""
        a_cycle = self.months * DAYS_A_CYCLE + self.days * MONTHS_A_CYCLE  # the days of 4,800 intervals
        # This guess is never too high, and one or two too low: from the start of one month to that of another it is at
        # most 5 days more or less than by the average, and two places are 28 days apart or else exactly `days`.
        k = max(0, (day - self._place(0)) * MONTHS_A_CYCLE // a_cycle)
        while self._place(k) < day:
            k += 1
        return k

    def _place(self, k: int) -> int:
        cycles, month = divmod(self.month + k * self.months, MONTHS_A_CYCLE)
        start = date(month // 12 + 1, month % 12 + 1, 1).toordinal() + cycles * DAYS_A_CYCLE
        return start + self.day - 1 + k * self.days

    def _occurs(self, k: int) -> bool:
        return self.day <= 28 or has_day(self.month + k * self.months, self.day)

    def _in_cycle(self) -> Occurring:
        # Which months have a 31st or a 30th, every year tells; which have a 29th, 400 years do.
        cycle = 1 if self.day <= 28 else 4_800 if self.day == 29 else 12
        return _occurring(self.month % cycle, self.day, self.months % cycle, cycle)


class Occurring(NamedTuple):
    """Which places are occurrences: those of `places`, and again after each `period`."""

    period: int
    places: array[int]


@lru_cache(maxsize=1_024)  # of 10 kB at most
def _occurring(month: int, day: int, months: int, cycle: int) -> Occurring:
    period = cycle // gcd(months, cycle)
    return Occurring(period, array("H", [k for k in range(period) if has_day(month + k * months, day)]))


def has_day(month: int, day: int) -> bool:
    """Whether the month has this day."""
    month_of_year = month % 12
    return day <= LENGTHS[month_of_year] or (day == 29 and month_of_year == FEBRUARY and isleap(month // 12 + 1))
