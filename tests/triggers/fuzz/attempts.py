"""Attempts: calls of triggers' constructors with arguments that are almost right, now and then entirely wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any

from tests.triggers.fuzz.composed import COMPOSED
from tests.triggers.fuzz.ingredients import NUMBERS, THINGS, Attempt
from tests.triggers.fuzz.mutation import almost
from tests.triggers.fuzz.recurrences import RECURRENCES
from tests.triggers.fuzz.singles import SINGLES
from tickwright.triggers.base import Trigger
from tickwright.triggers.calendarinterval import CalendarIntervalTrigger
from tickwright.triggers.combining import AndTrigger, OrTrigger
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.date import DateTrigger
from tickwright.triggers.exclude import ExcludeTrigger
from tickwright.triggers.interval import IntervalTrigger
from tickwright.triggers.rrule import RRuleTrigger

__all__ = ["KINDS", "random_attempt"]


def random_attempt(random: Random) -> Attempt:
    """Return one of any kind."""
    return random.choice(KINDS)(random)


def _state(random: Random) -> Attempt:
    """Return the damaged state of a trigger, to be unpickled."""
    trigger: Any = random.choice(STORED)
    state = dict(trigger.__getstate__())
    for _ in range(random.randint(0, 2)):
        name = random.choice(
            (*state, "version", "anchor", "expr", "hour", "start_date", "dst_policy", "ends", "triggers", "calendar")
        )
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
    CalendarIntervalTrigger(months=1, hour=9, timezone="Europe/Berlin").anchored(datetime(2026, 1, 31, tzinfo=UTC)),
    RRuleTrigger("FREQ=MONTHLY;BYDAY=-1FR;COUNT=9", timezone="UTC").anchored(datetime(2026, 1, 1, tzinfo=UTC)),
    AndTrigger([IntervalTrigger(seconds=7, timezone="UTC"), CronTrigger(hour=3, timezone="UTC")], jitter=5),
    OrTrigger([CronTrigger(hour=3, timezone="UTC"), CronTrigger(hour=5, timezone="UTC")]),
    ExcludeTrigger(CronTrigger(hour=3, timezone="UTC"), ["2026-12-24", ("22:00", "06:00")]),
)
STORED_NAMES = ("version", "anchor", "ends", "expr", "hour", "start_date", "dst_policy", "rule", "triggers", "calendar")
KINDS = (*SINGLES, *RECURRENCES, *COMPOSED, _state)
