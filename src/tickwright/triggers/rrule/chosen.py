"""The chosen pattern: BYSETPOS with years, months and weeks, which chooses among all times of such a period."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tickwright.triggers.cron.masks import members
from tickwright.triggers.cron.years import month_lengths, year_of, year_shape, year_start
from tickwright.triggers.rrule.calendar import YearDays
from tickwright.triggers.rrule.cycle import Cycle
from tickwright.triggers.rrule.hands import Hands, chosen_places
from tickwright.triggers.rrule.pattern import Times
from tickwright.triggers.rrule.rule import Freq
from tickwright.triggers.rrule.single import SinglePattern
from tickwright.triggers.rrule.times import DAY, FewTimes

__all__ = ["ChosenPattern"]


PERIODS_A_YEAR = {Freq.YEARLY: 1, Freq.MONTHLY: 12, Freq.WEEKLY: 54}


class Window(NamedTuple):
    """What one year has: the mask of the days with any time, and the times of each of them."""

    year: int
    mask: int
    times: dict[int, FewTimes]


class ChosenPattern(SinglePattern):
    """The n-th time of each period's days; worked out for a year at a time, of which the last one is kept.

    As with python-dateutil, a week that begins before the first day counts from that day on.
    """

    __slots__ = ("_freq", "_hands", "_positions", "_since", "_window")

    COST_OF_YEAR = 40

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
        super().__init__(first, last, days, cycle)
        if days.easter_days:
            self.most_empty_years = 1_000  # within that it comes as early and as late as it can; no cycle tells "never"
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

    @property
    def widest_bits(self) -> int:
        return self._hands.bits

    @property
    def most_per_year(self) -> int:
        return len(self._positions) * PERIODS_A_YEAR[self._freq]

    def count_on(self, year: int, days: int) -> int:
        window = self._of(year)
        if days == window.mask:
            return sum(times.per_day for times in window.times.values())
        return super().count_on(year, days)

    def _folded(self) -> ChosenPattern:
        cycle = self._cycle.folded()
        pattern = ChosenPattern(self.first, self.last, self._days, cycle, self._hands, self._freq, self._positions)
        pattern._since = None
        return pattern

    def matches_in_four_centuries(self) -> bool:
        # The sizes of periods tell, and are quicker to find than the times.
        seen: set[int] = set()
        for year in range(2000, 2400):
            sizes = {days.bit_count() for _, days in self._periods(year)} - seen
            if any(self._places(size) for size in sizes):
                return True
            seen |= sizes
        return False

    def _of(self, year: int) -> Window:
        window = self._window
        if window.year != year:
            self._window = window = self._work_out(year)
        return window

    def _work_out(self, year: int) -> Window:
        start, end = year_start(year), year_start(year + 1)
        found: dict[int, set[int]] = {}
        for first, days in self._periods(year):
            places = self._places(days.bit_count())
            if places:
                numbers = members(days)
                for place in places:
                    index, time = divmod(place, self._hands.total)
                    day = first + numbers[index]
                    if start <= day < end:
                        found.setdefault(day, set()).add(self._hands.nth(time))
        mask = sum(1 << day - start for day in found)
        return Window(year, mask, {day: FewTimes(sorted(times)) for day, times in found.items()})

    def _places(self, days: int) -> list[int]:
        return chosen_places(self._positions, days * self._hands.total)

    def _periods(self, year: int) -> Iterator[tuple[int, int]]:
        """Return each period of a year, as its first day and the mask of those that match from there on.

        Weeks that reach into another year are whole, and belong to both.
        """
        start, days = year_start(year), self.matching(year)
        if self._freq is Freq.YEARLY:
            yield start, days
        elif self._freq is Freq.MONTHLY:
            for length in month_lengths(year_shape(year % 400).is_leap) if days else ():
                yield start, days & (1 << length) - 1
                start, days = start + length, days >> length
        else:
            before = (start + 3 - self._days.week_start) % 7  # 1970-01-01 was a Thursday
            length = year_start(year + 1) - start
            days = self.matching(year - 1) >> start - year_start(year - 1) - before | days << before
            days |= self.matching(year + 1) << length + before
            first = start - before
            if self._since is not None and first < self._since:
                days = days >> self._since - first << self._since - first
            for week in range(-(-(length + before) // 7)) if days else ():
                yield first + 7 * week, days >> 7 * week & 0b1111111
