"""Ingredients: what all attempts are made of, settings that are almost right and things that are entirely wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from random import Random
from typing import Any, NamedTuple
from zoneinfo import available_timezones

from tests.triggers.fuzz.mutation import almost
from tests.triggers.hostile.evil import BROKEN_ZONES, NO_INTEGERS, EvilDate, EvilDatetime, EvilTime
from tickwright.triggers.base import Trigger

__all__ = ["NUMBERS", "THINGS", "Attempt", "a_moment", "a_zone", "near_today", "some_settings"]

# Evil things that cost little to make anew; lists of millions are the corpus's business.
THINGS = [thing for thing in NO_INTEGERS if type(thing).__name__ not in ("list", "set", "bytearray", "Endless")]
ZONES = sorted(available_timezones())
POLICIES = ("cron", "wall_clock", "skip", "shift")
NUMBERS = (
    0,
    1,
    5,
    59,
    60,
    10**6,
    10**18,
    -1,
    0.1,
    0.5,
    1e-6,
    1e-9,
    1e300,
    -0.0,
    float("nan"),
    float("inf"),
    1 << 5_000,
)


EVIL_MOMENTS = (EvilDate(2026, 1, 1), EvilDatetime(2026, 1, 1), EvilTime(9))


class Attempt(NamedTuple):
    """A call to make: its name in the summary, what to call, and with what."""

    name: str
    make: Callable[..., Trigger]
    arguments: dict[str, Any]


def some_settings(random: Random) -> dict[str, Any]:
    """Return a zone, and now and then a start, an end, jitter and a policy."""
    settings: dict[str, Any] = {"timezone": a_zone(random)}
    if random.random() < 0.3:
        settings["start_date"] = a_moment(random)
    if random.random() < 0.3:
        settings["end_date"] = a_moment(random)
    if random.random() < 0.2:
        settings["jitter"] = random.choice((*NUMBERS, *THINGS))
    if random.random() < 0.5:
        policy = random.choice(POLICIES)
        settings["dst_policy"] = almost(random, policy) if random.random() < 0.1 else policy
    return settings


def a_zone(random: Random) -> Any:
    """Return one that is mostly the name of a zone."""
    kind = random.randrange(20)
    if kind < 12:
        return random.choice(("UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/New_York"))
    if kind < 16:
        return random.choice(ZONES)
    if kind == 16:
        return almost(random, random.choice(ZONES))
    if kind == 17:
        return almost(random, random.choice(("+05:30", "-03:00", "+00:00:01")))
    return random.choice((*BROKEN_ZONES, *THINGS, timezone(timedelta(seconds=random.randint(-86_399, 86_399)))))


def a_moment(random: Random) -> Any:
    """Return one that is mostly a date or a datetime, or the text of one."""
    kind = random.randrange(12)
    at = near_today(random)
    if kind < 6:
        moment = random.choice((at, at.replace(tzinfo=UTC), at.date()))
        return almost(random, moment.isoformat()) if kind < 4 else moment
    if kind < 8:
        return random.choice((at, at.date())).strftime(random.choice(("%G-W%V-%u", "%Y%m%dT%H%M%S", "%Y-%m-%d %H:%M")))
    if kind == 8:
        return random.choice((datetime.min, datetime.max, date.min, date.max))
    if kind == 9:
        return at.replace(tzinfo=random.choice((*BROKEN_ZONES, timezone(timedelta(hours=23, minutes=59)))))
    return random.choice((*THINGS, *NUMBERS, None, *EVIL_MOMENTS))


def near_today(random: Random) -> datetime:
    """Return what a clock shows, mostly within five years."""
    if random.random() < 0.7:
        return datetime(2026, 1, 1) + timedelta(seconds=random.randrange(5 * 365 * 86_400))
    return datetime.min + timedelta(seconds=random.randrange(3_652_059 * 86_400))
