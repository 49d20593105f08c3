"""Keyword fields: `CronTrigger(day="last fri", hour=9)`, each field by its name, all of which must match.

From the most to the least significant: year, month, day, week (ISO 8601), day_of_week (Monday = 0), hour,
minute, second. A field that is not given is `*` if a less significant one is given, and otherwise takes its
lowest value; week and day_of_week are `*` in any case. With no field at all, every second matches. Blanks
around commas do not count.

Besides numbers, ranges and steps, `day` takes `last`, `2nd fri` (up to `5th`) and `last sun`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from tickwright.errors import shortened
from tickwright.plain import plain_number, plain_text
from tickwright.triggers.cron.calendar import calendar_of
from tickwright.triggers.cron.days import (
    DayRule,
    DaysOfMonth,
    DayTerm,
    LastDay,
    LastWeekday,
    NthWeekday,
    Weekdays,
)
from tickwright.triggers.cron.expression import CronExpression, expression
from tickwright.triggers.cron.fields import MONTHS, WEEKDAYS, Field, comma_list
from tickwright.triggers.cron.times import TimeOfDay

__all__ = ["FIELD_NAMES", "Keywords", "read_keywords"]

FIELDS = {
    field.name: field
    for field in (
        Field("year", 1970, 9999),
        Field("month", 1, 12, MONTHS),
        Field("day", 1, 31),
        Field("week", 1, 53),
        Field("day_of_week", 0, 6, WEEKDAYS, shows_names=True),
        Field("hour", 0, 23),
        Field("minute", 0, 59),
        Field("second", 0, 59),
    )
}
FIELD_NAMES = tuple(FIELDS)
LONGEST_TEXT = 1_000
ORDINALS = {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5}


class Keywords(NamedTuple):
    """Keyword fields as read: their meaning, and the given ones as they are shown, weekdays by name."""

    expression: CronExpression
    fields: tuple[tuple[str, str], ...]

    @property
    def summary(self) -> str:
        """The fields that were given, as `str` of a trigger shows them."""
        return ", ".join(f"{name}={text!r}" for name, text in self.fields)


def read_keywords(values: Mapping[str, object]) -> Keywords:
    """Return what the fields say, `None` being one not given; the same fields are read only once."""
    return _read(
        tuple((name, _text(field, values[name])) for name, field in FIELDS.items() if values.get(name) is not None)
    )


@lru_cache(maxsize=4_096)
def _read(given: tuple[tuple[str, str], ...]) -> Keywords:
    texts = dict(given)
    least = max((FIELD_NAMES.index(name) for name in texts), default=len(FIELD_NAMES))
    for place, (name, field) in enumerate(FIELDS.items()):
        stays_open = place < least or name in ("week", "day_of_week")
        texts.setdefault(name, "*" if stays_open else str(field.low))
    masks = {name: field.mask(texts[name]) for name, field in FIELDS.items() if name != "day"}
    days = DayRule(
        days=_day_terms(texts["day"]),
        weekdays=frozenset([Weekdays(masks["day_of_week"])]),
        either=False,
        months=masks["month"],
        years=None if texts["year"] == "*" else masks["year"],
        weeks=None if texts["week"] == "*" else masks["week"],
    )
    times = TimeOfDay(masks["hour"], masks["minute"], masks["second"])
    is_wildcard = any(texts[name].startswith("*") for name in ("second", "minute", "hour"))
    text = ", ".join(f"{name}={text!r}" for name, text in given)
    return Keywords(expression(calendar_of(days), times, is_wildcard, text), given)


def _text(field: Field, value: object) -> str:
    number, text = plain_number(value), plain_text(value)
    if isinstance(number, int):
        if not field.low <= number <= field.high:
            raise field.error(value, f"{field.low} to {field.high} are taken")
        return field.names[number - field.low] if field.shows_names else str(number)
    if text is None:
        raise TypeError(f"{field.name} must be a whole number or a text, not {shortened(value)}")
    if len(text) > LONGEST_TEXT:
        raise field.error(text, f"longer than {LONGEST_TEXT:,} characters")
    terms = [term.strip(" \t") for term in text.split(",")]
    if field.shows_names:
        terms = [field.read(term)[1] for term in terms]
    return ",".join(term.lower() if term.isascii() else term for term in terms)


def _day_terms(text: str) -> frozenset[DayTerm]:
    field = FIELDS["day"]
    terms: set[DayTerm] = set()
    numbers = 0
    for term in comma_list(field, text):
        words = term.replace("\t", " ").split(" ")
        if words == ["last"]:
            terms.add(LastDay())
        elif len(words) == 1:
            numbers |= field.read(term)[0]
        else:
            terms.add(_positioned(field, term, [word for word in words if word]))
    if numbers:
        terms.add(DaysOfMonth(numbers))
    return frozenset(terms)


def _positioned(field: Field, term: str, words: list[str]) -> DayTerm:
    if len(words) != 2 or words[1] not in WEEKDAYS or words[0] not in (*ORDINALS, "last"):
        raise field.error(term, "a place in the month reads like '2nd fri' or 'last sun', from 1st to 5th")
    weekday = WEEKDAYS.index(words[1])
    return LastWeekday(weekday) if words[0] == "last" else NthWeekday(weekday, ORDINALS[words[0]])
