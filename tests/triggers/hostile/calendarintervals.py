"""Calendar intervals that are malformed or hostile, by the field to blame."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.triggers.hostile.entries import refused, taken
from tests.triggers.hostile.evil import HUGE, NO_INTEGERS, EvilInt
from tests.triggers.hostile.stored import NO_ANCHORS, no_version_fits, state_of
from tickwright.triggers.calendarinterval import CalendarIntervalTrigger

__all__ = ["ENTRIES"]

UNITS = ("years", "months", "weeks", "days")
TIMES = ("hour", "minute", "second")
NOWHERE: list[object] = [*NO_INTEGERS, None, 1.5, 1.0, float("nan"), float("inf"), Decimal(1), timedelta(1)]
NOWHERE += [-1, -HUGE, HUGE, 10**17, EvilInt(-5), True, "1", "1" * 10_000_000, b"1", [1], {}]
NO_TIMES: list[object] = [*NO_INTEGERS, None, 1.5, float("nan"), -1, 60, HUGE, -HUGE, EvilInt(99), True, "0"]
TOGETHER: dict[str, list[object]] = {
    "days": [{}, {"days": 0}, {"years": 0, "months": 0, "weeks": 0, "days": 0}, {"months": 1, "days": -1}],
    "years": [
        {"years": 9_000, "start_date": "2024-01-01"},
        {"years": 1, "start_date": "9999-01-01"},
        {"years": 9_998, "months": 12},
    ],
    "weeks": [{"weeks": 10**6}, {"weeks": 500_000, "start_date": "2024-01-01"}],
    "end_date": [
        {"days": 1, "start_date": "2026-01-02", "end_date": "2026-01-01"},
        {"days": 1, "start_date": "2026-01-01T12:00:00.000001", "end_date": "2026-01-01T12:00"},
    ],
    "hour": [{"days": 1, "hour": 24}, {"days": 1, "hour": 25}],
    "start_date": [{"days": 1, "start_date": datetime.min, "timezone": "+14:00"}],
}
TAKEN: dict[str, list[object]] = {
    "it is what the numbers say, whatever their class makes of them": [{"days": EvilInt(3)}],
    "the calendar has both of its ends": [{"days": 1, "start_date": "0001-01-01", "end_date": "9999-12-31"}],
}
STATES: dict[str, list[object]] = {
    "anchor": [
        {"anchor": anchor} for anchor in [*NO_ANCHORS, (), (1,), (1, 2, 3), (None, None), ("1", 2), (HUGE, HUGE)]
    ],
    "days": [{"days": "1"}, {"days": -1}],
    "start_date": [{"start_date": "x"}],
}
ANCHORED = CalendarIntervalTrigger(days=1, timezone="UTC").anchored(datetime(2026, 1, 1, tzinfo=UTC))


def made(arguments: dict[str, Any]) -> object:
    return CalendarIntervalTrigger(**{"timezone": "UTC", **arguments})


def made_with(name: str) -> Callable[[Any], object]:
    return lambda value: made({"days": 1, name: value})


ENTRIES = [
    *(entry for unit in UNITS for entry in refused(f"calendarinterval {unit}", made_with(unit), {unit: NOWHERE})),
    *(entry for part in TIMES for entry in refused(f"calendarinterval {part}", made_with(part), {part: NO_TIMES})),
    *refused("calendarinterval", made, TOGETHER),
    *taken("calendarinterval", made, TAKEN),
    *no_version_fits(ANCHORED),
    *refused("state of a calendar interval", state_of(ANCHORED), STATES),
]
