"""The expression: what any of the cron dialects comes down to, once it is read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from tickwright.errors import InvalidTriggerError
from tickwright.triggers.cron.days import DayRule
from tickwright.triggers.cron.pattern import CronPattern
from tickwright.triggers.cron.times import TimeOfDay

__all__ = ["CronExpression", "expression"]


@dataclass(frozen=True, slots=True)
class CronExpression:
    """A pattern of walls, and what a daylight saving rule must know of its text."""

    days: DayRule
    pattern: CronPattern
    is_wildcard: bool
    """Whether the text of second, minute or hour starts with `*`: such a job follows the wall clock."""


def expression(days: DayRule, times: TimeOfDay, is_wildcard: bool, text: object) -> CronExpression:
    """Return the expression, or refuse one that no day of the 400-year calendar matches."""
    if not _is_possible(days):
        raise InvalidTriggerError("expression", text, "it can never fire: no such day is in the calendar")
    return CronExpression(days, CronPattern(days, times), is_wildcard)


@lru_cache(maxsize=4_096)
def _is_possible(days: DayRule) -> bool:
    return days.is_possible()
