"""The rhythm: how far apart the occurrences of a calendar interval are, as it was given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any, NamedTuple

from tickwright.errors import InvalidTriggerError, shortened
from tickwright.plain import plain_number
from tickwright.triggers.calendarinterval.occurrences import FIRST_DAY, LAST_DAY, Occurrences

__all__ = ["Rhythm", "read_rhythm", "read_time"]

UNITS = {"years": (12, 0), "months": (1, 0), "weeks": (0, 7), "days": (0, 1)}
"""How many months and days each is."""
HIGHEST = {"hour": 23, "minute": 59, "second": 59}


class Rhythm(NamedTuple):
    """So many months and then days from one occurrence to the next."""

    months: int
    days: int
    written: tuple[tuple[str, int], ...]
    """The same in the units in which it was given, those of 0 left out."""

    def occurrences_from(self, day: int) -> Occurrences:
        """Return the occurrences that are counted from a day."""
        # In the first and the last hours that UTC has, a zone's clock may show a day outside the calendar.
        return Occurrences.from_anchor(min(max(day, FIRST_DAY), LAST_DAY), self.months, self.days)

    def refuse_if_too_long(self, day: int) -> None:
        """Refuse it if, counted from `day`, the calendar has no second occurrence."""
        if self.occurrences_from(day).first_from(day + 1) > LAST_DAY:
            name, value = self.written[0]
            raise InvalidTriggerError(name, value, "the second occurrence would lie after the year 9999")


def read_rhythm(parts: Mapping[str, Any]) -> Rhythm:
    """Return the rhythm of so many years, months, weeks and days, by these names; at least a day."""
    numbers = {name: _whole(name, value) for name, value in parts.items()}
    for name, value in numbers.items():
        if value < 0:
            raise InvalidTriggerError(name, value, "time does not run backwards")
        if value > LAST_DAY:
            raise InvalidTriggerError(name, value, "the calendar, which has 9999 years, is shorter than this")
    written = tuple((name, value) for name, value in numbers.items() if value)
    if not written:
        raise InvalidTriggerError("days", 0, "an interval is at least a day long")
    months = sum(value * UNITS[name][0] for name, value in written)
    days = sum(value * UNITS[name][1] for name, value in written)
    return Rhythm(months, days, written)


def read_time(parts: Mapping[str, Any]) -> time:
    """Return the time of day of an hour, a minute and a second, by these names."""
    numbers = {name: _whole(name, value) for name, value in parts.items()}
    for name, value in numbers.items():
        if not 0 <= value <= HIGHEST[name]:
            raise InvalidTriggerError(name, value, f"0 to {HIGHEST[name]} are taken")
    return time(numbers["hour"], numbers["minute"], numbers["second"])


def _whole(name: str, value: object) -> int:
    number = plain_number(value)
    if not isinstance(number, int):
        raise TypeError(f"{name} must be a whole number, not {shortened(value)}")
    return number
