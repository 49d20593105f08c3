"""English: numbers, lists, times and zones as the descriptions of triggers say them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import time, timezone, tzinfo

from tickwright.instants import to_datetime
from tickwright.zones import LOCAL, zone_name

__all__ = [
    "MONTHS",
    "WEEKDAYS",
    "a_list",
    "between",
    "counted",
    "every",
    "in_zone",
    "instant_text",
    "ordinal",
    "runs",
    "span_text",
    "time_text",
]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: tuple[str, ...] = ("January", "February", "March", "April", "May", "June")
MONTHS += ("July", "August", "September", "October", "November", "December")


def counted(number: int | float, noun: str) -> str:
    """Return "1 day", "2 days"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def every(number: int | float, noun: str) -> str:
    """Return "every day", "every 2 days"."""
    return f"every {noun}" if number == 1 else f"every {number:,} {noun}s"


def ordinal(number: int) -> str:
    """Return "1st", "2nd", "3rd", "11th"."""
    last = 0 if 10 < number % 100 < 14 else number % 10
    return f"{number}{('th', 'st', 'nd', 'rd')[last if last < 4 else 0]}"


def a_list(parts: Sequence[str], word: str = "and") -> str:
    """Return "a", "a and b", "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def runs(numbers: Sequence[int], shown: Callable[[int], str] = str) -> list[str]:
    """Return "1 to 7", "15": ascending numbers, three or more that follow each other as one."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    texts: list[str] = []
    for run in found:
        texts += [f"{shown(run[0])} to {shown(run[-1])}"] if len(run) > 2 else map(shown, run)
    return texts


def time_text(at: time) -> str:
    """Return "09:00", with seconds and microseconds only where there are any."""
    return at.isoformat("auto" if at.second or at.microsecond else "minutes")


def in_zone(zone: tzinfo) -> str:
    """Return "in Europe/Berlin", "in UTC", "at UTC+05:30"."""
    name = zone_name(zone)
    if name == LOCAL:
        return "in the machine's own zone"
    if isinstance(zone, timezone) and name != "UTC":
        return f"at UTC{name}" if isinstance(name, str) else f"at {zone}"
    return f"in {name}"


def instant_text(instant: int, zone: tzinfo) -> str:
    """Return "2026-11-23 09:00", an instant (in microseconds) as the zone's clock shows it.

    Where the clock shows that twice, the second time is called so.
    """
    moment = to_datetime(instant)
    with suppress(OverflowError):  # the zone's clock may show no time on the calendar's first or last day
        moment = moment.astimezone(zone)
    return f"{moment.date()} {time_text(moment.time())}{' (the second time)' if moment.fold else ''}"


def span_text(start: int | None, end: int | None, zone: tzinfo) -> str:
    """Return ", from 2026-11-23 09:00 until 2027-01-01 00:00", or as much of that as is given."""
    return between(
        None if start is None else instant_text(start, zone),
        None if end is None else instant_text(end, zone),
    )


def between(start: str | None, end: str | None) -> str:
    """Return ", from 2026-11-23 until 2027-01-01", or as much of that as is given."""
    since = "" if start is None else f" from {start}"
    until = "" if end is None else f" until {end}"
    return f",{since}{until}" if since or until else ""
