"""Plain values: what a user's text, number, date or time says, without what a subclass makes of it.

A subclass may compare, hash, measure or show itself as it likes: an enumeration's member, numpy's float64, a
frozen clock's datetime, a test's mock. What is checked here once is kept, compared and pickled for years, so
it is made of Python's own types first, by methods that no subclass can replace.
"""

from __future__ import annotations

from datetime import date, datetime, time

__all__ = ["plain_date", "plain_datetime", "plain_number", "plain_text", "plain_time"]


def plain_text(value: object) -> str | None:
    """Return the text that `value` is, or `None` where it is none, whatever it says of itself."""
    return str.__str__(value) if issubclass(type(value), str) else None


def plain_number(value: object) -> int | float | None:
    """Return the whole number or the float that `value` is, or `None` where it is neither; a bool is no number."""
    kind = type(value)
    if issubclass(kind, int) and kind is not bool:
        return int.__int__(value)  # type: ignore[arg-type] # by its type
    return float.__float__(value) if issubclass(kind, float) else None  # type: ignore[arg-type] # by its type


def plain_datetime(value: object) -> datetime | None:
    """Return the datetime that `value` is, with its zone and its `fold`, or `None` where it is none."""
    if not issubclass(type(value), datetime):
        return None
    return datetime.combine(datetime.date(value), datetime.timetz(value))  # type: ignore[arg-type] # by its type


def plain_date(value: object) -> date | None:
    """Return the date that `value` is, or `None` where it is none; a datetime is no date."""
    kind = type(value)
    if not issubclass(kind, date) or issubclass(kind, datetime):
        return None
    return date.fromordinal(date.toordinal(value))  # type: ignore[arg-type] # by its type


def plain_time(value: object) -> time | None:
    """Return the time of day that `value` is, with its zone and its `fold`, or `None` where it is none."""
    if not issubclass(type(value), time):
        return None
    return datetime.combine(date.min, value).timetz()  # type: ignore[arg-type] # by its type
