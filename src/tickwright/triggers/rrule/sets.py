"""The set pattern: rules and dates taken together, less the rules and dates that are left out."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from tickwright.triggers.cron.years import year_of, year_start
from tickwright.triggers.rrule.pattern import DayPattern, Times
from tickwright.triggers.rrule.times import DAY, TimeBits

__all__ = ["SetPattern"]


class SetPattern(DayPattern):
    """A union less a union, worked out a day at a time as bits.

    If what is left out empties more than `MOST_EMPTY` days on end, that is taken for the end: the search is
    bounded. Days do not count for that which are emptied by one rule alone, with the same times on all its days:
    they are known from the masks.
    """

    __slots__ = ("_day", "_emptying", "_left_out", "_left_out_dates", "_rules", "_times")

    def __init__(
        self,
        rules: Sequence[DayPattern],
        dates: Sequence[int],
        left_out: Sequence[DayPattern],
        left_out_dates: Sequence[int],
    ) -> None:
        super().__init__(
            min([*(rule.first for rule in rules), *dates[:1]]),
            max([*(rule.last for rule in rules), *dates[-1:]]),
        )
        self._rules = tuple(rules)
        self._left_out = tuple(left_out)
        # Of what is left out, the rules that leave no time of any day of theirs.
        self._emptying = [rule for rule in left_out if _covers(rule.constant_bits, self._rules)]
        # Up to the last of the dates in any case.
        years_of_dates = year_of(dates[-1] // DAY) - year_of(self.first // DAY) + 1 if dates else 0
        self.most_empty_years = max(min((rule.most_empty_years for rule in rules), default=0), years_of_dates)
        self._times = Dates(dates)
        self._left_out_dates = Dates(left_out_dates)
        self._day = (-1_000_000, TimeBits(0))  # a short cut, read once and checked

    def days_in(self, year: int) -> int:
        mask = 0
        for rule in self._rules:
            mask |= rule.days_within(year)
        for left_out in self._emptying:
            mask &= ~left_out.days_within(year, whole=True)
        return mask | self._times.days_in(year)

    def is_possible(self) -> bool:
        return len(self._times) > 0 or any(rule.is_possible() for rule in self._rules)

    def times_on(self, day: int) -> Times:
        asked, times = self._day
        if asked != day:
            times = TimeBits(self.bits_on(day))
            self._day = (day, times)
        return times

    def bits_on(self, day: int) -> int:
        bits = self._times.on(day)
        for rule in self._rules:
            bits |= rule.bits_within(day)
        for rule in self._left_out:
            bits &= ~rule.bits_within(day)
        return bits & ~self._left_out_dates.on(day)

    def count_between(self, begin: int, end: int) -> int:
        if len(self._rules) != 1 or self._left_out:
            return super().count_between(begin, end)
        # One rule counts quickly, and so do a few dates more or less.
        rule = self._rules[0]
        more = sum(
            not (rule.matches(wall) or self._left_out_dates.matches(wall)) for wall in self._times.within(begin, end)
        )
        less = sum(rule.matches(wall) for wall in self._left_out_dates.within(begin, end))
        return rule.count_between(begin, end) + more - less


def _covers(bits: int | None, rules: Sequence[DayPattern]) -> bool:
    return bits is not None and not any(rule.widest_bits & ~bits for rule in rules)


class Dates:
    """Single walls, to be looked up by year, by day and by themselves."""

    __slots__ = ("_walls",)

    def __init__(self, walls: Sequence[int]) -> None:
        self._walls = tuple(walls)

    def __len__(self) -> int:
        return len(self._walls)

    def days_in(self, year: int) -> int:
        """Return the mask of the year's days with such a wall."""
        start, mask = year_start(year), 0
        for wall in self.within(start * DAY, year_start(year + 1) * DAY):
            mask |= 1 << wall // DAY - start
        return mask

    def on(self, day: int) -> int:
        """Return the times of a day, as bits."""
        bits = 0
        for wall in self.within(day * DAY, (day + 1) * DAY):
            bits |= 1 << wall % DAY
        return bits

    def within(self, begin: int, end: int) -> tuple[int, ...]:
        """Return the walls with begin <= wall < end."""
        return self._walls[bisect_left(self._walls, begin) : bisect_left(self._walls, end)]

    def matches(self, wall: int) -> bool:
        """Whether it is one of the walls."""
        return bool(self.within(wall, wall + 1))
