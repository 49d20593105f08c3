"""Instants: whole microseconds since the epoch in UTC on the inside, aware datetimes at the edge."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

__all__ = ["DAY", "EARLIEST", "EPOCH", "HOUR", "LATEST", "MICROSECOND", "SECOND", "UTC", "to_datetime", "to_micros"]

UTC = UTC
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
"""Microseconds in a second."""
HOUR = 3_600 * SECOND
"""Microseconds in an hour."""
DAY = 24 * HOUR
"""Microseconds in a day."""


def to_micros(moment: datetime) -> int:
    """Return the microseconds from the epoch to `moment`, exactly; a naive datetime is a `TypeError`."""
    try:
        since = moment - EPOCH
    except TypeError:
        raise TypeError(f"an aware datetime is needed here, not {moment!r}") from None
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def to_datetime(micros: int) -> datetime:
    """Return the instant as an aware datetime in UTC; `micros` lies between `EARLIEST` and `LATEST`."""
    return EPOCH + micros * MICROSECOND


EARLIEST = to_micros(datetime.min.replace(tzinfo=UTC))
"""The first instant that a datetime can hold: year 1."""
LATEST = to_micros(datetime.max.replace(tzinfo=UTC))
"""The last instant that a datetime can hold: year 9999."""
