"""Intervals that are malformed or hostile, by the field to blame."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.triggers.hostile.entries import refused, taken
from tests.triggers.hostile.evil import HUGE, NO_NUMBERS, EvilFloat, EvilInt
from tickwright.triggers.interval import IntervalTrigger

__all__ = ["ENTRIES"]

INFINITY, NAN = float("inf"), float("nan")
UNITS = ("weeks", "days", "hours", "minutes", "seconds")
NOWHERE: list[object] = [
    *NO_NUMBERS,
    None,
    -1,
    -0.5,
    -HUGE,
    HUGE,
    10**17,
    NAN,
    INFINITY,
    -INFINITY,
    1.7e308,
    5e-324,
    EvilInt(-5),
    EvilFloat(-0.5),
    EvilFloat("nan"),
    EvilFloat("inf"),
]
FIRST: dict[str, list[object]] = {
    "interval": [timedelta(0), timedelta(-1), timedelta.min, timedelta.max, timedelta(microseconds=-1)],
}
TOGETHER: dict[str, list[object]] = {
    "seconds": [
        {},
        {"seconds": 0},
        {"seconds": 0.0},
        {"seconds": 1e-7},
        {"seconds": 4e-7},
        {"minutes": 5, "seconds": -1},
        {"days": 1, "seconds": "x"},
        {"seconds": 1, "start_date": "9999-12-31T23:59:59.999999Z"},
        {"seconds": 10**11, "start_date": "9000-01-01"},
    ],
    "days": [
        {"days": 4_000_000},
        {"days": 100_000_000},
        {"days": 400_000, "start_date": "9000-01-01"},
        {"weeks": timedelta(1), "days": 1},
        {"weeks": timedelta(1), "days": NAN},
    ],
    "weeks": [{"weeks": 1e308, "days": 1e308}, {"weeks": 10**6, "seconds": 1}],
    "hours": [{"weeks": timedelta(1), "hours": -1}],
    "end_date": [
        {"seconds": 1, "start_date": "2026-01-02", "end_date": "2026-01-01"},
        {"seconds": 1, "start_date": "2026-01-01T00:00:00.000001", "end_date": "2026-01-01"},
    ],
    "start_time": [{"seconds": 1, "start_time": "2026-01-01"}],
    "milliseconds": [{"milliseconds": 5}],
}
TAKEN: dict[str, list[object]] = {
    "more than half a microsecond is rounded up to one": [{"seconds": 6e-7}],
    "a fraction is exact": [{"seconds": 0.1}, {"weeks": 1 / 3}],
    "parts add up, also where one is 0": [{"days": 0, "seconds": 1}, {"hours": -0.0, "seconds": 1}],
    "an interval may be almost as long as the calendar": [{"days": 3_652_058}],
    "a timedelta is taken first": [{"weeks": timedelta(1)}, {"weeks": timedelta(microseconds=1)}],
    "a number is what it counts, whatever its class makes of it": [{"hours": EvilInt(5), "seconds": EvilFloat(0.5)}],
}


def interval(arguments: Any) -> object:
    """Hand over the arguments."""
    return IntervalTrigger(**{"timezone": "UTC", **arguments})


def _unit(name: str) -> Any:
    return lambda value: interval({name: value})


ENTRIES = [
    *(entry for name in UNITS for entry in refused(name, _unit(name), {name: NOWHERE})),
    *refused("first", lambda value: IntervalTrigger(value, timezone="UTC"), FIRST),
    *refused("interval", interval, TOGETHER),
    *taken("interval", interval, TAKEN),
]
