"""Limits: where a calendar interval starts or ends, said as a whole day or as an instant."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, tzinfo
from typing import NamedTuple, Self

from tickwright.errors import InvalidTriggerError
from tickwright.instants import DAY, EARLIEST, LATEST, to_datetime
from tickwright.plain import plain_date, plain_text
from tickwright.triggers.calendarinterval.occurrences import FIRST_DAY, LAST_DAY
from tickwright.triggers.dst import instant_of_wall
from tickwright.triggers.english import instant_text
from tickwright.triggers.moments import iso_text, read_anchor, read_moment
from tickwright.triggers.transitions import offset_at

__all__ = ["Limit", "read_limits"]

LONGEST_DATE = len("2026-W05-6")
DAY_OF_1970 = date(1970, 1, 1).toordinal()


class Limit(NamedTuple):
    """A day on the zone's clock, and the instant on it that is meant; none where the whole day is."""

    day: int
    """As `date.toordinal` counts."""
    instant: int | None

    @classmethod
    def at(cls, instant: int, zone: tzinfo) -> Self:
        """Return the limit at an instant, on the day that the zone's clock shows then."""
        return cls((instant + offset_at(zone, instant)) // DAY + DAY_OF_1970, instant)

    @classmethod
    def stored(cls, value: object) -> Self:
        """Return the limit that was stored as a tuple: the anchor of a trigger."""
        if type(value) is tuple and len(value) == 2:
            day, instant = value
            if type(day) is int and FIRST_DAY <= day <= LAST_DAY:
                return cls(day, read_anchor(instant))
        raise InvalidTriggerError("anchor", value, "a day and an instant are stored, both as whole numbers")

    @property
    def said(self) -> date:
        """The date, or the datetime in UTC."""
        return date.fromordinal(self.day) if self.instant is None else to_datetime(self.instant)

    @property
    def text(self) -> str:
        """The text that is read as this limit again in any zone."""
        return str(self.said) if self.instant is None else iso_text(self.instant)

    def words(self, zone: tzinfo) -> str:
        """Return "2026-01-31", or "2026-01-31 09:00" as the zone's clock shows it."""
        return str(self.said) if self.instant is None else instant_text(self.instant, zone)

    def first_instant(self, zone: tzinfo) -> int:
        """Return the instant, or the first one at which the zone's clock shows the day."""
        if self.instant is not None:
            return self.instant
        return max(instant_of_wall(zone, (self.day - DAY_OF_1970) * DAY), EARLIEST)

    def last_instant(self, zone: tzinfo) -> int:
        """Return the instant, or the last one at which the zone's clock shows the day."""
        if self.instant is not None:
            return self.instant
        midnight = (self.day + 1 - DAY_OF_1970) * DAY
        return min(instant_of_wall(zone, midnight, fold=1) - 1, LATEST)


def read_limits(start_date: object, end_date: object, zone: tzinfo) -> tuple[Limit | None, Limit | None]:
    """Return both limits, `None` where not given; the end may not lie before the start."""
    start = None if start_date is None else _read(start_date, zone, "start_date")
    end = None if end_date is None else _read(end_date, zone, "end_date")
    if start is not None:
        if not FIRST_DAY <= start.day <= LAST_DAY:
            raise InvalidTriggerError("start_date", start_date, "on the zone's clock it is outside the years 1 to 9999")
        if end is not None and _lies_before(end, start):
            raise InvalidTriggerError("end_date", end_date, "it lies before start_date")
    return start, end


def _read(value: object, zone: tzinfo, field: str) -> Limit:
    day = _as_date(value)
    return Limit.at(read_moment(value, zone, field), zone) if day is None else Limit(day.toordinal(), None)


def _as_date(value: object) -> date | None:
    """Return the date that the value says, or `None` if it says a time of day too, or cannot be read."""
    text = plain_text(value)
    if text is not None and len(text) <= LONGEST_DATE and text.isascii():
        with suppress(ValueError):
            return date.fromisoformat(text)
    return plain_date(value)


def _lies_before(end: Limit, start: Limit) -> bool:
    if end.instant is None or start.instant is None:
        return end.day < start.day
    return end.instant < start.instant
