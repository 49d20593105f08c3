"""The single pattern: one rule, which matches on days that the calendar chooses and that a cycle has."""

from __future__ import annotations

from tickwright.triggers.cron.years import FIRST_YEAR, LAST_YEAR
from tickwright.triggers.rrule.calendar import YearDays
from tickwright.triggers.rrule.cycle import Cycle
from tickwright.triggers.rrule.pattern import DayPattern

__all__ = ["SinglePattern"]


class SinglePattern(DayPattern):
    """What all kinds of rules share; their times they have each of their own."""

    __slots__ = ("_cycle", "_days")

    COST_OF_YEAR = 1
    """How long it takes to look through a year, compared with the quickest kind."""

    def __init__(self, first: int, last: int, days: YearDays, cycle: Cycle) -> None:
        super().__init__(first, last)
        self._days = days
        self._cycle = cycle

    def matching(self, year: int) -> int:
        """Return the mask of the days of a year that are chosen and in the cycle."""
        if not FIRST_YEAR <= year <= LAST_YEAR:
            return 0
        return self._cycle.on(year, self._days.in_year(year))

    def years_between(self, first: int, last: int) -> range:
        return self._cycle.years(first, last)

    def is_possible(self) -> bool:
        """Whether anything ever matches, `first` and `last` left aside; if it says no, nothing does.

        Within the 400 years after which the calendar repeats itself, an interval falls on what it ever falls on if
        it is replaced by the one that divides both. Easter keeps no such cycle, and is only seen to be possible.
        """
        if not self._days.is_possible():
            return False
        return bool(self._days.easter_days) or self._folded().matches_in_four_centuries()

    def matches_in_four_centuries(self) -> bool:
        """Whether anything matches in the years from 2000 to 2399."""
        return any(self.days_in(year) for year in range(2000, 2400))

    def _folded(self) -> SinglePattern:
        """Return the pattern with the cycle that is as long as the calendar's, or divides it."""
        raise NotImplementedError

    def nth(self, n: int, most_years: int) -> int | None:
        """Return the n-th match of all, from 1; `None` where there are not so many."""
        return super().nth(n, most_years) if self.is_possible() else None
