"""Days: random ways to choose dates, as text and as a test of a date that looks at the calendar each time."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from random import Random

from tests.triggers.proof.lists import random_list

__all__ = ["MatchesDate", "crontab_day", "crontab_weekday", "keyword_day"]

MatchesDate = Callable[[date], bool]
SUNDAY_FIRST = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
ORDINALS = ("1st", "2nd", "3rd", "4th", "5th")


def crontab_day(random: Random, likely: Sequence[int]) -> tuple[str, MatchesDate]:
    """Return a crontab's day of month; `likely` are days to prefer."""
    if random.random() < 0.4:
        return random.choice("**?"), lambda at: True
    return _joined(random, lambda: _crontab_day_term(random, likely))


def _crontab_day_term(random: Random, likely: Sequence[int]) -> tuple[str, MatchesDate]:
    n = random.choice(likely) if random.random() < 0.5 else random.randint(1, 31)
    case = random.choice((str.upper, str.lower))
    kind = random.randrange(6)
    if kind == 0:
        return case("L"), lambda at: at.day == _length(at)
    if kind == 1:
        return case("LW"), lambda at: at.day == max(_workdays(at.year, at.month))
    if kind == 2:
        return case(f"{n}W"), lambda at: at.day == _nearest_workday(at.year, at.month, n)
    text, days = random_list(random, 1, 31, likely)
    return text, lambda at: at.day in days


def crontab_weekday(random: Random, likely: Sequence[int]) -> tuple[str, MatchesDate]:
    """Return a crontab's day of week, where Sunday is 0 and 7; `likely` are weekdays to prefer."""
    if random.random() < 0.5:
        return random.choice("**?"), lambda at: True
    return _joined(random, lambda: _crontab_weekday_term(random, likely))


def _crontab_weekday_term(random: Random, likely: Sequence[int]) -> tuple[str, MatchesDate]:
    n, k = random.choice((*likely, random.randint(0, 7))), random.randint(1, 5)
    name = random.choice((str(n), SUNDAY_FIRST[n % 7], SUNDAY_FIRST[n % 7].lower()))
    kind = random.randrange(6)
    if kind == 0:
        return f"{name}#{k}", lambda at: _is_weekday(at, n) and (at.day - 1) // 7 == k - 1
    if kind == 1:
        return f"{name}{random.choice('Ll')}", lambda at: _is_weekday(at, n) and at.day + 7 > _length(at)
    text, weekdays = random_list(random, 0, 7, likely, SUNDAY_FIRST)
    return text, lambda at: any(_is_weekday(at, weekday) for weekday in weekdays)


def keyword_day(random: Random, likely: Sequence[int]) -> tuple[str, MatchesDate]:
    """Return a `day=` as keywords take it: numbers, `last`, `2nd fri`, `last sun`."""
    return _joined(random, lambda: _keyword_day_term(random, likely), blanks=("", "", " ", "\t"))


def _keyword_day_term(random: Random, likely: Sequence[int]) -> tuple[str, MatchesDate]:
    weekday, k = random.randrange(7), random.randint(1, 5)
    name = random.choice((str.lower, str.title, str.upper))(SUNDAY_FIRST[weekday])
    blank = random.choice((" ", "  ", "\t"))
    kind = random.randrange(6)
    if kind == 0:
        return random.choice(("last", "Last")), lambda at: at.day == _length(at)
    if kind == 1:
        return f"last{blank}{name}", lambda at: _is_weekday(at, weekday) and at.day + 7 > _length(at)
    if kind == 2:
        return f"{ORDINALS[k - 1]}{blank}{name}", lambda at: _is_weekday(at, weekday) and (at.day - 1) // 7 == k - 1
    text, days = random_list(random, 1, 31, likely)
    return text, lambda at: at.day in days


def _joined(
    random: Random, term: Callable[[], tuple[str, MatchesDate]], blanks: Sequence[str] = ("",)
) -> tuple[str, MatchesDate]:
    terms = [term() for _ in range(random.choice((1, 1, 1, 2, 3)))]
    comma = f"{random.choice(blanks)},{random.choice(blanks)}"
    return comma.join(text for text, _ in terms), lambda at: any(matches(at) for _, matches in terms)


def _is_weekday(at: date, crontab_weekday: int) -> bool:
    return at.isoweekday() % 7 == crontab_weekday % 7


def _length(at: date) -> int:
    return monthrange(at.year, at.month)[1]


@cache
def _workdays(year: int, month: int) -> tuple[int, ...]:
    days = range(1, monthrange(year, month)[1] + 1)
    return tuple(day for day in days if date(year, month, day).weekday() < 5)


@cache
def _nearest_workday(year: int, month: int, day: int) -> int | None:
    """Return the working day nearest to `day`, none if the month has no such day; no two are equally near."""
    if day > monthrange(year, month)[1]:
        return None
    return min(_workdays(year, month), key=lambda other: abs(other - day))
