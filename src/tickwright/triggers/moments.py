"""Moments: a datetime, a date or an ISO 8601 text from a user, read as one instant."""

from __future__ import annotations

import re
from datetime import date, datetime, time, tzinfo

from tickwright.errors import InvalidTriggerError, shortened
from tickwright.instants import EARLIEST, LATEST, SECOND, UTC, to_datetime, to_micros
from tickwright.plain import plain_date, plain_datetime, plain_number, plain_text
from tickwright.triggers.dst import instant_of_wall
from tickwright.triggers.transitions import offset_at

__all__ = ["Moment", "iso_text", "read_anchor", "read_moment", "read_span", "read_wall"]

Moment = datetime | date | str
"""What a user may give where one instant is meant."""

LONGEST_TEXT = 64
ISO_8601 = re.compile(
    r"(\d{4}-\d\d-\d\d|\d{8}|\d{4}-?W\d\d(-?\d)?)"  # a date, or an ISO week with its day
    r"([T ]\d\d(:?\d\d(:?\d\d([.,]\d+)?)?)?"
    r"(Z|[+-]\d\d(:?\d\d(:?\d\d)?)?)?)?",
    re.ASCII,
)


def read_moment(value: object, zone: tzinfo, field: str) -> int:
    """Return the instant, in microseconds, that `value` says in `zone`.

    A date stands for its midnight, a text for the date or datetime that it writes (ISO 8601). An aware
    datetime says its instant by itself. A naive one is taken in `zone`: where the clock shows it twice, the
    first time unless it has `fold=1`; where the clock leaves it out, the first instant after the gap.

    Raises `InvalidTriggerError` for `field`, or `TypeError` naming it.
    """
    moment = _as_datetime(value, field)
    instant = to_micros(moment) if _is_aware(moment, field) else instant_of_wall(zone, _wall(moment), moment.fold)
    if not EARLIEST <= instant <= LATEST:
        raise InvalidTriggerError(field, value, "in UTC this lies outside the years 1 to 9999")
    return instant


def read_wall(value: object, zone: tzinfo, field: str) -> int:
    """Return what the zone's clock shows at `value`, in whole seconds since 1970-01-01 00:00 on that clock.

    A naive datetime says that by itself, an aware one is converted. Fractions of a second are dropped.
    """
    moment = _as_datetime(value, field)
    if not _is_aware(moment, field):
        return _wall(moment) // SECOND
    instant = read_moment(moment, zone, field)
    return (instant + offset_at(zone, instant)) // SECOND


def read_span(start_date: object, end_date: object, zone: tzinfo) -> tuple[int | None, int | None]:
    """Return the instants of both dates, `None` where not given; the end may not lie before the start."""
    start = None if start_date is None else read_moment(start_date, zone, "start_date")
    end = None if end_date is None else read_moment(end_date, zone, "end_date")
    if start is not None and end is not None and end < start:
        raise InvalidTriggerError("end_date", end_date, "it lies before start_date")
    return start, end


def read_anchor(value: object) -> int | None:
    """Return the anchor that was stored with a trigger, an instant, or `None` where there was none."""
    if value is None:
        return None
    instant = plain_number(value)
    if not isinstance(instant, int) or not EARLIEST <= instant <= LATEST:
        raise InvalidTriggerError(
            "anchor", value, "microseconds from 1970 to an instant in the years 1 to 9999 are stored"
        )
    return instant


def iso_text(instant: int) -> str:
    """Return the text that `read_moment` reads as this instant in any zone."""
    return to_datetime(instant).isoformat()


def _wall(moment: datetime) -> int:
    """Return the microseconds from 1970-01-01 00:00 to what a naive datetime shows, on the same clock."""
    return to_micros(moment.replace(tzinfo=UTC))


def _is_aware(moment: datetime, field: str) -> bool:
    try:
        return moment.utcoffset() is not None
    except Exception as error:  # the border to a user's tzinfo: whatever it raises, it cannot be used
        raise InvalidTriggerError(field, moment, f"its zone cannot say its offset: {type(error).__name__}") from error


def _as_datetime(value: object, field: str) -> datetime:
    moment = plain_datetime(value)
    if moment is not None:
        return moment
    day = plain_date(value)
    if day is not None:
        return datetime.combine(day, time())
    text = plain_text(value)
    if text is None:
        raise TypeError(f"{field} must be a datetime, a date or an ISO 8601 text, not {shortened(value)}")
    # Python would read more, and some of it wrongly: "12:00:00:5" and "12.5" as half a second past twelve.
    if len(text) > LONGEST_TEXT or not ISO_8601.fullmatch(text):
        raise InvalidTriggerError(
            field, value, "an ISO 8601 date reads like '2026-11-23' or '2026-11-23T11:30:00+01:00'"
        )
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InvalidTriggerError(field, value, "there is no such day, or no such time of day") from None
