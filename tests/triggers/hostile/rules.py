"""Recurrence rules that are malformed or hostile, by the field to blame."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.triggers.hostile.entries import Large, refused, taken
from tests.triggers.hostile.evil import HUGE, NO_TEXTS, EvilText
from tests.triggers.hostile.stored import NO_ANCHORS, no_version_fits, state_of
from tickwright.triggers.rrule import RRuleTrigger

__all__ = ["ENTRIES"]

BY_PARTS = ("BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYHOUR", "BYMINUTE", "BYSECOND", "BYSETPOS", "BYEASTER")
RULES: list[object] = [
    *NO_TEXTS,
    None,
    HUGE,
    EvilText("FREQ=NEVER"),
    "",
    " ",
    ";",
    "=",
    "FREQ",
    "FREQ=",
    "FREQ=NEVER",
    "FREQ=DAILY;",
    "FREQ=DAILY;;",
    "FREQ=DAILY;FREQ=DAILY",
    "FREQ=DAILY INTERVAL=2",
    "FREQ=DAILY;INTERVAL=0",
    "FREQ=DAILY;INTERVAL=-1",
    "FREQ=DAILY;INTERVAL=1.5",
    "FREQ=DAILY;INTERVAL=99999999999999999999",
    "FREQ=DAILY;COUNT=0",
    "FREQ=DAILY;COUNT=-1",
    "FREQ=DAILY;COUNT=2;UNTIL=20300101",
    "FREQ=DAILY;UNTIL=x",
    "FREQ=DAILY;UNTIL=20260230",
    "FREQ=DAILY;UNTIL=99999999T999999",
    "FREQ=WEEKLY;BYDAY=1MO",
    "FREQ=MONTHLY;BYDAY=0MO",
    "FREQ=MONTHLY;BYDAY=99MO",
    "FREQ=MONTHLY;BYDAY=XX",
    "FREQ=MONTHLY;BYDAY=",
    "FREQ=MONTHLY;BYDAY=MO,",
    "FREQ=YEARLY;BYMONTH=13",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=YEARLY;BYYEARDAY=0",
    "FREQ=YEARLY;WKST=1",
    "FREQ=DAILY;X-OWN=1",
    "INTERVAL=2",
    "RRULE FREQ=DAILY",
    "BEGIN:VEVENT\nRRULE:FREQ=DAILY\nEND:VEVENT",
    "FREQ=DAILY\x00",
    "FREQ=DA\u0130LY",
    "FREQ\uff1dDAILY",
    "\u202eFREQ=DAILY",
    "\ud800",
    *(f"FREQ=DAILY;{part}={value}" for part in BY_PARTS for value in ("", ",", "x", "1,,2", "99999", "-99999", "1e3")),
    Large("FREQ=DAILY;", 1_000_000),
    Large("1", 10_000_000),
    Large("FREQ=DAILY;BYMINUTE=0", 1, "," * 900),
    Large("RRULE:FREQ=DAILY\n", 600_000),
]
TAKEN: dict[str, list[object]] = {
    "RFC 5545 does not mind the case": ["freq=daily", "Freq=Daily;Interval=2"],
    "the name of the property may stand before it": ["RRULE:FREQ=DAILY"],
}
STATES: dict[str, list[object]] = {
    "rule": [{"rule": None}, {"rule": ""}, {"rule": 5}, {"rule": []}, {"rule": [None]}, {"rule": [EvilText("x")]}],
    "anchor": [{"anchor": anchor} for anchor in NO_ANCHORS],
    "ends": [{"ends": None}, {"ends": 5}, {"ends": ["x"]}],
    "dtstart": [{"dtstart": "x"}],
}
ANCHORED = RRuleTrigger("FREQ=DAILY", timezone="UTC").anchored(datetime(2026, 1, 1, tzinfo=UTC))

ENTRIES = [
    *refused("rrule", lambda rule: RRuleTrigger(rule, timezone="UTC"), {"rule": RULES}),
    *taken("rrule", lambda rule: RRuleTrigger(rule, timezone="UTC"), TAKEN),
    *no_version_fits(ANCHORED),
    *refused("state of a rule", state_of(ANCHORED), STATES),
]
