"""Entries: the dates and windows of time that a user lists to be excluded, read one by one.

===============================================  ===========================================================
an entry                                         what it excludes
===============================================  ===========================================================
a `date`                                         that day
a pair of `date`                                 the days from the first to the last, both included
a pair of `datetime`                             start <= fire time < end; naive ones are taken in the zone
a pair of `time`                                 each day, start <= wall clock < end, over midnight if start > end
===============================================  ===========================================================

A pair is a tuple or a list of two of a kind. Each value may be given as an ISO 8601 text instead: a text with a `T`
or a blank between date and time is a datetime, one with a colon a time, any other a date.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, tzinfo
from typing import NamedTuple

from tickwright.errors import InvalidTriggerError, shortened
from tickwright.plain import plain_date, plain_datetime, plain_text, plain_time
from tickwright.triggers.english import time_text
from tickwright.triggers.moments import LONGEST_TEXT, iso_text, read_moment

__all__ = ["MOST_ENTRIES", "Daily", "Days", "Entry", "Hours", "as_texts", "read_entries"]

MOST_ENTRIES = 10_000
"""More are refused: it is every day of 27 years, and a container that answers `in` may hold any number."""


class Days(NamedTuple):
    """Whole days, from the first to the last, both included."""

    first: date
    last: date


class Hours(NamedTuple):
    """A stretch of time in microseconds, begin <= instant < end."""

    begin: int
    end: int


class Daily(NamedTuple):
    """A part of every day on the wall clock, start <= wall < end; over midnight where start > end."""

    start: time
    end: time


Entry = Days | Hours | Daily
KINDS = (Days, Hours, Daily)
SAMPLES: dict[type, str] = {date: "2026-12-25", datetime: "2026-12-25T18:30", time: "18:30"}


def read_entries(values: Collection[object], zone: tzinfo, field: str) -> tuple[Entry, ...]:
    """Return what is listed, each entry once, in an order that does not depend on the one they were given in."""
    if len(values) > MOST_ENTRIES:
        raise InvalidTriggerError(field, len(values), f"at most {MOST_ENTRIES:,} dates and windows can be listed")
    entries = {_read(value, zone, f"{field}[{number}]") for number, value in enumerate(values)}
    return tuple(sorted(entries, key=lambda entry: (KINDS.index(type(entry)), entry)))


def _read(value: object, zone: tzinfo, field: str) -> Entry:
    if isinstance(value, (tuple, list)):
        return _pair(value, zone, field)
    day = _single(value, field)
    if isinstance(day, date) and not isinstance(day, datetime):
        return Days(day, day)
    raise InvalidTriggerError(field, value, "a window is a pair of a start and an end; a day of its own is a date")


def as_texts(entry: Entry) -> str | tuple[str, str]:
    """Return the texts that read as this entry again, in any zone."""
    match entry:
        case Days(first, last):
            return first.isoformat() if first == last else (first.isoformat(), last.isoformat())
        case Hours(begin, end):
            return iso_text(begin), iso_text(end)
        case Daily(start, end):
            return time_text(start), time_text(end)


def _pair(pair: tuple[object, ...] | list[object], zone: tzinfo, field: str) -> Entry:
    if len(pair) != 2:
        raise InvalidTriggerError(field, pair, "a window is a pair of a start and an end")
    start, end = (_single(value, field) for value in pair)
    if isinstance(start, datetime) and isinstance(end, datetime):
        hours = Hours(read_moment(start, zone, field), read_moment(end, zone, field))
        if hours.begin < hours.end:
            return hours
    elif isinstance(start, time) and isinstance(end, time):
        if start.tzinfo is not None or end.tzinfo is not None:
            raise InvalidTriggerError(field, pair, "times are read off the clock of the trigger's zone and name none")
        if start != end:
            return Daily(start.replace(fold=0), end.replace(fold=0))
    elif any(isinstance(value, (datetime, time)) for value in (start, end)):
        raise InvalidTriggerError(field, pair, "both ends of a window are of one kind: dates, datetimes or times")
    elif isinstance(start, date) and isinstance(end, date) and start <= end:
        return Days(start, end)
    raise InvalidTriggerError(field, pair, "the window is empty: its end must lie after its start")


def _single(value: object, field: str) -> date | datetime | time:
    for plain in (plain_datetime, plain_date, plain_time):
        moment = plain(value)
        if moment is not None:
            return moment
    text = plain_text(value)
    if text is None:
        raise TypeError(f"{field} must be a date, an ISO 8601 text or a pair of these, not {shortened(value)}")
    if len(text) > LONGEST_TEXT or not text.isascii():
        raise InvalidTriggerError(field, text, "this is no ISO 8601 date, datetime or time")
    kind: type[date | datetime | time] = date
    if ":" in text:
        kind = datetime if "-" in text.partition(":")[0] else time
    elif "T" in text or " " in text:
        kind = datetime
    try:
        return kind.fromisoformat(text)
    except ValueError:
        reason = f"this is no ISO 8601 {kind.__name__}, such as {SAMPLES[kind]!r}"
        raise InvalidTriggerError(field, text, reason) from None
