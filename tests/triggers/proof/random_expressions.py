"""Random expressions: crontabs of five and six fields, macros and keyword fields, likely to fire near a wall."""

from __future__ import annotations

from datetime import date, datetime
from random import Random
from typing import Any

from tests.triggers.proof.days import MatchesDate, crontab_day, crontab_weekday, keyword_day
from tests.triggers.proof.expression import Expression
from tests.triggers.proof.lists import MONTHS, random_list

__all__ = ["random_crontab", "random_expression"]

MONDAY_FIRST = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
KEYWORDS = ("year", "month", "day", "week", "day_of_week", "hour", "minute", "second")
LOWEST = {"year": 1970, "month": 1, "day": 1, "week": 1, "day_of_week": 0, "hour": 0, "minute": 0, "second": 0}
HIGHEST = {"year": 9999, "month": 12, "day": 31, "week": 53, "day_of_week": 6, "hour": 23, "minute": 59, "second": 59}
NAMES = {"month": MONTHS, "day_of_week": MONDAY_FIRST}
MACROS = {
    # minutes and hours, and the dates
    "@yearly": ({0}, {0}, lambda at: (at.month, at.day) == (1, 1)),
    "@annually": ({0}, {0}, lambda at: (at.month, at.day) == (1, 1)),
    "@monthly": ({0}, {0}, lambda at: at.day == 1),
    "@weekly": ({0}, {0}, lambda at: at.weekday() == 6),
    "@daily": ({0}, {0}, lambda at: True),
    "@midnight": ({0}, {0}, lambda at: True),
    "@hourly": ({0}, set(range(24)), lambda at: True),
}
ZERO = frozenset([0])
EVERY = {name: frozenset(range(LOWEST[name], HIGHEST[name] + 1)) for name in KEYWORDS} | {
    "year": frozenset(range(1, 10_000))  # a star says nothing about the year; a number is 1970 or later
}


def random_expression(random: Random, near: datetime) -> Expression:
    """Return one of any kind; it prefers hours and dates around the wall clock time `near`."""
    kind = random.randrange(20)
    if kind == 0:
        return _macro(random)
    if kind < 7:
        return _keywords(random, near)
    return random_crontab(random, near, has_seconds=kind < 11)


def _macro(random: Random) -> Expression:
    macro = random.choice(list(MACROS))
    minutes, hours, matches = MACROS[macro]
    text = "".join(random.choice((letter, letter.upper())) for letter in macro)
    return Expression(text, frozenset(hours), frozenset(minutes), ZERO, matches, is_wildcard=macro == "@hourly")


def random_crontab(random: Random, near: datetime, *, has_seconds: bool = False) -> Expression:
    """Return a text of five fields, or of six."""
    second, seconds = _field(random, "second", near, stars=0.1) if has_seconds else ("", ZERO)
    minute, minutes = _field(random, "minute", near)
    hour, hours = _field(random, "hour", near)
    month, months = _field(random, "month", near, stars=0.8)
    day, day_matches = crontab_day(random, _around(near.day, 1, 31))
    weekday, weekday_matches = crontab_weekday(random, _around(near.isoweekday(), 0, 7))
    if day[0] in "*?" or weekday[0] in "*?":
        matches: MatchesDate = lambda at: at.month in months and day_matches(at) and weekday_matches(at)  # noqa: E731
    else:
        matches = lambda at: at.month in months and (day_matches(at) or weekday_matches(at))  # noqa: E731
    blank = random.choice((" ", " ", " ", "  ", "\t"))
    text = blank.join(field for field in (second, minute, hour, day, month, weekday) if field)
    is_wildcard = any(field[:1] == "*" for field in (second, minute, hour))
    return Expression(text, hours, minutes, seconds, matches, is_wildcard)


def _keywords(random: Random, near: datetime) -> Expression:
    chances = {"year": 0.15, "month": 0.3, "day": 0.4, "week": 0.15, "day_of_week": 0.4, "hour": 0.7, "minute": 0.6}
    given = [name for name in KEYWORDS if random.random() < chances.get(name, 0.2)] or ["hour"]
    least = max(KEYWORDS.index(name) for name in given)
    texts, values = {}, {}
    for place, name in enumerate(KEYWORDS):
        if name in given and name != "day":
            texts[name], values[name] = _field(random, name, near)
        elif place < least or name in ("week", "day_of_week"):
            texts[name], values[name] = "*", EVERY[name]
        else:
            texts[name], values[name] = f"{LOWEST[name]}", frozenset([LOWEST[name]])
    if "day" in given:
        texts["day"], day_matches = keyword_day(random, _around(near.day, 1, 31))
    else:
        days = values["day"]
        day_matches = lambda at: at.day in days  # noqa: E731

    def matches(at: date) -> bool:
        return (
            at.year in values["year"]
            and at.month in values["month"]
            and at.isocalendar().week in values["week"]
            and at.weekday() in values["day_of_week"]
            and day_matches(at)
        )

    fields: dict[str, Any] = {name: texts[name] for name in given}
    for name, text in fields.items():
        if text.isdigit() and random.random() < 0.5:
            fields[name] = int(text)
    is_wildcard = any(texts[name][0] == "*" for name in ("second", "minute", "hour"))
    return Expression(fields, values["hour"], values["minute"], values["second"], matches, is_wildcard)


def _field(random: Random, name: str, near: datetime, stars: float = 0.25) -> tuple[str, frozenset[int]]:
    low, high = LOWEST[name], HIGHEST[name]
    if random.random() < stars:
        return "*", EVERY[name]
    here = {"week": near.isocalendar().week, "day_of_week": near.weekday()}
    middle = here[name] if name in here else getattr(near, name)
    return random_list(random, low, high, _around(middle, low, high), NAMES.get(name, ()))


def _around(value: int, low: int, high: int) -> list[int]:
    """Return the value and its neighbours, the nearer the more often."""
    value = min(max(value, low), high)
    return [other for other in (value, value, value - 1, value + 1, value - 2, value + 2) if low <= other <= high]
