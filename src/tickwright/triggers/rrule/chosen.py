"""The chosen pattern: BYSETPOS with years, months and weeks, which chooses among all times of such a period."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from tickwright.triggers.cron.masks import lowest_bit
from tickwright.triggers.cron.years import FIRST_YEAR, LAST_YEAR, month_lengths, year_of, year_shape, year_start
from tickwright.triggers.rrule.calendar import YearDays
from tickwright.triggers.rrule.cycle import Cycle
from tickwright.triggers.rrule.hands import Hands, chosen_places
from tickwright.triggers.rrule.pattern import DayPattern, Times
from tickwright.triggers.rrule.rule import Freq
from tickwright.triggers.rrule.times import DAY, TimeBits

__all__ = ["ChosenPattern"]

MONTH_OF_DAY = {
    leap: tuple(month for month, length in enumerate(month_lengths(leap)) for _ in range(length))
    for leap in (False, True)
}


class Window(NamedTuple):
    """What one year has: the mask of the days with any time, and the times of each of them."""

    year: int
    mask: int
    times: dict[int, TimeBits]


class ChosenPattern(DayPattern):
    """The n-th time of each period's days; worked out for a year at a time, of which the last one is kept.

    As with python-dateutil, a week that begins before the first day counts from that day on.
    """

    __slots__ = ("_cycle", "_days", "_freq", "_hands", "_positions", "_since", "_week_start", "_window")

    def __init__(
        self,
        first: int,
        last: int,
        days: YearDays,
        cycle: Cycle,
        hands: Hands,
        freq: Freq,
        positions: tuple[int, ...],
    ) -> None:
        super().__init__(first, last)
        self._days = days
        self._cycle = cycle
        self._hands = hands
        self._freq = freq
        self._positions = positions
        self._since: int | None = first // DAY if freq is Freq.WEEKLY else None
        self._window = Window(0, 0, {})  # a short cut, read once and checked

    def days_in(self, year: int) -> int:
        return self._of(year).mask

    def times_on(self, day: int) -> Times:
        return self._of(year_of(day)).times[day]

    def bits_on(self, day: int) -> int:
        return self._of(year_of(day)).times[day].bits

    def folded(self) -> DayPattern:
        cycle = self._cycle.folded()
        pattern = ChosenPattern(self.first, self.last, self._days, cycle, self._hands, self._freq, self._positions)
        pattern._since = None
        return pattern

    def _of(self, year: int) -> Window:
        window = self._window
        if window.year != year:
            self._window = window = self._work_out(year)
        return window

    def _work_out(self, year: int) -> Window:
        start, end = year_start(year), year_start(year + 1)
        found: dict[int, int] = {}
        for days in self._periods(year):
            for place in chosen_places(self._positions, len(days) * self._hands.total):
                index, time = divmod(place, self._hands.total)
                day = days[index]
                if start <= day < end:
                    found[day] = found.get(day, 0) | 1 << self._hands.nth(time)
        mask = sum(1 << day - start for day in found)
        return Window(year, mask, {day: TimeBits(bits) for day, bits in found.items()})

    def _periods(self, year: int) -> Iterator[list[int]]:
        """Return for each period of the year the days that it has, weeks with those in the years beside it."""
        days = list(self._matching(year))
        if not days:
            return
        if self._freq is Freq.YEARLY:
            yield days
        elif self._freq is Freq.MONTHLY:
            months, start = MONTH_OF_DAY[year_shape(year % 400).is_leap], year_start(year)
            for _, group in groupby(days, key=lambda day: months[day - start]):
                yield list(group)
        else:
            days = [*self._matching(year - 1, since=-6), *days, *self._matching(year + 1, until=6)]
            if self._since is not None:
                days = [day for day in days if day >= self._since]
            shift = 3 - self._days.week_start  # 1970-01-01 was a Thursday
            for _, group in groupby(days, key=lambda day: (day + shift) // 7):
                yield list(group)

    def _matching(self, year: int, since: int | None = None, until: int | None = None) -> Iterator[int]:
        """Return the days of a year that match, or only those of its last or first days."""
        if not FIRST_YEAR <= year <= LAST_YEAR:
            return
        mask = self._cycle.on(year, self._days.in_year(year))
        start, end = year_start(year), year_start(year + 1)
        if until is not None:
            mask &= (1 << until) - 1
        if since is not None:
            length = end - start + since
            mask = mask >> length << length
        while mask:
            yield start + lowest_bit(mask)
            mask &= mask - 1
