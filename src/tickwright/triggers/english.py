"""English: the sentence that every trigger says of itself, in the words that all of them share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import time, timezone, tzinfo

from tickwright.instants import to_datetime
from tickwright.zones import LOCAL, zone_name

__all__ = [
    "EVERY_DAY",
    "MONTHS",
    "WEEKDAYS",
    "WHEN_ADDED",
    "a_list",
    "a_run",
    "between",
    "counted",
    "every",
    "every_weekday",
    "in_months",
    "in_zone",
    "instant_text",
    "left_out_text",
    "ordinal",
    "place_text",
    "placed_weekdays",
    "runs",
    "sentence",
    "span_text",
    "time_text",
]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: tuple[str, ...] = ("January", "February", "March", "April", "May", "June")
MONTHS += ("July", "August", "September", "October", "November", "December")
PLACES = ("first", "second", "third", "fourth", "fifth")

EVERY_DAY = "every day"
WHEN_ADDED = "when it is added"
"""The start of what counts from its adding to a job, before that."""


def sentence(schedule: str, zone: tzinfo | None, span: str = "", left_out: str = "", changes: str = "") -> str:
    """Return "every day at 09:00 in UTC, from 2026-11-23": the parts of a description in the order that all keep.

    What follows the zone begins with a comma or a semicolon of its own. There is no zone where no part depends on it.
    """
    return f"{schedule}{'' if zone is None else f' {in_zone(zone)}'}{span}{left_out}{changes}"


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


def a_run(values: Sequence[int], names: Sequence[str]) -> str | None:
    """Return "from June to August" where three or more follow each other, also over the end of a year or week."""
    if len(values) < 3:
        return None
    size = len(names)
    starts = [value for value in values if (value - 1) % size not in values]
    if len(starts) != 1:
        return None
    return f"from {names[starts[0]]} to {names[(starts[0] + len(values) - 1) % size]}"


def every_weekday(weekdays: Sequence[int]) -> str:
    """Return "every Monday", "every weekday", "every day except Sunday", "every day": ascending, Monday being 0."""
    if len(weekdays) == len(WEEKDAYS):
        return EVERY_DAY
    if tuple(weekdays) == (0, 1, 2, 3, 4):
        return "every weekday"
    if len(weekdays) == len(WEEKDAYS) - 1:
        return f"{EVERY_DAY} except {next(name for at, name in enumerate(WEEKDAYS) if at not in weekdays)}"
    if run := a_run(weekdays, WEEKDAYS):
        return f"{EVERY_DAY} {run}"
    return f"every {a_list([WEEKDAYS[weekday] for weekday in weekdays])}"


def in_months(months: Sequence[int]) -> str:
    """Return " in January and July", " from June to August", or nothing for all twelve: ascending, from 1 on."""
    if len(months) == len(MONTHS):
        return ""
    places = [month - 1 for month in months]
    return f" {a_run(places, MONTHS) or f'in {a_list([MONTHS[place] for place in places])}'}"


def place_text(place: int) -> str:
    """Return "first", "20th", and counted from the end, where it is negative, "last", "second to last"."""
    if place == -1:
        return "last"
    number = abs(place)
    text = PLACES[number - 1] if number <= len(PLACES) else ordinal(number)
    return text if place > 0 else f"{text} to last"


def placed_weekdays(weekdays: Iterable[tuple[int, int]], word: str = "and") -> list[str]:
    """Return "the first and third Monday", "the last Friday": of weekdays, each with its place."""
    places: dict[int, list[str]] = {}
    for weekday, place in sorted(weekdays, key=lambda one: (one[1] < 0, one)):
        places.setdefault(weekday, []).append(place_text(place))
    return [f"the {a_list(texts, word)} {WEEKDAYS[weekday]}" for weekday, texts in places.items()]


def left_out_text(unit: str, lacking: str) -> str:
    """Return "; months without a 31st are left out"."""
    return f"; {unit}s without a {lacking} are left out"


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


def span_text(start: int | None, end: int | None, zone: tzinfo, unless_fixed: str | None = None) -> str:
    """Return ", from 2026-11-23 09:00 until 2027-01-01 00:00", or as much of that as is given.

    `unless_fixed` stands for a start that is none yet.
    """
    return between(
        unless_fixed if start is None else instant_text(start, zone),
        None if end is None else instant_text(end, zone),
    )


def between(start: str | None, end: str | None) -> str:
    """Return ", from 2026-11-23 until 2027-01-01", or as much of that as is given."""
    since = "" if start is None else f" from {start}"
    until = "" if end is None else f" until {end}"
    return f",{since}{until}" if since or until else ""
