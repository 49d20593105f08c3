"""Zones, dates, jitter and policies that are malformed or hostile, for every trigger that takes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from tests.triggers.hostile.entries import Entry, Large, refused, taken
from tests.triggers.hostile.evil import (
    BROKEN_ZONES,
    HUGE,
    NO_DATES,
    NO_NUMBERS,
    NO_TEXTS,
    BrokenZone,
    EvilDate,
    EvilDatetime,
    EvilFloat,
    EvilInt,
    EvilText,
    EvilTime,
)

__all__ = ["DATES", "JITTERS", "POLICIES", "ZONES", "settings_of"]

INFINITY, NAN = float("inf"), float("nan")
ZONES: list[object] = [
    *NO_TEXTS,
    HUGE,
    *BROKEN_ZONES,
    EvilText("Mars/Phobos"),
    "",
    " ",
    ".",
    "..",
    "/",
    "../UTC",
    "../../etc/passwd",
    "/etc/localtime",
    "/usr/share/zoneinfo/UTC",
    "Europe",
    "Europe/",
    "Europe//Berlin",
    "./Europe/Berlin",
    "Europe/../UTC",
    "Europe/Berlin/",
    " Europe/Berlin",
    "Europe/Berlin\n",
    "Europe/Berlin\x00",
    "Europe\\Berlin",
    "europe/berlin",
    "utc",
    "Mars/Phobos",
    "tzdata.zi",
    "zone.tab",
    "posixrules ",
    "CON",
    "Europe/Z\u00fcrich",
    "\u202eUTC",
    "\ud800",
    "\x00",
    "%s",
    "+25:00",
    "+24:00",
    "+99:99",
    "-24:00",
    "+",
    "+1",
    "+two",
    "+01:00:00:00",
    "+01:00Z",
    "+0\u0661:00",
    Large("A", 255),
    Large("a/", 120),
    Large("../", 80, "etc/passwd"),
    Large("A", 10_000_000),
    Large("+", 10_000_000),
]
DATES: list[object] = [
    *NO_DATES,
    EvilText("not a date"),
    "",
    " ",
    "x",
    "now",
    "tomorrow",
    "None",
    "0",
    "20",
    "2026",
    "2026-1-1",
    "2026-13-01",
    "2026-00-01",
    "2026-02-30",
    "2027-02-29",
    "2026-01-32",
    "0000-01-01",
    "10000-01-01",
    "-2026-01-01",
    "+2026-01-01",
    "26-01-01",
    "01/02/2026",
    "2026/01/02",
    "2026-01-01T",
    "2026-01-01T25:00",
    "2026-01-01T23:60",
    "2026-01-01T23:59:60",
    "2026-01-01 12:00 Europe/Berlin",
    "2026-01-01T12:00:00+24:00",
    "2026-01-01T12:00:00+99:00",
    "2026-01-01T12:00:00+1",
    "2026-01-01T12:00:00ZZ",
    "2026-01-01T12:00:00+01:00:00:00",
    "2026-01-01T12:00:00+01:00:00.5",
    "2026-01-01T12:00:00.+01:00",
    "2026-01-01T12:00:00:5",
    "2026-01-01T12.5",
    "2026-01-01T12:00:00 +01:00",
    "2026-01-01x12:00",
    "2026-01-01\ud80012:00",
    "2026-001",
    "2026-W54-1",
    "2026-W00-1",
    "2026-W01-8",
    "2026-01-01\n",
    "2026-01-01\x00",
    " 2026-01-01",
    "\u0662\u0660\u0662\u0666-01-01",
    "2026\u201301\u201301",
    "\ud8002026-01-01",
    "1767225600",
    "1e9",
    "P1D",
    Large("2026-01-01", 7),
    Large("0", 10_000_000),
    Large("2026-01-01T", 1, "0" * 10_000_000),
    # the calendar ends before these do in UTC
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00",
    datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
    # their zones know no answer
    *(datetime(2026, 1, 1, tzinfo=zone) for zone in BROKEN_ZONES[1:8]),
    EvilDatetime(2026, 1, 1, tzinfo=BrokenZone(RuntimeError())),
    EvilTime(9),
]
DATES_TAKEN: dict[str, list[object]] = {
    "a date is its midnight": [date(2026, 1, 1), date.min, "2026-01-01", "20260101", "2026-W01-4"],
    "a week is its Monday": ["2026-W01"],
    "a blank may stand for the T, as in RFC 3339": ["2026-01-01 12:00"],
    "fractions of a second are cut to microseconds": ["2026-01-01T12:00:00.123456789"],
    "a time that the clock leaves out is the first instant after the gap": [datetime(2026, 3, 8, 2, 30)],
    "a time that the clock shows twice is the first of them": [datetime(2026, 11, 1, 1, 30)],
    "an offset may have seconds": ["2026-01-01T12:00:00+01:02:03"],
    "a zone without an offset leaves it naive, as the datetime module has it": [
        datetime(2026, 1, 1, tzinfo=BrokenZone(None))
    ],
    "a datetime is what it counts, whatever its class makes of it": [EvilDatetime(2026, 1, 1, tzinfo=UTC)],
    "a date is the day it names, whatever its class makes of it": [EvilDate(2026, 1, 1)],
    "a text is what its characters say, whatever its class makes of them": [EvilText("2026-01-01")],
}
JITTERS: list[object] = [
    *NO_NUMBERS,
    -1,
    -0.001,
    -HUGE,
    HUGE,
    NAN,
    INFINITY,
    -INFINITY,
    1e300,
    3_162_240_001,
    EvilInt(-1),
    EvilFloat(-1.0),
    EvilFloat("nan"),
]
POLICIES: list[object] = [
    *NO_TEXTS,
    None,
    HUGE,
    EvilText("standard"),
    "",
    " ",
    "CRON",
    "cron ",
    "Cron",
    "wall-clock",
    "wallclock",
    "skip,shift",
    "standard",
    "\u0455kip",
    "skip\x00",
    "\ud800",
    Large("skip", 2_500_000),
]
WRONG = {"timezone": ZONES, "jitter": JITTERS, "dst_policy": POLICIES}
TAKEN: dict[str, dict[str, list[object]]] = {
    "timezone": {
        "an offset may have seconds, as zones had": ["+00:53:28", "-00:00:01"],
        "a text is what its characters say, whatever its class makes of them": [EvilText("Europe/Berlin")],
        "no zone is the machine's own": [None],
    },
    "jitter": {
        "no jitter is none": [None, 0, 0.0, -0.0],
        "a number is what it counts, whatever its class makes of it": [EvilInt(5), EvilFloat(2.5)],
    },
    "dst_policy": {
        "a text is what its characters say, whatever its class makes of them": [EvilText("skip")],
    },
}


def settings_of(
    way: str, make: Callable[..., object], given: dict[str, Any], dates: tuple[str, ...], others: tuple[str, ...]
) -> Iterator[Entry]:
    """Return the entries for the settings that a trigger takes; `given` is what it takes beside them."""
    if "timezone" in others:
        given = {"timezone": "America/New_York"} | given

    def call(name: str) -> Callable[[Any], object]:
        return lambda value: make(**{**given, name: value})

    for name in others:
        yield from refused(f"{way} {name}", call(name), {name: WRONG[name]})
        yield from taken(f"{way} {name}", call(name), TAKEN[name])
    for name in dates:
        yield from refused(f"{way} {name}", call(name), {name: DATES})
        yield from taken(f"{way} {name}", call(name), DATES_TAKEN)
