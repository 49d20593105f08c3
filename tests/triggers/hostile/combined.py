"""Triggers made of triggers: members and calendars that are malformed or hostile, by the field to blame."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from tests.triggers.hostile.entries import Large, refused, taken
from tests.triggers.hostile.evil import NO_TEXTS, BrokenZone, EvilDate, EvilDatetime, EvilText, EvilTime
from tests.triggers.hostile.settings import settings_of
from tests.triggers.hostile.stored import no_version_fits, state_of
from tickwright.triggers.base import Trigger
from tickwright.triggers.combining import AndTrigger, OrTrigger
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.exclude import ExcludeTrigger
from tickwright.triggers.interval import IntervalTrigger

__all__ = ["ENTRIES"]

DAILY = CronTrigger(hour=3, timezone="America/New_York")
HOURLY = IntervalTrigger(hours=1, timezone="America/New_York")
DAY = date(2026, 1, 1)


def _nested(depth: int) -> Trigger:
    trigger: Trigger = DAILY
    for _ in range(depth):
        trigger = OrTrigger([trigger])
    return trigger


MEMBERS: dict[str, list[object]] = {
    "triggers": [
        *NO_TEXTS,
        None,
        "cron",
        "* * * * *",
        EvilText("cron"),
        DAILY,
        {DAILY},
        {DAILY: DAILY},
        iter([DAILY]),
        [None],
        ["* * * * *"],
        [5],
        [CronTrigger],
        [[DAILY]],
        [DAILY, None],
        [DAILY, "* * * * *"],
        (DAILY, 5),
        [DAILY] * 1_001,
        [DAILY] * 1_000_000,
        [_nested(50)],
        [DAILY] * 10_000_000,
        [DAILY, "x" * 10_000_000],
        [OrTrigger([DAILY] * 600), OrTrigger([DAILY] * 600)],
        Large("x", 10_000_000),
    ],
}
TAKEN: dict[str, list[object]] = {
    "one member is enough": [[DAILY]],
    "a tuple is a list": [(DAILY, HOURLY)],
    "a member may be given twice": [[DAILY, DAILY]],
    "members may be nested": [[_nested(40)]],
}
BASES: dict[str, list[object]] = {
    "trigger": [*NO_TEXTS, None, "cron", "* * * * *", CronTrigger, [DAILY], _nested(50), Large("x", 10_000_000)],
}
# What lists no dates, and answers no `in` either.
CALENDARS: dict[str, list[object]] = {
    "calendar": [
        None,
        5,
        0.5,
        True,
        object(),
        len,
        "2026-01-01",
        "x",
        b"2026-01-01",
        EvilText("2026-01-01"),
        DAY,
        [5],
        [None],
        [b"2026-01-01"],
        ["x"],
        [""],
        ["2026-02-30"],
        ["2026-01-01T"],
        ["2026-01-01T09:00"],
        ["09:00"],
        ["25:00"],
        ["\u0662\u0660\u0662\u0666-01-01"],
        [datetime(2026, 1, 1)],
        [time(9)],
        [()],
        [(DAY,)],
        [(DAY, DAY, DAY)],
        [(DAY, None)],
        [(DAY, 5)],
        [(DAY, date(2025, 1, 1))],
        [("2026-01-02", "2026-01-01")],
        [(datetime(2026, 1, 1), datetime(2026, 1, 1))],
        [(datetime(2026, 1, 2), datetime(2026, 1, 1))],
        [(DAY, datetime(2026, 1, 2))],
        [(DAY, time(9))],
        [(time(9), time(9))],
        [("22:00", "22:00")],
        [("22:00", "x")],
        [("22:00", "24:00")],
        [("22:00+01:00", "06:00+01:00")],
        [[[DAY, DAY], [DAY, DAY]]],
        [{"start": DAY}],
        [datetime(2026, 1, 1, tzinfo=BrokenZone(RuntimeError()))],
        [(datetime(2026, 1, 1, tzinfo=BrokenZone(RuntimeError())), datetime(2026, 1, 2))],
        [EvilTime(9)],
        [EvilDatetime(2026, 1, 1)],
        [(EvilDate(2026, 1, 2), EvilDate(2026, 1, 1))],
        [(EvilDate(2026, 1, 1), EvilTime(9))],
        [(EvilTime(9), EvilTime(9))],
        [(EvilTime(9, tzinfo=UTC), EvilTime(17))],
        ["x" * 10_000_000],
        [EvilText("x")],
        [DAY] * 10_001,
        [DAY] * 10_000_000,
        ["2026-12-24" * 1_000_000],
        [["2026-12-24"] * 10_000_000],
        [0] * 5_000_000,
        Large("2026-01-01,", 1_000_000),
    ],
}
CALENDARS_TAKEN: dict[str, list[object]] = {
    "an empty list excludes nothing": [[], (), set(), frozenset()],
    "dates may be texts, and given twice": [["2026-01-01", DAY, DAY]],
    "a window is a pair of two of a kind": [
        [(DAY, DAY)],
        [["22:00", "06:00"]],
        [("2026-01-01T09:00", "2026-01-02T09:00")],
    ],
    "a date or a time is what it says, whatever its class makes of it": [
        [EvilDate(2026, 1, 1)],
        [(EvilDate(2026, 1, 1), DAY)],
        [(EvilTime(22), EvilTime(6))],
        [(EvilDatetime(2026, 1, 1), EvilDatetime(2026, 1, 2))],
    ],
    "whatever answers `in` is a calendar": [{DAY: "New Year"}],
}
STATES: dict[str, list[object]] = {
    "triggers": [{"triggers": None}, {"triggers": []}, {"triggers": [5]}, {"triggers": "x"}],
    "jitter": [{"jitter": "x"}],
}
EXCLUDE_STATES: dict[str, list[object]] = {
    "trigger": [{"trigger": None}, {"trigger": "x"}],
    "calendar": [{"calendar": 5}, {"calendar": [5]}],
    "jitter": [{"jitter": "x"}],
}


def _exclude(calendar: Any) -> object:
    return ExcludeTrigger(DAILY, calendar)


def _exclude_from(trigger: Any) -> object:
    return ExcludeTrigger(trigger, [DAY])


ENTRIES = [
    *refused("and", AndTrigger, MEMBERS),
    *refused("or", OrTrigger, MEMBERS),
    *taken("and", AndTrigger, TAKEN),
    *taken("or", OrTrigger, TAKEN),
    *refused("exclude", _exclude, CALENDARS),
    *taken("exclude", _exclude, CALENDARS_TAKEN),
    *refused("exclude from", _exclude_from, BASES),
    *settings_of("and", AndTrigger, {"triggers": [DAILY]}, (), ("jitter",)),
    *settings_of("or", OrTrigger, {"triggers": [DAILY]}, (), ("jitter",)),
    *settings_of("exclude", ExcludeTrigger, {"trigger": DAILY, "calendar": [DAY]}, (), ("timezone", "jitter")),
    *no_version_fits(AndTrigger([DAILY])),
    *no_version_fits(OrTrigger([DAILY, HOURLY])),
    *no_version_fits(ExcludeTrigger(DAILY, [DAY])),
    *refused("state of an and", state_of(AndTrigger([DAILY])), STATES),
    *refused("state of an or", state_of(OrTrigger([DAILY])), STATES),
    *refused("state of an exclude", state_of(ExcludeTrigger(DAILY, [DAY])), EXCLUDE_STATES),
]
