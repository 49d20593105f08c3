"""Dates: the basic form of RFC 5545, 3.3.5, between text and the seconds of a wall clock."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

from tickwright.errors import InvalidTriggerError
from tickwright.instants import SECOND
from tickwright.triggers.dst import instant_of_wall
from tickwright.triggers.transitions import offset_at

__all__ = [
    "FIRST_WALL",
    "LAST_WALL",
    "WALL_EPOCH",
    "datetime_of",
    "read_date",
    "wall_at",
    "wall_of",
    "wall_text",
    "within_calendar",
]

WALL_EPOCH = datetime(1970, 1, 1)
DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})(Z?))?", re.IGNORECASE)


def wall_of(moment: datetime) -> int:
    """Return the whole seconds from 1970-01-01 00:00 to what a wall clock shows; fractions are dropped."""
    since = moment.replace(tzinfo=None) - WALL_EPOCH
    return since.days * 86_400 + since.seconds


def datetime_of(wall: int) -> datetime:
    """Return what a wall clock shows so many seconds after 1970-01-01 00:00, naive."""
    return WALL_EPOCH + timedelta(seconds=wall)


FIRST_WALL = wall_of(datetime.min)
LAST_WALL = wall_of(datetime.max)


def wall_at(instant: int, zone: tzinfo) -> int:
    """Return what the zone's clock shows at an instant (in microseconds); fractions are dropped.

    Beyond the calendar it shows the calendar's first or last second, so that "UNTIL=99991231T235959Z" may be said.
    """
    return within_calendar((instant + offset_at(zone, instant)) // SECOND)


def within_calendar(wall: int) -> int:
    """Return the wall, or the first or the last one of the years 1 to 9999 that is nearest to it."""
    return min(max(wall, FIRST_WALL), LAST_WALL)


def wall_text(wall: int) -> str:
    """Return "19970902T090000"."""
    moment = datetime_of(wall)
    return f"{moment.year:04}{moment:%m%dT%H%M%S}"


def read_date(name: str, text: str, zone: tzinfo, own_zone: tzinfo | None = None) -> int:
    """Return the wall, on the clock of `zone`, that "19970902", "19970902T090000" or the latter with Z says.

    A date stands for its midnight. With a Z it is an instant of UTC, and with `own_zone` (another TZID beside it)
    a wall there; what the clock of `zone` shows at that instant is returned.
    """
    match = DATE.fullmatch(text)
    try:
        if match is None:
            raise ValueError("it reads like 19970902T090000, with a Z at its end for UTC, or like 19970902")
        *digits, is_utc = match.groups()
        year, month, day, hour, minute, second = (int(part or 0) for part in digits)
        moment = datetime(year, month, day, hour, minute, second)
    except ValueError as error:
        raise InvalidTriggerError("rule", text, f"{name}: this is no date of RFC 5545 ({error})") from None
    wall = wall_of(moment)
    if is_utc:
        return wall_at(wall * SECOND, zone)
    if own_zone is not None:
        return wall_at(instant_of_wall(own_zone, wall * SECOND), zone)
    return wall
