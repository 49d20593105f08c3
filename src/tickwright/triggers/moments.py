"""Moments: a datetime, a date or an ISO 8601 text from a user, read as one instant."""

from __future__ import annotations

from datetime import date, datetime, time, tzinfo

from tickwright.errors import InvalidTriggerError, shortened
from tickwright.instants import EARLIEST, EPOCH, LATEST, SECOND, to_datetime, to_micros
from tickwright.triggers.dst import instant_of_wall
from tickwright.triggers.transitions import offset_at

__all__ = ["Moment", "iso_text", "read_moment", "read_span", "read_wall"]

Moment = datetime | date | str
"""What a user may give where one instant is meant."""

LONGEST_TEXT = 64
WALL_EPOCH = EPOCH.replace(tzinfo=None)


def read_moment(value: object, zone: tzinfo, field: str) -> int:
    """Return the instant, in microseconds, that `value` says in `zone`.

    A date stands for its midnight, a text for the date or datetime that it writes (ISO 8601). An aware
    datetime says its instant by itself. A naive one is taken in `zone`: where the clock shows it twice, the
    first time unless it has `fold=1`; where the clock leaves it out, the first instant after the gap.

    Raises `InvalidTriggerError` for `field`, or `TypeError` naming it.
    """
    moment = _as_datetime(value, field)
    if moment.utcoffset() is not None:
        instant = to_micros(moment)
    else:
        since = moment.replace(tzinfo=None) - WALL_EPOCH
        wall = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
        instant = instant_of_wall(zone, wall, moment.fold)
    if not EARLIEST <= instant <= LATEST:
        raise InvalidTriggerError(field, value, "in UTC this lies outside the years 1 to 9999")
    return instant


def read_wall(value: object, zone: tzinfo, field: str) -> int:
    """Return what the zone's clock shows at `value`, in whole seconds since 1970-01-01 00:00 on that clock.

    A naive datetime says that by itself, an aware one is converted. Fractions of a second are dropped.
    """
    moment = _as_datetime(value, field)
    if moment.utcoffset() is None:
        since = moment.replace(tzinfo=None) - WALL_EPOCH
        return since.days * 86_400 + since.seconds
    instant = to_micros(moment)
    return (instant + offset_at(zone, instant)) // SECOND


def read_span(start_date: object, end_date: object, zone: tzinfo) -> tuple[int | None, int | None]:
    """Return the instants of both dates, `None` where not given; the end may not lie before the start."""
    start = None if start_date is None else read_moment(start_date, zone, "start_date")
    end = None if end_date is None else read_moment(end_date, zone, "end_date")
    if start is not None and end is not None and end < start:
        raise InvalidTriggerError("end_date", end_date, "it lies before start_date")
    return start, end


def iso_text(instant: int) -> str:
    """Return the text that `read_moment` reads as this instant in any zone."""
    return to_datetime(instant).isoformat()


def _as_datetime(value: object, field: str) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if not isinstance(value, str):
        raise TypeError(f"{field} must be a datetime, a date or an ISO 8601 text, not {shortened(value)}")
    if len(value) > LONGEST_TEXT or not value.isascii():
        raise InvalidTriggerError(field, value, "a date reads like '2026-11-23' or '2026-11-23T11:30:00+01:00'")
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise InvalidTriggerError(field, value, f"this is no ISO 8601 date or datetime ({error})") from None
