"""The expression: what any of the cron dialects comes down to, once it is read."""

from __future__ import annotations

from typing import NamedTuple, cast

from tickwright.errors import InvalidTriggerError
from tickwright.triggers.cron.calendar import Calendar
from tickwright.triggers.cron.days import DayRule
from tickwright.triggers.cron.pattern import CronPattern
from tickwright.triggers.cron.times import TimeOfDay

__all__ = ["CronExpression", "expression"]


class CronExpression(NamedTuple):
    """A pattern of walls, and what a daylight saving rule must know of its text."""

    pattern: CronPattern
    is_wildcard: bool
    """Whether the text of second, minute or hour starts with `*`: such a job follows the wall clock."""

    @property
    def days(self) -> DayRule:
        """The rule for the dates."""
        return cast(DayRule, self.pattern.days)


def expression(calendar: Calendar, times: TimeOfDay, is_wildcard: bool, text: object) -> CronExpression:
    """Return the expression, or refuse one that no day of the 400-year calendar matches."""
    if not calendar.is_possible:
        raise InvalidTriggerError("expression", text, "it can never fire: no such day is in the calendar")
    return CronExpression(CronPattern(calendar, times), is_wildcard)
