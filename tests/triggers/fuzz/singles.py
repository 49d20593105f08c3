"""Single triggers: attempts at cron, intervals, calendar intervals and dates."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from tests.triggers.fuzz.ingredients import NUMBERS, THINGS, Attempt, a_moment, a_zone, near_today, some_settings
from tests.triggers.fuzz.mutation import almost
from tests.triggers.hostile.evil import EvilFloat, EvilInt, EvilText
from tests.triggers.proof.random_expressions import random_expression
from tickwright.triggers.calendarinterval import CalendarIntervalTrigger
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.date import DateTrigger
from tickwright.triggers.interval import IntervalTrigger

__all__ = ["SINGLES"]


def _crontab(random: Random) -> Attempt:
    written = random_expression(random, near_today(random)).written
    text = written if isinstance(written, str) else " ".join(map(str, written.values()))
    return Attempt("crontab", CronTrigger.from_crontab, {"expr": almost(random, text)} | some_settings(random))


def _keywords(random: Random) -> Attempt:
    written = random_expression(random, near_today(random)).written
    fields = (
        written if isinstance(written, dict) else dict(zip(CronTrigger.FIELD_NAMES[1:], written.split(), strict=False))
    )
    for name, value in fields.items():
        fields[name] = (
            almost(random, value) if isinstance(value, str) else value + random.choice((0, 0, -1, 60, 1 << 70))
        )
        if random.random() < 0.02:
            fields[name] = random.choice((*THINGS, *NUMBERS, EvilInt(5), EvilText(value)))
    return Attempt("keywords", CronTrigger, fields | some_settings(random))


def _interval(random: Random) -> Attempt:
    parts: dict[str, Any] = {}
    for name in ("weeks", "days", "hours", "minutes", "seconds"):
        if random.random() < 0.3:
            parts[name] = random.choice((*NUMBERS, random.random() * 100, random.randrange(10**6), EvilFloat(2.5)))
    if random.random() < 0.1:
        parts["weeks"] = timedelta(random.choice((0, 1, -1, 10**6)), microseconds=random.randrange(10**6))
    if random.random() < 0.05:
        parts["seconds"] = random.choice((*THINGS, "5"))
    settings = some_settings(random)
    settings.pop("dst_policy", None)
    return Attempt("interval", IntervalTrigger, parts | settings)


def _date(random: Random) -> Attempt:
    return Attempt("date", DateTrigger, {"run_date": a_moment(random), "timezone": a_zone(random)})


def _calendar_interval(random: Random) -> Attempt:
    arguments: dict[str, Any] = {}
    for name in ("years", "months", "weeks", "days"):
        if random.random() < 0.4:
            arguments[name] = random.choice((1, 2, 3, 5, 12, random.randrange(100), random.randrange(10_000)))
    for name, units in (("hour", 24), ("minute", 60), ("second", 60)):
        if random.random() < 0.5:
            arguments[name] = random.randrange(units)
    if random.random() < 0.1:
        name = random.choice(("years", "months", "weeks", "days", "hour", "minute", "second"))
        arguments[name] = random.choice((*THINGS, *NUMBERS, "5", EvilInt(5), EvilFloat(2.5)))
    return Attempt("calendar interval", CalendarIntervalTrigger, arguments | some_settings(random))


SINGLES = (_crontab, _keywords, _interval, _calendar_interval, _date)
"""Each returns an attempt."""
