"""Damaged pickles: states of triggers in which something is missing, foreign or of another kind."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.triggers.hostile.entries import refused, taken
from tests.triggers.hostile.evil import HUGE, NO_INTEGERS, EvilInt, EvilText
from tickwright.triggers.base import Trigger
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.date import DateTrigger
from tickwright.triggers.interval import IntervalTrigger

__all__ = ["ENTRIES", "no_version_fits"]

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CRONTAB = CronTrigger.from_crontab("*/5 * * * *", "UTC")
KEYWORDS = CronTrigger(hour=3, timezone="UTC")
INTERVAL = IntervalTrigger(seconds=5, timezone="UTC").anchored(NOW)
DATE = DateTrigger(timezone="UTC").anchored(NOW)

NO_STATES: list[object] = [None, 5, "state", b"", [], [1], [("version", 1)], ({}, {}), object(), HUGE]
NO_VERSIONS: list[object] = [*NO_INTEGERS, -1, 0, 2, HUGE, -HUGE, True, None, "1", 1.0, EvilInt(2), EvilInt(0)]
NO_ANCHORS: list[object] = [*NO_INTEGERS, "2026-01-01", HUGE, -HUGE, NOW]


def state_of(trigger: Trigger) -> Any:
    """Return a function that makes a trigger of this one's state with some of it changed."""
    state: Any = trigger.__getstate__()

    def stored(changes: Any) -> object:
        return restored(trigger, state | changes)

    return stored


def restored(trigger: Trigger, state: Any) -> object:
    """Return a trigger made as unpickling makes it."""
    again: Any = object.__new__(type(trigger))
    again.__setstate__(state)
    return again


def no_version_fits(trigger: Trigger) -> Any:
    """Return the entries that hold for the states of every trigger."""
    name, stored = type(trigger).__name__, state_of(trigger)
    yield from refused(
        f"state of {name}", lambda state: restored(trigger, state), {"state": NO_STATES, "version": [{}]}
    )
    yield from refused(f"version of {name}", lambda version: stored({"version": version}), {"version": NO_VERSIONS})
    yield from refused(
        f"state of {name}", stored, {"nonsense": [{"nonsense": 1}], "timezone": [{"timezone": "Mars/Phobos"}]}
    )


CRONTABS: dict[str, list[object]] = {
    "expression": [
        {"expr": None},
        {"expr": 5},
        {"expr": b"* * * * *"},
        {"expr": ""},
        {"expr": "x" * 10_000_000},
        {"expr": EvilText("x")},
    ],
    "minute": [{"expr": "60 * * * *"}],
    "dst_policy": [{"dst_policy": None}, {"dst_policy": "x"}],
    "end_date": [{"end_date": "x"}, {"start_date": "2026-01-02", "end_date": "2026-01-01"}],
    "jitter": [{"jitter": "x"}, {"jitter": -1}],
    "hour": [{"hour": "3"}],
}
FIELDS: dict[str, list[object]] = {
    "hour": [{"hour": 99}, {"hour": []}],
    "expression": [{"month": "2", "day": "30"}],
    "dst_policy": [{"dst_policy": None}],
}
INTERVALS: dict[str, list[object]] = {
    "anchor": [{"anchor": anchor} for anchor in NO_ANCHORS],
    "seconds": [{"seconds": 0}, {"seconds": "5"}],
}
DATES: dict[str, list[object]] = {
    "anchor": [{"anchor": anchor} for anchor in NO_ANCHORS],
    "run_date": [{"run_date": 5}, {"run_date": "x"}],
}
TAKEN: dict[str, list[object]] = {
    "a version is what it counts, whatever its class makes of it": [{"version": EvilInt(1)}],
}

ENTRIES = [
    *(entry for trigger in (CRONTAB, KEYWORDS, INTERVAL, DATE) for entry in no_version_fits(trigger)),
    *refused("state of a crontab", state_of(CRONTAB), CRONTABS),
    *refused("state of keywords", state_of(KEYWORDS), FIELDS),
    *refused("state of an interval", state_of(INTERVAL), INTERVALS),
    *refused("state of a date", state_of(DATE), DATES),
    *taken("state of a date", state_of(DATE), TAKEN),
]
