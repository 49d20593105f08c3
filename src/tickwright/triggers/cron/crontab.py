"""Crontab text: five fields, six with seconds in front, or a macro, as crontab(5) writes them.

    minute  hour  day-of-month  month            day-of-week
    0-59    0-23  1-31          1-12 or JAN-DEC  0-7 or SUN-SAT

    second  minute  hour  day-of-month  month    day-of-week

0 and 7 are both Sunday. Beyond crontab(5), the day of month takes `L` (last day), `LW` (last Monday to
Friday) and `15W` (the Monday to Friday nearest to the 15th, inside the month); the weekday takes `MON#1` (the
first Monday, up to 5) and `FRIL` (the last Friday); `?` says the same as `*` in both.

cron(8) decides by the text which dates match: if that of the day or of the weekday starts with `*` (or `?`),
a date must match both; if both are restricted, matching either is enough.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from tickwright.errors import InvalidTriggerError, shortened
from tickwright.plain import plain_text
from tickwright.triggers.cron.calendar import Calendar, calendar_of
from tickwright.triggers.cron.days import (
    DayRule,
    DaysOfMonth,
    DayTerm,
    LastDay,
    LastWeekday,
    LastWorkday,
    NearestWorkday,
    NthWeekday,
    Weekdays,
)
from tickwright.triggers.cron.expression import CronExpression, expression
from tickwright.triggers.cron.fields import MONTHS, WEEKDAYS, Field, comma_list
from tickwright.triggers.cron.times import TimeOfDay

__all__ = ["LONGEST_TEXT", "Crontab", "parse_crontab", "read_crontab"]

LONGEST_TEXT = 1_000

SECOND = Field("second", 0, 59)
MINUTE = Field("minute", 0, 59)
HOUR = Field("hour", 0, 23)
DAY = Field("day-of-month", 1, 31)
MONTH = Field("month", 1, 12, MONTHS)
WEEKDAY = Field("day-of-week", 0, 7, ("sun", *WEEKDAYS), shows_names=True)

OPEN = (repr("*"), repr("?"))

MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * sun",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}


class Crontab(NamedTuple):
    """A crontab text as read: its meaning, and its fields as they are shown, weekdays by name."""

    expression: CronExpression
    fields: tuple[str, str, str, str, str, str]
    """Second, minute, hour, day of month, month, weekday."""

    @property
    def text(self) -> str:
        """The text that reads as this again: five fields where the second is 0."""
        return " ".join(self.fields[1:] if self.fields[0] == "0" else self.fields)

    @property
    def summary(self) -> str:
        """The fields that restrict anything, by their keyword names, as `str` of a trigger shows them."""
        second, minute, hour, day, month, weekday = (repr(field) for field in self.fields)
        dates = _shown([("day", day), ("day_of_week", weekday)])
        parts = [
            *_shown([("month", month)]),
            *([" or ".join(dates)] if self.expression.days.either else dates),
            *_shown([("hour", hour)]),
        ]
        if self.fields[0] == "0":
            return ", ".join([*parts, f"minute={minute}"])
        return ", ".join([*parts, *_shown([("minute", minute)]), f"second={second}"])


def _shown(fields: list[tuple[str, str]]) -> list[str]:
    return [f"{name}={text}" for name, text in fields if text not in OPEN]


def read_crontab(text: object) -> Crontab:
    """Return what a crontab text says; the same text is read only once."""
    plain = plain_text(text)
    if plain is None:
        raise TypeError(f"expression must be a crontab text like '*/5 * * * *', not {shortened(text)}")
    if len(plain) > LONGEST_TEXT:
        raise InvalidTriggerError("expression", plain, f"longer than {LONGEST_TEXT:,} characters")
    return _remembered(plain)


def parse_crontab(text: str) -> Crontab:
    """Return what a plain text of at most `LONGEST_TEXT` characters says, as `read_crontab` does, without a memory."""
    second, minute, hour, day, month, weekday = _split(text)
    times = TimeOfDay(HOUR.mask(hour), MINUTE.mask(minute), SECOND.mask(second))
    calendar, day, month, weekday = _dates(day, month, weekday)
    is_wildcard = "*" in (second[0], minute[0], hour[0])
    return Crontab(expression(calendar, times, is_wildcard, text), (second, minute, hour, day, month, weekday))


_remembered = lru_cache(maxsize=4_096)(parse_crontab)


@lru_cache(maxsize=4_096)
def _dates(day: str, month: str, weekday: str) -> tuple[Calendar, str, str, str]:
    """Return the days that match, and the fields as they are shown; many texts differ in the time of day only."""
    day_terms, day = _day_terms(day)
    months = MONTH.mask(month)
    weekday_terms, weekday = _weekday_terms(weekday)
    either = day[0] not in "*?" and weekday[0] not in "*?"
    rule = DayRule(days=day_terms, weekdays=weekday_terms, either=either, months=months)
    return calendar_of(rule), day, month.lower(), weekday


def _split(text: str) -> list[str]:
    """Return the six fields of a text or a macro; blanks are spaces and tabs."""
    fields = text.replace("\t", " ").split(" ")
    if "" in fields:
        fields = [field for field in fields if field]
    if len(fields) == 1 and fields[0][0] == "@":
        macro = MACROS.get(fields[0].lower())
        if macro is None:
            raise InvalidTriggerError("expression", text, f"the macros are {', '.join(MACROS)}")
        fields = macro.split(" ")
    if fields and fields[0][0] == "#":
        raise InvalidTriggerError("expression", text, "this is a comment")
    if len(fields) != 5 and any("," in (field[0], field[-1]) for field in fields):
        raise InvalidTriggerError("expression", text, "a list is written without blanks, as in 1,2,3")
    if len(fields) == 5:
        fields.insert(0, "0")
    if len(fields) != 6:
        raise InvalidTriggerError(
            "expression", text, f"5 fields are taken, or 6 with seconds in front, not {len(fields)}"
        )
    return fields


def _day_terms(text: str) -> tuple[frozenset[DayTerm], str]:
    if text in ("*", "?"):
        return EVERY_DAY, text
    terms: set[DayTerm] = set()
    numbers = 0
    shown = []
    for term in comma_list(DAY, text):
        upper = term.upper() if term.isascii() else term
        if upper == "L":
            terms.add(LastDay())
        elif upper == "LW":
            terms.add(LastWorkday())
        elif upper[-1] == "W":
            terms.add(NearestWorkday(DAY.number(term[:-1])))
        else:
            numbers |= DAY.read(term)[0]
        shown.append(upper)
    if numbers:
        terms.add(DaysOfMonth(numbers))
    return frozenset(terms), ",".join(shown)


def _weekday_terms(text: str) -> tuple[frozenset[DayTerm], str]:
    if text in ("*", "?"):
        return EVERY_WEEKDAY, text
    terms: set[DayTerm] = set()
    numbers = 0
    shown = []
    for term in comma_list(WEEKDAY, text):
        name, hash_sign, k = term.partition("#")
        if hash_sign:
            weekday = _weekday(name)
            if k not in ("1", "2", "3", "4", "5"):
                raise WEEKDAY.error(term, "a month has its 1st to 5th of a weekday, as in MON#1")
            terms.add(NthWeekday(weekday, int(k)))
            shown.append(f"{WEEKDAYS[weekday]}#{k}")
        elif len(term) > 1 and term[-1] in "Ll" and term.lower() not in WEEKDAYS:
            weekday = _weekday(term[:-1])
            terms.add(LastWeekday(weekday))
            shown.append(f"{WEEKDAYS[weekday]}L")
        else:
            values, term_shown = WEEKDAY.read(term)
            numbers |= values
            shown.append(term_shown)
    if numbers:
        terms.add(Weekdays(_from_monday(numbers)))
    return frozenset(terms), ",".join(shown)


def _weekday(text: str) -> int:
    return (WEEKDAY.number(text) - 1) % 7


def _from_monday(mask: int) -> int:
    """Return a crontab's mask of weekdays, Sunday being bits 0 and 7, as one that counts from Monday = 0."""
    return mask >> 1 | (mask & 1) << 6


EVERY_DAY: frozenset[DayTerm] = frozenset([DaysOfMonth(DAY.mask("*"))])
EVERY_WEEKDAY: frozenset[DayTerm] = frozenset([Weekdays(0b1111111)])
