"""The rule: one RRULE of RFC 5545, 3.3.10, as a value that knows no start yet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from tickwright.triggers.rrule.dates import wall_text

__all__ = ["WEEKDAYS", "Freq", "Rule"]

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Freq(IntEnum):
    """How often a rule begins anew, numbered as python-dateutil does."""

    YEARLY = 0
    MONTHLY = 1
    WEEKLY = 2
    DAILY = 3
    HOURLY = 4
    MINUTELY = 5
    SECONDLY = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The parts of a rule. Lists are sorted and without repetition, and empty where a part is not given."""

    freq: Freq
    interval: int = 1
    count: int | None = None
    until: int | None = None
    """The last wall that may fire, in seconds since 1970-01-01 00:00 on the zone's clock."""
    start: int | None = None
    """A start of its own, as a wall; in a set whose rules do not start together."""
    week_start: int = 0
    """Weekdays count from Monday = 0."""
    months: tuple[int, ...] = ()
    week_numbers: tuple[int, ...] = ()
    year_days: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    weekdays: tuple[tuple[int, int], ...] = ()
    """Weekday and which of them: 1 is the first, -1 the last of the month or year, 0 is each."""
    easter_days: tuple[int, ...] = ()
    """Days from Easter Sunday, an addition of python-dateutil's."""
    hours: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()
    seconds: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()

    @property
    def names_days(self) -> bool:
        """Whether a part chooses days; BYMONTH alone does not, it only says in which months."""
        return bool(self.week_numbers or self.year_days or self.month_days or self.weekdays or self.easter_days)

    @property
    def text(self) -> str:
        """The text that is read as this rule again, without RRULE: and without a start of its own."""
        parts: list[tuple[str, object]] = [("FREQ", self.freq.name)]
        if self.interval != 1:
            parts.append(("INTERVAL", self.interval))
        if self.count is not None:
            parts.append(("COUNT", self.count))
        if self.until is not None:
            parts.append(("UNTIL", wall_text(self.until)))
        lists = {
            "BYMONTH": self.months,
            "BYWEEKNO": self.week_numbers,
            "BYYEARDAY": self.year_days,
            "BYMONTHDAY": self.month_days,
            "BYDAY": [f"{place or ''}{WEEKDAYS[weekday]}" for weekday, place in self.weekdays],
            "BYEASTER": self.easter_days,
            "BYHOUR": self.hours,
            "BYMINUTE": self.minutes,
            "BYSECOND": self.seconds,
            "BYSETPOS": self.positions,
        }
        parts += [(name, ",".join(map(str, values))) for name, values in lists.items() if values]
        if self.week_start:
            parts.append(("WKST", WEEKDAYS[self.week_start]))
        return ";".join(f"{name}={value}" for name, value in parts)
