"""Time zones: how one is given, found, shown and compared."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import TYPE_CHECKING, Final, cast

from tickwright.errors import InvalidTriggerError, shortened
from tickwright.instants import UTC
from tickwright.plain import plain_text

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

__all__ = ["LOCAL", "as_zone", "may_change", "zone_name"]

LOCAL: Final = "local"
"""The name of the machine's own zone, where the machine does not say which one that is."""

LONGEST_NAME = 255
OFFSET = re.compile(r"[+-]\d\d(:?\d\d(:?\d\d)?)?", re.ASCII)
PROBE = datetime(2000, 1, 1, tzinfo=UTC)


def as_zone(value: tzinfo | str | None = None) -> tzinfo:
    """Return the zone that `value` stands for.

    Taken are: a key of the IANA time zone database (`"Europe/Berlin"`, letter case as written there), an
    offset as ISO 8601 writes it (`"+05:30"`), any `tzinfo`, or `None` for the machine's own zone. A pytz zone
    becomes the `zoneinfo` zone of the same key, and so does one that dateutil has read from the database: pytz
    objects differ by instance, and both know no changes after 2037.

    Raises `InvalidTriggerError` for the field `timezone` where no such zone is found, `TypeError` for another
    type.
    """
    if value is None:
        return _local_zone()
    name = plain_text(value)
    if name is not None:
        return _named_zone(name)
    if issubclass(type(value), tzinfo):
        return _checked_zone(cast(tzinfo, value))
    raise TypeError(f"timezone must be a zone's name, a tzinfo or None, not {shortened(value)}")


def may_change(zone: tzinfo) -> bool:
    """Return whether a zone's rules may be changed: what is always as far from UTC has none."""
    return not isinstance(zone, timezone)


def zone_name(zone: tzinfo) -> str | tzinfo:
    """Return the text from which `as_zone` makes this zone again, or the zone itself where there is none.

    Two zones are the same to a trigger when their names are equal. The name is also what a trigger shows and
    pickles.
    """
    if zone is UTC:
        return "UTC"
    if isinstance(zone, timezone):
        # Python writes its own fixed offsets as "UTC" or "UTC+05:30", unless they were given a name: ask for
        # the offset.
        if zone.utcoffset(None).microseconds:
            return zone  # no text says it: `datetime.fromisoformat` reads fractions of a second wrongly here
        offset = datetime.min.replace(tzinfo=timezone(zone.utcoffset(None))).isoformat()[19:]
        return "UTC" if offset == "+00:00" else offset
    if not isinstance(zone, _zone_info()):
        return zone
    from pickle import PicklingError

    if zone.key == LOCAL:
        return LOCAL  # tzlocal calls it so when it has found a zone's file and no name
    try:
        zone.__reduce__()
    except PicklingError:
        return zone  # read from a file of its own: whatever its key says, no database has it
    return zone.key


def _local_zone() -> tzinfo:
    import tzlocal

    try:
        return tzlocal.get_localzone()
    except Exception as error:  # the border to the machine's configuration: any complaint about it ends here
        raise InvalidTriggerError(
            "timezone", None, f"this machine's own zone cannot be found ({error}); name one"
        ) from error


def _named_zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    if name == LOCAL:
        return _local_zone()
    if not name:
        raise InvalidTriggerError("timezone", name, "the name is empty")
    if len(name) > LONGEST_NAME or not name.isascii() or not name.isprintable():
        raise InvalidTriggerError("timezone", name, "this cannot be a zone's name")
    if name[0] in "+-":
        return _fixed_offset(name)
    try:
        return _zone_info()(name)
    except (KeyError, ValueError, OSError):  # not in the database; not a key at all; a folder of the database
        raise InvalidTriggerError(
            "timezone", name, "there is no such zone; names read like 'Europe/Berlin', letter case included"
        ) from None


def _fixed_offset(text: str) -> tzinfo:
    zone = None
    if OFFSET.fullmatch(text):
        with suppress(ValueError):
            zone = datetime.fromisoformat(f"2000-01-01T00:00:00{text}").tzinfo
    if zone is None:
        raise InvalidTriggerError("timezone", text, "an offset reads like '+05:30', and is less than a day")
    return zone


@cache
def _zone_info() -> type[ZoneInfo]:
    """Return `ZoneInfo`, imported when it is first needed: a program that schedules in UTC does without."""
    from zoneinfo import ZoneInfo

    return ZoneInfo


def _checked_zone(zone: tzinfo) -> tzinfo:
    if isinstance(zone, timezone) or type(zone) is _zone_info():
        return zone
    try:
        library = f"{type(zone).__module__}".partition(".")[0]
        if library == "pytz":
            name = getattr(zone, "zone", None)
            return timezone(cast(timedelta, zone.utcoffset(None))) if name is None else as_zone(name)
        if library == "dateutil" and (own := _from_dateutil(zone)) is not None:
            return own
        PROBE.astimezone(zone)
        with suppress(TypeError):  # dateutil's cannot be hashed, and need not
            hash(zone)
    except InvalidTriggerError:
        raise
    except Exception as error:  # the border to a user's tzinfo: whatever it raises, it cannot be used
        raise InvalidTriggerError("timezone", zone, f"it cannot convert a time: {type(error).__name__}") from error
    return zone


def _from_dateutil(zone: tzinfo) -> tzinfo | None:
    """Return the zone that a zone of dateutil's stands for, or `None` where it has to be taken as it is."""
    match type(zone).__name__:
        case "tzutc":
            return UTC
        case "tzlocal":
            return _local_zone()
        case "tzoffset":
            return timezone(cast(timedelta, zone.utcoffset(None)))
        case "tzfile":
            from zoneinfo import TZPATH

            file = f"{getattr(zone, '_filename', '')}"
            for folder in TZPATH:
                if file.startswith(f"{folder}/"):
                    with suppress(InvalidTriggerError):
                        return _named_zone(file.removeprefix(f"{folder}/"))
    return None
