"""Recurrences: attempts at rules of RFC 5545, as text, as several lines and as python-dateutil's objects."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, weekday

from tests.triggers.fuzz.ingredients import NUMBERS, THINGS, Attempt, a_moment, a_zone, near_today, some_settings
from tests.triggers.fuzz.mutation import almost
from tests.triggers.hostile.evil import EvilText
from tickwright.triggers.rrule import RRuleTrigger

__all__ = ["RECURRENCES"]

FREQS = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")
# The lowest and the highest, whether it counts from the end too, and how often it is given.
NUMBERED = {
    "BYMONTH": (1, 12, False, 0.2),
    "BYWEEKNO": (1, 53, True, 0.05),
    "BYYEARDAY": (1, 366, True, 0.05),
    "BYMONTHDAY": (1, 31, True, 0.2),
    "BYEASTER": (-70, 250, False, 0.05),
    "BYHOUR": (0, 23, False, 0.3),
    "BYMINUTE": (0, 59, False, 0.3),
    "BYSECOND": (0, 59, False, 0.2),
    "BYSETPOS": (1, 4, True, 0.1),
}


def _text(random: Random) -> Attempt:
    return Attempt("rule", RRuleTrigger, {"rule": _mostly(random, _rule(random))} | _start_and_settings(random))


def _lines(random: Random) -> Attempt:
    lines = [f"RRULE:{_rule(random)}" for _ in range(random.choice((1, 1, 1, 2, 0)))]
    for name in ("RDATE", "EXDATE"):
        if random.random() < 0.4:
            dates = ",".join(_date_text(random) for _ in range(random.choice((1, 2, 5))))
            lines.append(f"{name}{_zone_of_date(random, 0.1)}:{dates}")
    if random.random() < 0.2:
        lines.append(f"EXRULE:{_rule(random)}")
    settings = _start_and_settings(random)
    if random.random() < 0.7:
        settings.pop("dtstart", None)
        lines.insert(0, f"DTSTART{_zone_of_date(random, 0.4)}:{_date_text(random)}")
    if ";TZID" in "".join(lines) and random.random() < 0.9:
        settings.pop("timezone")
    if random.random() < 0.1:
        random.shuffle(lines)
    if lines and random.random() < 0.1:
        lines[0] = lines[0].replace(":", f";X-DTSTART={_date_text(random)}:", 1)
    if random.random() < 0.3:
        return Attempt("lines", RRuleTrigger, {"rule": [_mostly(random, line) for line in lines]} | settings)
    text = random.choice(("\n", "\n", "\r\n")).join(lines)
    if random.random() < 0.1:
        at = random.randint(0, len(text))
        text = text[:at] + "\n " + text[at:]  # a folded line
    return Attempt("lines", RRuleTrigger, {"rule": _mostly(random, text)} | settings)


def _handed(random: Random) -> Attempt:
    """Return one that is given as what to hand to python-dateutil, so that the attempt can be told and repeated."""
    rules = [_parts_handed(random) for _ in range(random.choice((1, 1, 1, 1, 2, 3)))]
    lists: dict[str, list[Any]] = {}
    for name in ("rdate", "exdate"):
        if random.random() < 0.2:
            lists[name] = [near_today(random) for _ in range(random.choice((1, 2, 5)))]
    if random.random() < 0.1:
        lists["exrule"] = [_parts_handed(random)]
    if random.random() < 0.05:
        lists[random.choice(("rrule", "exrule", "rdate", "exdate"))] = [random.choice((*THINGS, *NUMBERS))]
    settings = some_settings(random)
    for name in ("start_date", "end_date"):
        settings.pop(name, None)
    return Attempt("dateutil", _of_dateutil, {"rules": rules, "lists": lists} | settings)


RECURRENCES = (_text, _lines, _handed)
"""Each returns an attempt."""


# -- texts -------------------------------------------------------------------------------------------------


def _rule(random: Random) -> str:
    freq = random.choice(FREQS)
    parts: list[tuple[str, object]] = [("FREQ", freq)]
    if random.random() < 0.5:
        parts.append(("INTERVAL", random.choice((1, 2, 3, 7, 12, 40, 1 + random.randrange(2_000)))))
    if random.random() < 0.2:
        parts.append(("COUNT", random.choice((1, 2, 10, 1_000, 1 + random.randrange(100_000)))))
    elif random.random() < 0.2:
        parts.append(("UNTIL", _date_text(random)))
    for name, numbers in _numbers(random).items():
        parts.append((name, ",".join(map(str, numbers))))
    if random.random() < 0.3:
        parts.append(("BYDAY", ",".join(_weekday(random, freq) for _ in range(random.choice((1, 1, 2, 5))))))
    if random.random() < 0.2:
        parts.append(("WKST", random.choice(WEEKDAYS)))
    if random.random() < 0.1:
        random.shuffle(parts)
    text = ";".join(f"{name}={value}" for name, value in parts)
    return text.lower() if random.random() < 0.1 else text


def _numbers(random: Random) -> dict[str, list[int]]:
    found = {}
    for name, (low, high, is_signed, chance) in NUMBERED.items():
        if random.random() < chance:
            numbers = [low + random.randrange(high - low + 1) for _ in range(random.choice((1, 1, 2, 4)))]
            found[name] = [-number if is_signed and random.random() < 0.3 else number for number in numbers]
    return found


def _weekday(random: Random, freq: str) -> str:
    day = random.choice(WEEKDAYS)
    if freq in ("MONTHLY", "YEARLY") and random.random() < 0.5:
        return f"{random.choice((1, 2, 5, -1, -5, 53))}{day}"
    return day


def _date_text(random: Random) -> str:
    at = near_today(random)
    if random.random() < 0.7:
        at = at.replace(minute=0, second=0, year=2026, day=min(at.day, 28))
    return at.isoformat("T", "seconds").replace("-", "").replace(":", "")[: random.choice((15, 15, 8))] + random.choice(
        ("", "", "", "Z")
    )


def _zone_of_date(random: Random, chance: float) -> str:
    return f";TZID={random.choice(ZONES)}" if random.random() < chance else ""


def _start_and_settings(random: Random) -> dict[str, Any]:
    settings = some_settings(random)
    for name in ("start_date", "end_date"):
        settings.pop(name, None)
    if random.random() < 0.6:
        settings["dtstart"] = near_today(random) if random.random() < 0.7 else a_moment(random)
    if random.random() < 0.1:
        settings["timezone"] = a_zone(random)
    return settings


def _mostly(random: Random, text: str) -> Any:
    """Return the text, or one that is almost right, or what is none."""
    kind = random.randrange(20)
    if kind < 12:
        return text
    return almost(random, text) if kind < 19 else random.choice((*THINGS, *NUMBERS, EvilText(text)))


# -- python-dateutil's objects -----------------------------------------------------------------------------


def _parts_handed(random: Random) -> dict[str, Any]:
    start = near_today(random)
    if random.random() < 0.3:
        start = start.replace(tzinfo=random.choice((UTC, ZoneInfo(random.choice(ZONES)))))
    parts: dict[str, Any] = {"freq": random.randrange(7), "dtstart": start}
    parts |= {name.lower(): numbers for name, numbers in _numbers(random).items()}
    if random.random() < 0.5:
        parts["interval"] = random.choice((1, 2, 3, 7, 40, 0, -1, 10**30))
    if random.random() < 0.2:
        parts["count"] = random.choice((1, 5, 1_000, 0, -1))
    elif random.random() < 0.2:
        parts["until"] = start + timedelta(random.randrange(5_000) - 100) if 1 < start.year < 9_000 else start
    if random.random() < 0.3:
        days = random.choice((1, 1, 2, 5))
        parts["byweekday"] = [weekday(random.randrange(7), random.choice((None, None, 1, -1, 5))) for _ in range(days)]
    if random.random() < 0.1:
        parts["wkst"] = random.randrange(9) - 1
    if random.random() < 0.1:
        parts[random.choice(("bymonth", "byhour", "byeaster", "bymonthday"))] = random.choice(((), 99, -99, None))
    try:
        rrule(**parts)
    except (ValueError, TypeError, ArithmeticError):  # it checks some of it itself
        return {"freq": parts["freq"], "dtstart": date(2026, 1, 1)}
    return parts


def _of_dateutil(rules: list[dict[str, Any]], lists: dict[str, list[Any]], **settings: Any) -> RRuleTrigger:
    if len(rules) == 1 and not lists:
        return RRuleTrigger(rrule(**rules[0]), **settings)
    recurrences = rruleset()
    for rule in rules:
        recurrences.rrule(rrule(**rule))
    for name, values in lists.items():
        made = [rrule(**value) if name == "exrule" and type(value) is dict and value else value for value in values]
        getattr(recurrences, f"_{name}").extend(made)
    return RRuleTrigger(recurrences, **settings)
