"""The intersection: the walls that several cron patterns all match, as one pattern."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

from tickwright.triggers.cron.calendar import Days, calendar_of
from tickwright.triggers.cron.masks import members
from tickwright.triggers.cron.pattern import CronPattern
from tickwright.triggers.cron.times import TimeOfDay
from tickwright.triggers.cron.years import YearShape, year_shape

__all__ = ["common_pattern"]


class CommonDays(NamedTuple):
    """The dates that match all of several rules."""

    rules: tuple[Days, ...]

    @property
    def years(self) -> int | None:
        """The years that all rules have, bit n being year n; `None` where none of them names any."""
        named = [rule.years for rule in self.rules if rule.years is not None]
        return reduce(int.__and__, named) if named else None

    def in_year(self, shape: YearShape) -> int:
        """Return the mask of the days that match in a year of this shape, if that year is one of `years`."""
        return reduce(int.__and__, (rule.in_year(shape) for rule in self.rules))

    def as_weekdays(self) -> int | None:
        """Return the weekdays that match, or `None` where for any rule more than the weekday counts."""
        weekdays = [rule.as_weekdays() for rule in self.rules]
        return None if None in weekdays else reduce(int.__and__, (mask or 0 for mask in weekdays))

    def is_possible(self) -> bool:
        """Whether any day of the calendar matches."""
        years = self.years
        shapes = {year_shape(year % 400) for year in (range(400) if years is None else members(years))}
        return any(self.in_year(shape) for shape in shapes)


def common_pattern(patterns: Sequence[CronPattern]) -> CronPattern | None:
    """Return the pattern of the walls that match all of these, one or more; `None` where there are none."""
    times: TimeOfDay | None = patterns[0].times
    for pattern in patterns[1:]:
        times = None if times is None else times.common(pattern.times)
    calendar = calendar_of(CommonDays(tuple(pattern.days for pattern in patterns)))
    return CronPattern(calendar, times) if times is not None and calendar.is_possible else None
