"""One rule's words: its days and times in plain English, where that says no more and no less."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from tickwright.triggers.calendarinterval.occurrences import Occurrences
from tickwright.triggers.cron.years import month_lengths
from tickwright.triggers.english import (
    MONTHS,
    WEEKDAYS,
    a_list,
    every,
    every_weekday,
    in_months,
    left_out_text,
    ordinal,
    place_text,
    placed_weekdays,
    runs,
    time_text,
)
from tickwright.triggers.rrule.dates import datetime_of
from tickwright.triggers.rrule.hands import hands_of
from tickwright.triggers.rrule.rule import Freq, Rule
from tickwright.triggers.rrule.times import DAY

__all__ = ["MOST_LISTED", "Said", "rule_text"]

NOUNS = ("year", "month", "week", "day", "hour", "minute", "second")
MOST_LISTED = 8


class Said(NamedTuple):
    """The days of a rule, and what becomes of a month or a year that lacks one."""

    text: str
    left_out: str = ""


def rule_text(rule: Rule, start: int | None) -> Said | None:
    """Return "every month on the last Friday at 09:00", or `None` for what these words cannot say exactly."""
    if rule.start is not None or rule.positions or rule.week_numbers or rule.year_days or rule.easter_days:
        return None
    if start is None and not rule.freq >= Freq.DAILY and not rule.names_days:
        return None  # its day of the week, month or year is still to come
    if rule.freq >= Freq.HOURLY:
        text = _said_within_days(rule, start)
        return None if text is None else Said(text)
    first = datetime_of(start or 0)
    at = _times(rule, start)
    days = _every_weekday(rule) or BY_FREQ[rule.freq](rule, first, 1 if start is None else rule.interval)
    return None if at is None or days is None else Said(f"{days.text}{at}", days.left_out)


def _every_weekday(rule: Rule) -> Said | None:
    """Return "every weekday in March" where no more than the weekday counts: then it is the same by any FREQ."""
    if rule.interval != 1 or rule.month_days or not rule.weekdays or any(place for _, place in rule.weekdays):
        return None
    return Said(f"{every_weekday(_numbers(rule))}{_in_months(rule)}")


# Each of these is given the first day, and the interval by which months or years are searched for one that lacks a day.
# That is 1 while the start is still to come: any of them may then be met.


def _yearly(rule: Rule, first: datetime, interval: int) -> Said | None:
    period, months = every(rule.interval, "year"), rule.months
    if not rule.names_days or (months and rule.month_days and not rule.weekdays and min(rule.month_days) > 0):
        numbers = rule.month_days or (first.day,)
        longest = month_lengths(True)
        dates = [(month, day) for month in months or (first.month,) for day in numbers if day <= longest[month - 1]]
        if len(dates) > len(MONTHS):
            return None
        names = [f"{day} {MONTHS[month - 1]}" for month, day in dates]
        start, step = 12 * (first.year - 1) - 1, 12 * interval
        lacking = [name for name, (month, day) in zip(names, dates, strict=True) if _lacks(start + month, day, step)]
        return _on(f"{period} on {a_list(names)}", len(names), "year", lacking)
    if rule.month_days or not rule.weekdays:
        return None
    if all(place for _, place in rule.weekdays):
        of = a_list([MONTHS[month - 1] for month in months])
        text = f"{period} on {a_list(placed_weekdays(rule.weekdays))} of {of or 'the year'}"
        lacking = [f"{name}{f' in {of}' if of else ''}" for name in _rare(rule, 5 if months else 53)]
        return _on(text, len(rule.weekdays) * max(1, len(months)), "year", lacking)
    if months and not any(place for _, place in rule.weekdays):
        return Said(f"{period} on each {a_list(_names(rule))} of {a_list([MONTHS[month - 1] for month in months])}")
    return None


def _monthly(rule: Rule, first: datetime, interval: int) -> Said | None:
    places = [bool(place) for _, place in rule.weekdays]
    if rule.months and rule.interval != 1:
        return None
    if any(places) and (rule.month_days or not all(places)):
        return None
    period = every(rule.interval, "month")
    if any(places):
        text = f"{period} on {a_list(placed_weekdays(rule.weekdays))}{_in_months(rule)}"
        return _on(text, len(places), "month", _rare(rule, 5))
    if places and not rule.month_days:
        return Said(f"{period} on each {a_list(_names(rule))}")
    days = rule.month_days or (first.day,)
    text = f"{period} on {_month_days(days)}"
    if places:
        return Said(f"{text} where that is a {a_list(_names(rule), 'or')}{_in_months(rule)}")
    starts = [month - 1 for month in rule.months] or [12 * (first.year - 1) + first.month - 1]
    step = 12 if rule.months else interval
    lacking = [ordinal(abs(day)) for day in days if any(_lacks(month, abs(day), step) for month in starts)]
    return _on(f"{text}{_in_months(rule)}", len(days), "month", lacking)


def _weekly(rule: Rule, first: datetime, _interval: int) -> Said | None:
    if rule.month_days or (rule.interval != 1 and (rule.week_start or rule.months)):
        return None
    weekdays = _numbers(rule) or [first.weekday()]
    if rule.interval == 1:
        return Said(f"{every_weekday(weekdays)}{_in_months(rule)}")
    return Said(f"{every(rule.interval, 'week')} on {_weekdays(weekdays)}")


def _daily(rule: Rule, _first: datetime, _interval: int) -> Said | None:
    if rule.month_days or rule.weekdays or (rule.interval != 1 and rule.months):
        return None
    return Said(f"{every(rule.interval, 'day')}{_in_months(rule)}")


BY_FREQ = {Freq.YEARLY: _yearly, Freq.MONTHLY: _monthly, Freq.WEEKLY: _weekly, Freq.DAILY: _daily}


def _on(text: str, count: int, unit: str, lacking: list[str]) -> Said:
    """Return the text of so many days, with what becomes of months or years that lack one, if any do."""
    if count > 1:
        return Said(f"{text} (where there is such a day)" if lacking else text)
    return Said(text, left_out_text(unit, lacking[0]) if lacking else "")


def _lacks(month: int, day: int, step: int) -> bool:
    """Whether the day is lacking in any month from this one on, in steps of so many months."""
    return Occurrences(month, day, step, 0).leaves_out_some()


def _rare(rule: Rule, place: int) -> list[str]:
    """Return "fifth Monday": the weekdays that not each month, or each year, has so many of."""
    return [f"{place_text(abs(at))} {WEEKDAYS[weekday]}" for weekday, at in rule.weekdays if abs(at) >= place]


def _said_within_days(rule: Rule, start: int | None) -> str | None:
    """Return "every 20 minutes in the hours of 09:00 and 10:00 on Monday"."""
    if rule.month_days or any(place for _, place in rule.weekdays):
        return None
    if (rule.hours and len(rule.hours) > MOST_LISTED) or (rule.minutes and rule.freq > Freq.HOURLY):
        return None
    if rule.seconds and rule.freq is Freq.SECONDLY:
        return None
    text = every(rule.interval, NOUNS[rule.freq])
    if start is not None or rule.minutes or rule.seconds:
        hands = hands_of(rule, 0 if start is None else start % DAY)
        if rule.freq is Freq.HOURLY and (start is not None or rule.minutes):
            text += _at("minute", hands.minutes)
        if rule.freq < Freq.SECONDLY and hands.seconds != (0,):
            text += _at("second", hands.seconds)
    if rule.hours:
        text += f" in the {'hour' if len(rule.hours) == 1 else 'hours'} of {a_list([f'{h:02}:00' for h in rule.hours])}"
    if rule.weekdays and len(rule.weekdays) < len(WEEKDAYS):
        text += f" on {_weekdays(_numbers(rule))}"
    return f"{text}{_in_months(rule)}"


def _times(rule: Rule, start: int | None) -> str | None:
    """Return " at 09:00 and 17:00"; nothing, where the start is still to come and says the time of day."""
    if start is None:
        if not (rule.hours or rule.minutes or rule.seconds):
            return ""
        if not (rule.hours and rule.minutes and rule.seconds):
            return None
    hands = hands_of(rule, 0 if start is None else start % DAY)
    if hands.total > MOST_LISTED:
        return None
    moments = (datetime_of(hands.nth(index)) for index in range(hands.total))
    return f" at {a_list([time_text(moment.time()) for moment in moments])}"


def _month_days(days: tuple[int, ...]) -> str:
    """Return "the 1st and 15th", "the 1st, the second to last day and the last day"."""
    numbers = runs([day for day in days if day > 0], ordinal)
    lasts = [f"the {place_text(day)} day" for day in days if day < 0]
    return a_list([f"the {number}" for number in numbers] + lasts) if lasts else f"the {a_list(numbers)}"


def _weekdays(weekdays: list[int]) -> str:
    """Return "Monday to Friday", "Tuesday and Thursday"."""
    return a_list(runs(weekdays, WEEKDAYS.__getitem__))


def _numbers(rule: Rule) -> list[int]:
    return [weekday for weekday, _ in rule.weekdays]


def _names(rule: Rule) -> list[str]:
    return [WEEKDAYS[weekday] for weekday in _numbers(rule)]


def _in_months(rule: Rule) -> str:
    return in_months(rule.months) if rule.months else ""


def _at(noun: str, values: Sequence[int]) -> str:
    """Return " at minute 5", " at minutes 0 and 30"."""
    return f" at {noun}{'s' if len(values) > 1 else ''} {a_list([str(value) for value in values])}"
