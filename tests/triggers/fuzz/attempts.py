"""Attempts: calls of triggers' constructors with arguments that are almost right, now and then entirely wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from random import Random
from typing import Any, NamedTuple
from zoneinfo import available_timezones

from tests.triggers.fuzz.mutation import almost
from tests.triggers.hostile.evil import BROKEN_ZONES, NO_INTEGERS, EvilFloat, EvilInt, EvilText
from tests.triggers.proof.random_expressions import random_expression
from tickwright.triggers.base import Trigger
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.date import DateTrigger
from tickwright.triggers.interval import IntervalTrigger

__all__ = ["Attempt", "random_attempt"]

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


class Attempt(NamedTuple):
    """A call to make: its name in the summary, what to call, and with what."""

    name: str
    make: Callable[..., Trigger]
    arguments: dict[str, Any]


def random_attempt(random: Random) -> Attempt:
    """Return one of any kind."""
    return random.choice((_crontab, _keywords, _interval, _date, _state))(random)


def _crontab(random: Random) -> Attempt:
    written = random_expression(random, _near(random)).written
    text = written if isinstance(written, str) else " ".join(map(str, written.values()))
    return Attempt("crontab", CronTrigger.from_crontab, {"expr": almost(random, text)} | _settings(random))


def _keywords(random: Random) -> Attempt:
    written = random_expression(random, _near(random)).written
    fields = (
        written if isinstance(written, dict) else dict(zip(CronTrigger.FIELD_NAMES[1:], written.split(), strict=False))
    )
    for name, value in fields.items():
        fields[name] = (
            almost(random, value) if isinstance(value, str) else value + random.choice((0, 0, -1, 60, 1 << 70))
        )
        if random.random() < 0.02:
            fields[name] = random.choice((*THINGS, *NUMBERS, EvilInt(5), EvilText(value)))
    return Attempt("keywords", CronTrigger, fields | _settings(random))


def _interval(random: Random) -> Attempt:
    parts: dict[str, Any] = {}
    for name in ("weeks", "days", "hours", "minutes", "seconds"):
        if random.random() < 0.3:
            parts[name] = random.choice((*NUMBERS, random.random() * 100, random.randrange(10**6), EvilFloat(2.5)))
    if random.random() < 0.1:
        parts["weeks"] = timedelta(random.choice((0, 1, -1, 10**6)), microseconds=random.randrange(10**6))
    if random.random() < 0.05:
        parts["seconds"] = random.choice((*THINGS, "5"))
    settings = _settings(random)
    settings.pop("dst_policy", None)
    return Attempt("interval", IntervalTrigger, parts | settings)


def _date(random: Random) -> Attempt:
    return Attempt("date", DateTrigger, {"run_date": _moment(random), "timezone": _zone(random)})


def _state(random: Random) -> Attempt:
    """Return the damaged state of a trigger, to be unpickled."""
    trigger: Any = random.choice(STORED)
    state = dict(trigger.__getstate__())
    for _ in range(random.randint(0, 2)):
        name = random.choice((*state, "version", "anchor", "expr", "hour", "start_date", "dst_policy"))
        if random.random() < 0.3:
            state.pop(name, None)
        else:
            value = state.get(name)
            state[name] = almost(random, value) if type(value) is str else random.choice((*THINGS, *NUMBERS, None))

    def restored(**state: Any) -> Trigger:
        again: Any = object.__new__(type(trigger))
        again.__setstate__(state)
        return again

    return Attempt("state", restored, state)


STORED = (
    CronTrigger.from_crontab("*/5 9-17 * * mon#1", "Europe/Berlin", start_date="2026-01-01", jitter=5),
    CronTrigger(day="last fri", hour=3, timezone="+05:30", dst_policy="shift"),
    IntervalTrigger(seconds=5, timezone="UTC").anchored(datetime(2026, 1, 1, tzinfo=UTC)),
    DateTrigger(timezone="America/New_York").anchored(datetime(2026, 1, 1, tzinfo=UTC)),
)


def _settings(random: Random) -> dict[str, Any]:
    settings: dict[str, Any] = {"timezone": _zone(random)}
    if random.random() < 0.3:
        settings["start_date"] = _moment(random)
    if random.random() < 0.3:
        settings["end_date"] = _moment(random)
    if random.random() < 0.2:
        settings["jitter"] = random.choice((*NUMBERS, *THINGS))
    if random.random() < 0.5:
        policy = random.choice(POLICIES)
        settings["dst_policy"] = almost(random, policy) if random.random() < 0.1 else policy
    return settings


def _zone(random: Random) -> Any:
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


def _moment(random: Random) -> Any:
    kind = random.randrange(12)
    at = _near(random)
    if kind < 6:
        moment = random.choice((at, at.replace(tzinfo=UTC), at.date()))
        return almost(random, moment.isoformat()) if kind < 4 else moment
    if kind < 8:
        return random.choice((at, at.date())).strftime(random.choice(("%G-W%V-%u", "%Y%m%dT%H%M%S", "%Y-%m-%d %H:%M")))
    if kind == 8:
        return random.choice((datetime.min, datetime.max, date.min, date.max))
    if kind == 9:
        return at.replace(tzinfo=random.choice((*BROKEN_ZONES, timezone(timedelta(hours=23, minutes=59)))))
    return random.choice((*THINGS, *NUMBERS, None))


def _near(random: Random) -> datetime:
    if random.random() < 0.7:
        return datetime(2026, 1, 1) + timedelta(seconds=random.randrange(5 * 365 * 86_400))
    return datetime.min + timedelta(seconds=random.randrange(3_652_059 * 86_400))
