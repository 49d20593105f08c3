"""Words: a recurrence in plain English, where that says no more and no less than the rule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from tickwright.triggers.english import MONTHS, WEEKDAYS, a_list, counted, every, in_zone, ordinal, time_text
from tickwright.triggers.rrule.dates import WALL_EPOCH
from tickwright.triggers.rrule.hands import hands_of
from tickwright.triggers.rrule.recurrence import Recurrence
from tickwright.triggers.rrule.rule import Freq, Rule
from tickwright.triggers.rrule.times import DAY

__all__ = ["described"]

NOUNS = ("year", "month", "week", "day", "hour", "minute", "second")
MOST_LISTED = 8


def described(recurrence: Recurrence, start: int | None, zone: tzinfo) -> str:
    """Return the description; `start` is the wall at which the rules start, if anything has fixed it."""
    dates = recurrence.dates + recurrence.left_out_dates
    said = None
    if len(recurrence.rules) == 1 and not recurrence.left_out_rules and len(dates) <= MOST_LISTED:
        said = _said(recurrence.rules[0], start)
    if not (recurrence.rules or recurrence.left_out_rules) and len(dates) <= MOST_LISTED:
        left = [wall for wall in recurrence.dates if wall not in recurrence.left_out_dates]
        return f"on {a_list([_moment(wall) for wall in left])} {in_zone(zone)}"
    if said is None:
        summary = recurrence.summary
        return f"by {'the rule ' if '=' in summary else ''}{summary} {in_zone(zone)}{_span(start, None)}"
    rule = recurrence.rules[0]
    text = f"{said} {in_zone(zone)}{_span(start, rule.until)}"
    if rule.count is not None:
        text += f", {counted(rule.count, 'time')}"
    if recurrence.dates:
        text += f", and on {a_list([_moment(wall) for wall in recurrence.dates])}"
    if recurrence.left_out_dates:
        text += f", but not on {a_list([_moment(wall) for wall in recurrence.left_out_dates])}"
    return text


def _span(start: int | None, until: int | None) -> str:
    since = " from the moment it is added" if start is None else f" from {_moment(start)}"
    return f",{since}" + ("" if until is None else f" until {_moment(until)}")


def _said(rule: Rule, start: int | None) -> str | None:
    """Return "every month on the last Friday at 09:00", or `None` for what these words cannot say exactly."""
    if rule.start is not None or rule.positions or rule.week_numbers or rule.year_days or rule.easter_days:
        return None
    if start is None and not rule.freq >= Freq.DAILY and not rule.names_days:
        return None  # its day of the week, month or year is still to come
    if rule.freq >= Freq.HOURLY:
        return _said_within_days(rule, start)
    at = _times(rule, start)
    on = BY_FREQ[rule.freq](rule, start)
    return None if at is None or on is None else f"{on}{at}"


def _yearly(rule: Rule, start: int | None) -> str | None:
    period = every(rule.interval, "year")
    months = [MONTHS[month - 1] for month in rule.months]
    if not rule.names_days:
        first = _datetime(start or 0)
        days = [f"{first.day} {month}" for month in months or [MONTHS[first.month - 1]]]
        return f"{period} on {a_list(days)}"
    if months and rule.month_days and not rule.weekdays and min(rule.month_days) > 0:
        days = [f"{day} {month}" for month in months for day in rule.month_days]
        return f"{period} on {a_list(days)}" if len(days) <= MOST_LISTED else None
    if rule.weekdays and not rule.month_days and all(place for _, place in rule.weekdays):
        return f"{period} on {_weekdays(rule)} of {a_list(months) if months else 'the year'}"
    if rule.weekdays and not rule.month_days and months and not any(place for _, place in rule.weekdays):
        return f"{period} on each {a_list(_names(rule))} of {a_list(months)}"
    return None


def _monthly(rule: Rule, start: int | None) -> str | None:
    places = [bool(place) for _, place in rule.weekdays]
    if rule.months and rule.interval != 1:
        return None
    if any(places) and (rule.month_days or not all(places)):
        return None
    if any(places):
        on = f"on {_weekdays(rule)}"
    else:
        days = rule.month_days if rule.names_days else (_datetime(start or 0).day,)
        on = f"on {a_list([_month_day(day) for day in days])}" if days else f"on each {a_list(_names(rule))}"
        if days and rule.weekdays:
            on += f" where that is a {a_list(_names(rule), 'or')}"
    return f"{every(rule.interval, 'month')} {on}{_in_months(rule)}"


def _weekly(rule: Rule, start: int | None) -> str | None:
    if rule.month_days or (rule.interval != 1 and (rule.week_start or rule.months)):
        return None
    names = _names(rule) if rule.weekdays else [WEEKDAYS[_datetime(start or 0).weekday()]]
    return f"{every(rule.interval, 'week')} on {a_list(names)}{_in_months(rule)}"


def _daily(rule: Rule, start: int | None) -> str | None:
    if rule.month_days or (rule.interval != 1 and (rule.weekdays or rule.months)):
        return None
    if rule.weekdays:
        return f"every {a_list(_names(rule))}{_in_months(rule)}"
    return f"{every(rule.interval, 'day')}{_in_months(rule)}"


BY_FREQ = {Freq.YEARLY: _yearly, Freq.MONTHLY: _monthly, Freq.WEEKLY: _weekly, Freq.DAILY: _daily}


def _said_within_days(rule: Rule, start: int | None) -> str | None:
    """Return "every 20 minutes in the hours of 09:00 and 10:00, on Monday"."""
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
            text += f" at minute {a_list([str(minute) for minute in hands.minutes])}"
        if rule.freq < Freq.SECONDLY and hands.seconds != (0,):
            text += f" at second {a_list([str(second) for second in hands.seconds])}"
    if rule.hours:
        text += f" in the {'hour' if len(rule.hours) == 1 else 'hours'} of {a_list([f'{h:02}:00' for h in rule.hours])}"
    if rule.weekdays:
        text += f" on {a_list(_names(rule))}"
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
    moments = (WALL_EPOCH + timedelta(seconds=hands.nth(index)) for index in range(hands.total))
    return f" at {a_list([time_text(moment.time()) for moment in moments])}"


def _weekdays(rule: Rule) -> str:
    """Return "the 1st Monday and the last Friday"."""
    return a_list([f"the {_place(place)}{WEEKDAYS[weekday]}" for weekday, place in rule.weekdays])


def _month_day(day: int) -> str:
    return f"the {ordinal(day)}" if day > 0 else f"the {_place(day)}day"


def _place(place: int) -> str:
    """Return "1st ", "last ", "2nd to last "."""
    if place > 0:
        return f"{ordinal(place)} "
    return "last " if place == -1 else f"{ordinal(-place)} to last "


def _names(rule: Rule) -> Sequence[str]:
    return [WEEKDAYS[weekday] for weekday, _ in rule.weekdays]


def _in_months(rule: Rule) -> str:
    return f" in {a_list([MONTHS[month - 1] for month in rule.months])}" if rule.months else ""


def _moment(wall: int) -> str:
    moment = _datetime(wall)
    return f"{moment.date()} {time_text(moment.time())}"


def _datetime(wall: int) -> datetime:
    return WALL_EPOCH + timedelta(seconds=wall)
