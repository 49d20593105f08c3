"""Keyword fields of cron triggers that are malformed or hostile, by the field to blame."""

from __future__ import annotations

from typing import Any

from tests.triggers.hostile.entries import Large, refused, taken
from tests.triggers.hostile.evil import HUGE, NO_INTEGERS, EvilFloat, EvilInt, EvilText
from tickwright.triggers.cron import CronTrigger

__all__ = ["ENTRIES"]

NAN = float("nan")
# What no field takes.
NOWHERE: list[object] = [
    *NO_INTEGERS,
    -1,
    -HUGE,
    HUGE,
    10_000,
    NAN,
    5.0,
    EvilInt(-1),
    EvilFloat(5.0),
    EvilText("x"),
    "",
    " ",
    ",",
    "x",
    "*/0",
    "**",
    "1-",
    "-1",
    "\u0665",
    "\ud800",
    "\x00",
    "1e1",
    "?",
    "#1",
    "5\n",
    Large("1,", 5_000_000),
    Large(" ", 10_000_000),
    Large("9", 10_000_000),
    Large("9", 999),
    Large(",", 1_000),
]
FIELDS: dict[str, list[object]] = {
    "year": [*NOWHERE, 0, 1969, "1969", "9999-1970", "1970-10000", "26"],
    "month": [*NOWHERE, 0, 13, "13", "dec-jan", "january", "mon"],
    "week": [*NOWHERE, 0, 54, "0-53", "mon"],
    "day": [
        *NOWHERE,
        0,
        32,
        "31-1",
        "L",
        "LW",
        "15W",
        "1st",
        "0th mon",
        "6th mon",
        "1th mon",
        "2st fri",
        "first mon",
        "1st monday",
        "1st 5",
        "mon",
        "last last",
        "last mon x",
        "last-1",
        "2nd fri-sun",
        "1st mon tue",
        "last\u00a0mon",
        "la\u017ft",
        "last/2",
        Large("1st mon,", 120, "x"),
    ],
    "day_of_week": [*NOWHERE, 7, "7", "sun-mon", "6-0", "monday", "jan", "mon#1", "fril", "L", "last"],
    "hour": [*NOWHERE, 24, "24", "23-0", "noon", "9-17h"],
    "minute": [*NOWHERE, 60, "60", "59-0", "*/5x", "5x"],
    "second": [*NOWHERE, 60, "60", "59-0", "0.5"],
}
TAKEN: dict[str, list[object]] = {
    "blanks around commas do not count": [{"minute": " 1 ,\t2 "}, {"day": " 1st  mon , 3rd\tMON "}],
    "a number may be a text": [{"minute": "5"}, {"year": "2027"}, {"day_of_week": "0"}],
    "a number is what it counts, whatever its class makes of it": [{"minute": EvilInt(5)}, {"day_of_week": EvilInt(6)}],
    "a text is what its characters say, whatever its class makes of them": [
        {"hour": EvilText("5")},
        {"day": EvilText("last fri")},
    ],
    "week 53 comes every five or six years": [{"week": 53}],
    "a year may be over": [{"year": 1970}],
    "a year may be far": [{"year": 9999}],
    "no field at all is every second": [{}],
}
TOGETHER: dict[str, list[object]] = {
    "expression": [
        {"month": 2, "day": 30},
        {"month": "4,6,9,11", "day": 31},
        {"year": 2027, "month": 2, "day": 29},
        {"year": "2027,2029-2031", "month": 2, "day": 29},
        {"week": 10, "month": 7},
        {"week": 53, "month": "3-11"},
        {"year": 2027, "week": 53, "month": 12},
        {"year": 2100, "month": 2, "day": 29},
        {"month": 2, "day": "5th mon", "year": 2027},
    ],
    "day": [{"day": "x", "month": 2}],
}


def cron(fields: Any) -> object:
    """Hand over the fields."""
    return CronTrigger(**{"timezone": "UTC", **fields})


def _field(name: str) -> Any:
    return lambda value: cron({name: value})


ENTRIES = [
    *(entry for name, values in FIELDS.items() for entry in refused(name, _field(name), {name: values})),
    *refused("cron", cron, TOGETHER),
    *taken("cron", cron, TAKEN),
]
