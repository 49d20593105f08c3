"""Recurrence rules that are malformed or hostile, by the field to blame."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dateutil import rrule as dateutil

from tests.triggers.hostile.entries import Large, refused, taken
from tests.triggers.hostile.evil import HUGE, NO_TEXTS, EvilInt, EvilText
from tests.triggers.hostile.settings import settings_of
from tests.triggers.hostile.stored import NO_ANCHORS, no_version_fits, state_of
from tickwright.triggers.rrule import RRuleTrigger

__all__ = ["ENTRIES"]

START = datetime(2026, 1, 30, 9)


def handed_set(name: str, values: list[Any]) -> dateutil.rruleset:
    """Return a set of python-dateutil's with something in one of its lists, which it does not check."""
    recurrences = dateutil.rruleset()
    getattr(recurrences, f"_{name}").extend(values)
    return recurrences


HANDED = [
    dateutil.rrule(dateutil.YEARLY, dtstart=START, byyearday=range(5_000_000)),
    dateutil.rrule(dateutil.DAILY, dtstart=START, interval=10**30),
    dateutil.rrule(dateutil.DAILY, dtstart=START, byhour=()),
    dateutil.rruleset(),
    handed_set("rdate", [START] * 10_001),
    handed_set("rrule", [dateutil.rrule(dateutil.DAILY, dtstart=START)] * 101),
    handed_set("rrule", [5]),
]
# From the 30th of January 2026 on, a Friday, at 09:00:00: found by the cycles, where a search would take long.
NEVER = [
    "FREQ=YEARLY;BYYEARDAY=1;BYMONTH=12",
    "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=8",
    "FREQ=DAILY;INTERVAL=21;BYDAY=MO,WE",
    "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=YEARLY;INTERVAL=100;BYYEARDAY=366",
    "FREQ=MONTHLY;INTERVAL=12;BYMONTH=2",
    "FREQ=HOURLY;INTERVAL=168;BYDAY=MO",
    "FREQ=MINUTELY;INTERVAL=10080;BYDAY=MO",
    "FREQ=SECONDLY;INTERVAL=2;BYSECOND=31",
    "FREQ=SECONDLY;BYSETPOS=-2",
    "FREQ=YEARLY;BYDAY=MO;BYSETPOS=54",
]
SELDOM = [
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
    "FREQ=YEARLY;INTERVAL=4000",
    "FREQ=WEEKLY;INTERVAL=100000",
    "FREQ=YEARLY;BYEASTER=0;BYYEARDAY=82;BYMONTHDAY=22",
    "FREQ=SECONDLY;INTERVAL=86399;BYHOUR=0;BYMINUTE=0;BYSECOND=1",
]
REFUSED: dict[str, list[object]] = {
    "rule": [
        *NO_TEXTS,
        None,
        HUGE,
        EvilInt(5),
        EvilText("FREQ=NEVER"),
        "",
        " ",
        "\x00",
        "x",
        ";",
        "=",
        "FREQ",
        "FREQ=",
        "FREQ=;",
        "FREQ=FORTNIGHTLY",
        "FREQ=DAILY;",
        ";FREQ=DAILY",
        "FREQ=DAILY;;COUNT=1",
        "FREQ=DAILY FREQ=DAILY",
        "FREQ=DAILY;FREQ=WEEKLY",
        "FREQ = DAILY",
        " FREQ=DAILY",
        "FREQ=DAILY\x00",
        "FREQ=DA\u0130LY",
        "FREQ=DAILY;COUNT=\u0665",
        "INTERVAL=1",
        "COUNT=5",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;INTERVAL=1.5",
        "FREQ=DAILY;INTERVAL=x",
        "FREQ=DAILY;INTERVAL=99999999999999999999",
        "FREQ=YEARLY;INTERVAL=10000",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=-1",
        "FREQ=DAILY;COUNT=x",
        "FREQ=DAILY;COUNT=" + "9" * 900,
        "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=-1;COUNT=100000",
        [f"FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=-1;INTERVAL={n};COUNT=50000" for n in range(1, 100)],
        "FREQ=DAILY;COUNT=1;UNTIL=20270101T000000",
        "FREQ=DAILY;UNTIL=x",
        "FREQ=DAILY;UNTIL=20261301T000000",
        "FREQ=DAILY;UNTIL=20260230T000000",
        "FREQ=DAILY;UNTIL=tomorrow",
        "FREQ=DAILY;BYMONTH=0",
        "FREQ=DAILY;BYMONTH=13",
        "FREQ=DAILY;BYMONTH=JAN",
        "FREQ=DAILY;BYMONTH=1,,2",
        "FREQ=DAILY;BYMONTH=1-3",
        "FREQ=DAILY;BYMONTHDAY=0",
        "FREQ=DAILY;BYMONTHDAY=32",
        "FREQ=DAILY;BYMONTHDAY=-32",
        "FREQ=DAILY;BYYEARDAY=0",
        "FREQ=DAILY;BYYEARDAY=367",
        "FREQ=YEARLY;BYWEEKNO=0",
        "FREQ=YEARLY;BYWEEKNO=54",
        "FREQ=DAILY;BYDAY=XX",
        "FREQ=DAILY;BYDAY=MON",
        "FREQ=DAILY;BYDAY=MO-FR",
        "FREQ=DAILY;BYDAY=0MO",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=MONTHLY;BYDAY=-6MO",
        "FREQ=YEARLY;BYDAY=54MO",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=DAILY;BYHOUR=24",
        "FREQ=DAILY;BYMINUTE=60",
        "FREQ=DAILY;BYSECOND=60",
        "FREQ=DAILY;BYSECOND=-1",
        "FREQ=DAILY;BYSETPOS=0",
        "FREQ=DAILY;BYSETPOS=367",
        "FREQ=DAILY;WKST=XX",
        "FREQ=DAILY;X-OWN=1",
        "FREQ=DAILY;RSCALE=CHINESE",
        "RRULE:",
        "RRULE",
        "RRULE:RRULE:FREQ=DAILY",
        "RRULE;X=:FREQ=NEVER",
        "BEGIN:VEVENT",
        "EXRULE:FREQ=DAILY",
        "EXDATE:20260101T000000",
        "RDATE:",
        "RDATE:x",
        "RDATE:20260101T000000,",
        "DTSTART:20260101T000000",
        "DTSTART:x\nRRULE:FREQ=DAILY",
        "DTSTART:20260101T000000,20270101T000000\nRRULE:FREQ=DAILY",
        "DTSTART:20260101T000000\nDTSTART:20260101T000000\nRRULE:FREQ=DAILY",
        "DTSTART;TZID=Mars/Phobos:20260101T000000\nRRULE:FREQ=DAILY",
        "DTSTART;TZID=../UTC:20260101T000000\nRRULE:FREQ=DAILY",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        ["RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "EXDATE:20260805T230000,20301126T001223"],
        ["RRULE:FREQ=MONTHLY;INTERVAL=3;BYMONTH=1;BYMONTHDAY=32", "EXRULE:FREQ=WEEKLY"],
        "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=4,6,9,11",
        *NEVER,
        "0 0 * * *",
        "P1D",
        "R5/2026-01-01/P1D",
        Large("FREQ=DAILY;", 1_000_000),
        Large("x", 10_000_000),
        Large("FREQ=DAILY;BYSECOND=", 1, "1," * 5_000_000),
        Large("FREQ=DAILY;COUNT=", 1, "9" * 10_000_000),
        Large("RRULE:FREQ=DAILY\n", 600_000),
        Large("\n ", 5_000_000),
        Large("\u202e", 3_000_000),
        Large("RRULE;", 160),
        Large('RRULE;X="', 100),
        [5],
        [None],
        ["FREQ=DAILY", b"FREQ=DAILY"],
        ["RRULE:FREQ=DAILY"] * 100_000,
        [["FREQ=DAILY"]],
        ["x" * 10_000_000],
        [EvilText("FREQ=NEVER")],
        [""],
        ["RRULE:FREQ=DAILY;" + "X" * 10_000_000],
        [f"RDATE:{','.join(['20260106'] * 100)}"] * 101,
        *HANDED,
    ],
}
TAKEN: dict[str, list[object]] = {
    "letters count in any case": ["freq=daily", "Rrule:Freq=Weekly;ByDay=mo"],
    "a COUNT may be more than the calendar has": [
        "FREQ=DAILY;COUNT=999999999",
        "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=-1;COUNT=999999999",
        [f"FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=-1;INTERVAL={n};COUNT=999999999" for n in range(1, 20)],
    ],
    "a rule may follow its name": ["RRULE:FREQ=DAILY"],
    "numbers may have a sign and leading zeros": ["FREQ=MONTHLY;BYMONTHDAY=+01", "FREQ=MONTHLY;BYDAY=+1MO"],
    "long lines may be folded": ["RRULE:FREQ=DAI\n LY"],
    "a text is what its characters say, whatever its class makes of them": [EvilText("FREQ=DAILY")],
}
STARTS: dict[str, list[object]] = {
    "dtstart": [
        {"rule": "DTSTART:20260101T000000\nRRULE:FREQ=DAILY", "dtstart": "2026-01-02"},
    ],
    "timezone": [
        {"rule": "DTSTART;TZID=Europe/Berlin:20260101T000000\nRRULE:FREQ=DAILY", "timezone": "Asia/Tokyo"},
    ],
    "rule": [
        {"rule": "FREQ=DAILY;UNTIL=20250101T000000", "dtstart": START},
        {"rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=1;INTERVAL=9999", "dtstart": datetime(2027, 1, 1)},
    ],
    "until": [{"rule": "FREQ=DAILY", "until": START}],
}
STATES: dict[str, list[object]] = {
    "rule": [{"rule": None}, {"rule": 5}, {"rule": "x"}, {"rule": "x" * 10_000_000}],
    "dst_policy": [{"dst_policy": None}],
    "anchor": [{"anchor": anchor} for anchor in NO_ANCHORS],
    "ends": [{"ends": None}, {"ends": 5}, {"ends": ("x",)}, {"ends": (HUGE,)}, {"ends": (5, 6, 7)}],
}


def rrule(value: Any) -> object:
    """Hand over the rule."""
    return RRuleTrigger(value, START, "UTC")


def _what_comes_next(value: Any) -> object:
    return RRuleTrigger(value, START, "UTC").next(1, after=START.replace(day=31, tzinfo=UTC))


def _together(arguments: Any) -> object:
    return RRuleTrigger(**arguments)


STORED = RRuleTrigger("FREQ=MONTHLY;BYDAY=-1FR", START, "UTC")

ENTRIES = [
    *refused("rrule", rrule, REFUSED),
    *taken("rrule", rrule, TAKEN),
    *taken("rrule, asked", _what_comes_next, {"it fires, though seldom": SELDOM}),
    *refused("rrule with a start", _together, STARTS),
    *settings_of("rrule", RRuleTrigger, {"rule": "FREQ=DAILY"}, ("dtstart",), ("timezone", "jitter", "dst_policy")),
    *no_version_fits(STORED),
    *refused("state of a rule", state_of(STORED), STATES),
]
