"""Composed triggers: attempts at agreement, alternatives and exclusion, of triggers that other attempts make."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from tests.triggers.fuzz.ingredients import NUMBERS, THINGS, Attempt, a_moment, a_zone, near_today, some_settings
from tests.triggers.fuzz.mutation import almost
from tests.triggers.fuzz.recurrences import RECURRENCES
from tests.triggers.fuzz.singles import SINGLES
from tests.triggers.hostile.evil import EvilDate, EvilTime
from tickwright.errors import InvalidTriggerError
from tickwright.triggers.base import Trigger
from tickwright.triggers.combining import AndTrigger, OrTrigger
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.exclude import ExcludeTrigger

__all__ = ["COMPOSED"]

# What answers `in` is a calendar, whatever comes of it.
NO_CALENDARS = [thing for thing in THINGS if not hasattr(type(thing), "__contains__")]
MOST_TRIES = 4
DEEPEST = 3


def _and(random: Random) -> Attempt:
    return Attempt("and", AndTrigger, _members(random, 0))


def _or(random: Random) -> Attempt:
    return Attempt("or", OrTrigger, _members(random, 0))


def _exclude(random: Random) -> Attempt:
    return Attempt("exclude", ExcludeTrigger, _exclusion(random, 0))


COMPOSED = (_and, _or, _exclude)
"""Each returns an attempt."""


def _members(random: Random, depth: int) -> dict[str, Any]:
    members: Any = [_member(random, depth) for _ in range(random.choice((1, 2, 2, 2, 3)))]
    if random.random() < 0.05:
        members.append(random.choice((*THINGS, *NUMBERS, "* * * * *", CronTrigger)))
    if random.random() < 0.03:
        members = random.choice((*THINGS, None, "and"))
    return {"triggers": members} | _jitter(random)


def _exclusion(random: Random, depth: int) -> dict[str, Any]:
    calendar: Any = [_entry(random) for _ in range(random.choice((0, 1, 1, 2, 3, 6)))]
    if random.random() < 0.05:
        calendar = random.choice((*NO_CALENDARS, None, "2026-12-24", 5))
    arguments = {"trigger": _member(random, depth), "calendar": calendar} | _jitter(random)
    if random.random() < 0.3:
        arguments["timezone"] = a_zone(random)
    return arguments


def _jitter(random: Random) -> dict[str, Any]:
    settings = some_settings(random)
    return {"jitter": settings["jitter"]} if "jitter" in settings else {}


def _member(random: Random, depth: int) -> Trigger:
    """Return a trigger that an attempt made, or a plain one where some in a row were refused."""
    for _ in range(MOST_TRIES):
        try:
            if depth < DEEPEST and random.random() < 0.2:
                kind = random.choice((AndTrigger, OrTrigger, ExcludeTrigger))
                parts = _exclusion(random, depth + 1) if kind is ExcludeTrigger else _members(random, depth + 1)
                return kind(**parts)
            attempt = random.choice((*SINGLES, *RECURRENCES))(random)
            return attempt.make(**attempt.arguments)
        except (InvalidTriggerError, TypeError):
            continue
    return CronTrigger.from_crontab(random.choice(("*/5 * * * *", "30 2 * * *")), "Europe/Berlin")


# -- what is excluded --------------------------------------------------------------------------------------


def _entry(random: Random) -> Any:
    kind = random.randrange(20)
    if kind < 5:
        return _perhaps_a_text(random, _day(random))
    if kind < 9:
        first, last = sorted((_day(random), _day(random)))
        return _perhaps_a_text(random, first), _perhaps_a_text(random, last)
    if kind < 13:
        return _perhaps_a_text(random, _clock(random)), _perhaps_a_text(random, _clock(random))
    if kind < 17:
        begin = near_today(random)
        length = timedelta(seconds=random.choice((1, 3_600, 100_000, 10**7)))
        end = begin + length if begin < datetime.max - length else datetime.max
        zone = random.choice((None, None, UTC))
        return [_perhaps_a_text(random, at.replace(tzinfo=zone)) for at in (begin, end)]
    if kind == 17:
        return EvilDate(2026, 12, 24), _day(random)
    if kind == 18:
        return EvilTime(22), _clock(random)
    return random.choice((a_moment(random), (a_moment(random), a_moment(random)), *THINGS, (), (time(9),)))


def _perhaps_a_text(random: Random, value: date | datetime | time) -> Any:
    kind = random.randrange(20)
    return value if kind < 12 else value.isoformat() if kind < 18 else almost(random, value.isoformat())


def _day(random: Random) -> date:
    return near_today(random).date()


def _clock(random: Random) -> time:
    return random.choice((time(0), time(2, 30), time(9), time(23, 59, 59, 999_999), near_today(random).time()))
