"""Handed over: rules and sets that are python-dateutil's objects, made into a recurrence.

Such an object keeps what it was given in attributes of its own, and its text leaves some of it out. They are read
here and held to the same limits as a text, as python-dateutil holds to none.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date, datetime, time, tzinfo
from typing import Any

from tickwright.errors import InvalidTriggerError, shortened
from tickwright.instants import to_micros
from tickwright.triggers.rrule.dates import wall_at, wall_of
from tickwright.triggers.rrule.parts import make_rule, refusal
from tickwright.triggers.rrule.reading import Read
from tickwright.triggers.rrule.recurrence import Recurrence, refuse_if_too_many
from tickwright.triggers.rrule.rule import WEEKDAYS, Freq, Rule
from tickwright.zones import as_zone

__all__ = ["is_dateutils", "read_handed"]

MOST_NUMBERS = 1_000
DAY_PARTS = ("byweekno", "byyearday", "bymonthday", "byweekday", "byeaster")
PARTS = {
    "BYMONTH": "bymonth",
    "BYWEEKNO": "byweekno",
    "BYYEARDAY": "byyearday",
    "BYMONTHDAY": "bymonthday",
    "BYEASTER": "byeaster",
    "BYHOUR": "byhour",
    "BYMINUTE": "byminute",
    "BYSECOND": "bysecond",
    "BYSETPOS": "bysetpos",
}


def is_dateutils(value: object) -> bool:
    """Whether it is a rule or a set of python-dateutil's; that is not imported for it, if it never was."""
    module = sys.modules.get("dateutil.rrule")
    # No subclasses: what they say they are is read here, and not what they make of it.
    return module is not None and type(value) in (module.rrule, module.rruleset)


def names_zone_of_start(value: Any) -> bool:
    """Whether the object, or the first rule of the set, starts at an aware datetime."""
    rules = [value] if hasattr(value, "_freq") else value._rrule[:1]
    return any(getattr(rule, "_dtstart", None) is not None and rule._dtstart.tzinfo is not None for rule in rules)


def read_handed(value: Any, timezone: tzinfo | str | None) -> Read:
    """Return what the object says, on the clock of `timezone`; without one, on that of its own start."""
    if hasattr(value, "_freq"):
        zone = as_zone(value._dtstart.tzinfo if timezone is None else timezone)
        rule = _rule(value, zone)
        return Read(Recurrence((rule,)), None, zone).shared()
    rules, left_out, dates, left_out_dates = value._rrule, value._exrule, value._rdate, value._exdate
    refuse_if_too_many(len(rules) + len(left_out), len(dates) + len(left_out_dates))
    if not rules and not dates:
        raise refusal(value, "the set is empty: it never fires")
    for rule in (*rules, *left_out):
        if not hasattr(rule, "_freq"):
            raise refusal(rule, "a set is made of rules and dates")
    if timezone is None and rules:
        timezone = rules[0]._dtstart.tzinfo
    zone = as_zone(timezone)
    recurrence = Recurrence(
        tuple(dict.fromkeys(_rule(rule, zone) for rule in rules)),
        _walls(dates, zone),
        tuple(dict.fromkeys(_rule(rule, zone) for rule in left_out)),
        _walls(left_out_dates, zone),
    )
    return Read(recurrence, None, zone).shared()


def _rule(rule: Any, zone: tzinfo) -> Rule:
    given = rule._original_rule
    if any(numbers is not None and len(numbers) > MOST_NUMBERS for numbers in given.values()):
        raise refusal(rule, f"a part lists up to {MOST_NUMBERS:,} numbers")
    values: dict[str, Any] = {
        "FREQ": _freq(rule._freq),
        "INTERVAL": _whole("INTERVAL", rule._interval),
        "WKST": WEEKDAYS[_whole("WKST", rule._wkst) % 7],
    }
    if rule._count is not None:
        values["COUNT"] = _whole("COUNT", rule._count)
    if rule._until is not None:
        values["UNTIL"] = _wall(rule._until, zone)
    for name, key in PARTS.items():
        if given.get(key) is not None:
            values[name] = [_whole(name, number) for number in given[key]]
    if given.get("byweekday") is not None:
        values["BYDAY"] = [(day.weekday, day.n or 0) for day in given["byweekday"]]
    if any(given.get(key) == () for key in DAY_PARTS) and not any(given.get(key) for key in DAY_PARTS):
        # An empty part chooses nothing, and keeps the rule from going by its start: it means every day.
        values["BYDAY"] = [(day, 0) for day in range(7)]
    for name, finest in (("BYHOUR", Freq.HOURLY), ("BYMINUTE", Freq.MINUTELY), ("BYSECOND", Freq.SECONDLY)):
        if values.get(name) == [] and rule._freq < finest:
            raise refusal((), f"{name} is empty: it can never fire")
    return make_rule(values, start=_wall(rule._dtstart, zone))


def _freq(freq: object) -> str:
    if isinstance(freq, int) and 0 <= freq <= 6:
        return Freq(freq).name
    raise refusal(freq, "FREQ is one of YEARLY to SECONDLY")


def _whole(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise refusal(value, f"{name} is a whole number")
    return value


def _wall(moment: object, zone: tzinfo) -> int:
    if isinstance(moment, datetime):
        return wall_of(moment) if moment.utcoffset() is None else wall_at(to_micros(moment), zone)
    if isinstance(moment, date):
        return wall_of(datetime.combine(moment, time()))
    raise InvalidTriggerError("rule", moment, f"a date is needed here, not {shortened(moment)}")


def _walls(moments: Iterable[object], zone: tzinfo) -> tuple[int, ...]:
    return tuple(sorted({_wall(moment, zone) for moment in moments}))
