"""Parts: the "FREQ=MONTHLY;BYDAY=-1FR" of a rule, read as RFC 5545, 3.3.10, writes it.

    FREQ=       SECONDLY MINUTELY HOURLY DAILY WEEKLY MONTHLY YEARLY      required
    INTERVAL=   1 and more: every so many of them
    COUNT=      how many times in all, or
    UNTIL=      the last date and time that may be one; a date is its midnight
    BYMONTH=    1-12
    BYWEEKNO=   1-53 or -53 to -1, as ISO 8601 counts weeks, with WKST for Monday
    BYYEARDAY=  1-366 or -366 to -1
    BYMONTHDAY= 1-31 or -31 to -1
    BYDAY=      MO TU WE TH FR SA SU; with MONTHLY and YEARLY also 1MO, -1FR: the first, the last
    BYEASTER=   -70 to 250 days from Easter Sunday, an addition of python-dateutil's
    BYHOUR=     0-23
    BYMINUTE=   0-59
    BYSECOND=   0-59
    BYSETPOS=   1-366 or -366 to -1: the first, the last of what the other parts make of one period
    WKST=       the day on which weeks begin, MO where not given

Letter case does not count, no part occurs twice, and nothing is blank. The RFC knows second 60; no wall clock of
Python's shows it, so it is refused.

The RFC also forbids some parts beside some FREQ: BYWEEKNO other than with YEARLY, BYMONTHDAY with WEEKLY, BYYEARDAY
with MONTHLY, WEEKLY and DAILY, BYSETPOS alone. They are taken as python-dateutil takes them: what cannot widen the
set narrows it to the days that match. Two are refused: a number before a weekday beside a FREQ that is neither
MONTHLY nor YEARLY, since it is without meaning, and BYWEEKNO with WEEKLY, since python-dateutil answers differently
there in the weeks that two years share.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any, NamedTuple

from tickwright.errors import InvalidTriggerError
from tickwright.triggers.rrule.dates import read_date
from tickwright.triggers.rrule.rule import WEEKDAYS, Freq, Rule

__all__ = ["make_rule", "read_parts"]


class Numbers(NamedTuple):
    """A part that lists numbers: the field of `Rule` that takes it, and which numbers it may have."""

    field: str
    low: int
    high: int
    counts_back: bool = False
    """Whether -1 is the last, -2 the one before it, and 0 is nothing."""

    @property
    def taken(self) -> str:
        return f"{self.low} to {self.high}" + (f" and {-self.high} to -1" if self.counts_back else "")


NUMBERS = {
    "BYMONTH": Numbers("months", 1, 12),
    "BYWEEKNO": Numbers("week_numbers", 1, 53, counts_back=True),
    "BYYEARDAY": Numbers("year_days", 1, 366, counts_back=True),
    "BYMONTHDAY": Numbers("month_days", 1, 31, counts_back=True),
    "BYEASTER": Numbers("easter_days", -70, 250),
    "BYHOUR": Numbers("hours", 0, 23),
    "BYMINUTE": Numbers("minutes", 0, 59),
    "BYSECOND": Numbers("seconds", 0, 59),
    "BYSETPOS": Numbers("positions", 1, 366, counts_back=True),
}
NAMES = ("FREQ", "INTERVAL", "COUNT", "UNTIL", *NUMBERS, "BYDAY", "WKST")

YEARS = 9_999
DAYS = 3_652_059
LONGEST_STEP = {
    Freq.YEARLY: YEARS,
    Freq.MONTHLY: YEARS * 12,
    Freq.WEEKLY: DAYS // 7,
    Freq.DAILY: DAYS,
    Freq.HOURLY: DAYS * 24,
    Freq.MINUTELY: DAYS * 1_440,
    Freq.SECONDLY: DAYS * 86_400,
}
"""The longest INTERVAL: the years of the calendar."""

NUMBER = re.compile(r"[+-]?[0-9]{1,5}")
WEEKDAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
WHOLE = re.compile(r"[0-9]{1,18}")


def read_parts(text: str, zone: tzinfo) -> Rule:
    """Return the rule that the parts say; a wall is one on the clock of `zone`."""
    given: dict[str, str] = {}
    for part in text.upper().split(";"):
        name, equals, value = part.partition("=")
        if name not in NAMES:
            raise refusal(part, f"its parts read like FREQ=DAILY, separated by ; and named {', '.join(NAMES)}")
        if name in given:
            raise refusal(part, f"{name} is given twice")
        if not equals or not value:
            raise refusal(part, f"{name} has no value")
        given[name] = value
    values: dict[str, Any] = {}
    for name in ("FREQ", "WKST"):
        if name in given:
            values[name] = given[name]
    for name in ("INTERVAL", "COUNT"):
        if name in given:
            values[name] = _whole(name, given[name])
    for name in NUMBERS:
        if name in given:
            values[name] = [_number(name, term) for term in given[name].split(",")]
    if "BYDAY" in given:
        values["BYDAY"] = [_weekday(term) for term in given["BYDAY"].split(",")]
    if "UNTIL" in given:
        values["UNTIL"] = read_date("UNTIL", given["UNTIL"], zone)
    return make_rule(values)


def make_rule(values: Mapping[str, Any], start: int | None = None) -> Rule:
    """Return the rule of these parts, by their names, once it is seen that they go together."""
    if "FREQ" not in values:
        raise refusal("", f"FREQ is missing: one of {', '.join(freq.name for freq in Freq)}")
    freq = Freq.__members__.get(values["FREQ"])
    if freq is None:
        raise refusal(values["FREQ"], f"FREQ is one of {', '.join(Freq.__members__)}")
    interval, count = values.get("INTERVAL", 1), values.get("COUNT")
    if not 1 <= interval <= LONGEST_STEP[freq]:
        raise refusal(interval, f"INTERVAL with {freq.name} is 1 to {LONGEST_STEP[freq]:,}, as long as the calendar")
    if count is not None and count < 1:
        raise refusal(count, "COUNT is 1 or more: a rule that happens no time can never fire")
    if count is not None and "UNTIL" in values:
        raise refusal(count, "COUNT and UNTIL cannot both be given: each says where the rule ends")
    if freq is Freq.WEEKLY and values.get("BYWEEKNO"):
        raise refusal(values["BYWEEKNO"], "BYWEEKNO goes with YEARLY, not with WEEKLY")
    week_start = values.get("WKST", "MO")
    if week_start not in WEEKDAYS:
        raise refusal(week_start, f"WKST is one of {', '.join(WEEKDAYS)}")
    lists = {numbers.field: _checked(name, values[name]) for name, numbers in NUMBERS.items() if name in values}
    return Rule(
        freq=freq,
        interval=interval,
        count=count,
        until=values.get("UNTIL"),
        start=start,
        week_start=WEEKDAYS.index(week_start),
        weekdays=_checked_weekdays(values.get("BYDAY", ()), freq, bool(lists.get("months"))),
        **lists,
    )


def refusal(value: object, reason: str) -> InvalidTriggerError:
    """Return the error that refuses a rule for the sake of one of its parts."""
    return InvalidTriggerError("rule", value, reason)


def _checked(name: str, values: Iterable[int]) -> tuple[int, ...]:
    numbers = NUMBERS[name]
    for value in values:
        size = abs(value) if numbers.counts_back else value
        if name == "BYSECOND" and value == 60:
            raise refusal(value, "BYSECOND: no clock here shows a second 60, for leap seconds; 0 to 59 are taken")
        if not numbers.low <= size <= numbers.high:
            raise refusal(value, f"{name}: {numbers.taken} are taken")
    return tuple(sorted(set(values)))


def _checked_weekdays(weekdays: Iterable[tuple[int, int]], freq: Freq, in_months: bool) -> tuple[tuple[int, int], ...]:
    most = 5 if freq is Freq.MONTHLY or in_months else 53
    for weekday, place in weekdays:
        shown = f"{place}{WEEKDAYS[weekday]}"
        if place and freq > Freq.MONTHLY:
            raise refusal(shown, f"BYDAY: a weekday has a number with MONTHLY and YEARLY only, not with {freq.name}")
        if abs(place) > most:
            raise refusal(shown, f"BYDAY: a {'month' if most == 5 else 'year'} has no more than {most} of a weekday")
    return tuple(sorted(set(weekdays)))


def _whole(name: str, text: str) -> int:
    if not WHOLE.fullmatch(text):
        raise refusal(text, f"{name} is a whole number of up to 18 digits")
    return int(text)


def _number(name: str, text: str) -> int:
    if not NUMBER.fullmatch(text):
        raise refusal(text, f"{name}: {NUMBERS[name].taken} are taken, separated by commas")
    return int(text)


def _weekday(text: str) -> tuple[int, int]:
    match = WEEKDAY.fullmatch(text)
    if match is None or (match[1] is not None and int(match[1]) == 0):
        raise refusal(text, "BYDAY: weekdays are MO, TU, WE, TH, FR, SA and SU; -1FR is the last Friday")
    return WEEKDAYS.index(match[2]), int(match[1] or 0)
