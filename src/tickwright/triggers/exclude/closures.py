"""Closures: what a calendar excludes, laid along the time line of a zone."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from datetime import date, time, tzinfo
from typing import Any

from tickwright.errors import shortened
from tickwright.instants import DAY, SECOND
from tickwright.triggers.dst import DstPolicy, timeline, treatment
from tickwright.triggers.exclude.entries import Daily, Days, Entry, Hours
from tickwright.triggers.exclude.spans import Spans
from tickwright.triggers.lines.excluding import Stretch
from tickwright.triggers.transitions import MOST_APART

__all__ = ["AskedDates", "Closures", "ListedDates"]

DAYS_TO_1970 = date(1970, 1, 1).toordinal()
LAST_DAY = date.max.toordinal()
MOST_YEARS = 500


class ListedDates:
    """Excludes what is listed as entries.

    Of an instant, the date and the time are what the zone's clock shows then. So a day may have 23 hours, or 25,
    and one that the clock shows twice in pieces is excluded in both.
    """

    __slots__ = ("_daily", "_days", "_hours", "_timeline")

    def __init__(self, entries: Sequence[Entry], zone: tzinfo) -> None:
        self._timeline = timeline(zone, EVERY_WALL)
        self._hours = Spans.merged((entry.begin, entry.end) for entry in entries if isinstance(entry, Hours))
        self._days = Spans.merged(
            (_midnight(entry.first), _midnight(entry.last) + DAY) for entry in entries if isinstance(entry, Days)
        )
        self._daily = Spans.merged(
            part for entry in entries if isinstance(entry, Daily) for part in _parts_of_a_day(entry)
        )

    def stretch_at(self, instant: int) -> Stretch:
        """Return a stretch in which `instant` lies; of two that exclude it, what they cover together."""
        segment = self._timeline.segment_at(instant)
        since, until, (offset,), _ = segment
        day = (instant + offset) // DAY * DAY
        excluded = False
        begin = end = instant
        # Each kind has a clock of its own, which is ahead of the instant by so much.
        for spans, ahead in ((self._hours, 0), (self._days, offset), (self._daily, offset - day)):
            if not spans.starts:
                continue
            start, stop, inside = spans.around(instant + ahead)
            if spans is self._daily:
                start, stop = max(start, 0), min(stop, DAY)
            start, stop = start - ahead, stop - ahead
            if not inside:
                since, until = max(since, start), min(until, stop)
                continue
            excluded = True
            if spans is self._days and start + MOST_APART <= instant < stop - MOST_APART:
                # So far inside that no change of clocks can lead out of it.
                start, stop = start + MOST_APART, stop - MOST_APART
            elif spans is not self._hours:
                start, stop = max(start, segment.begin), min(stop, segment.end)
            begin, end = min(begin, start), max(end, stop)
        return Stretch(begin, end, excluded=True) if excluded else Stretch(since, until, excluded=False)


class AskedDates:
    """Excludes the days of which a container says that they are in it.

    A day is asked about when it is needed. A container that may grow by being asked, as a `holidays` object does, is
    asked through a copy, a year at a time, and only the answers are kept.
    """

    __slots__ = ("_container", "_grows", "_timeline", "_years")

    def __init__(self, container: Any, zone: tzinfo, *, grows: bool) -> None:
        self._timeline = timeline(zone, EVERY_WALL)
        self._container = container
        self._grows = grows
        self._years: dict[int, int] = {}

    def stretch_at(self, instant: int) -> Stretch:
        """Return the part of its day in which `instant` lies and the zone's offset does not change."""
        since, until, (offset,), _ = self._timeline.segment_at(instant)
        number = (instant + offset) // DAY
        begin = number * DAY - offset
        # In its own zone, the calendar's first and last day may have instants of the year 0 or 10000.
        day = date.fromordinal(min(max(number + DAYS_TO_1970, 1), LAST_DAY))
        excluded = self._has_by_year(day) if self._grows else _has(self._container, day)
        return Stretch(max(begin, since), min(begin + DAY, until), excluded)

    def _has_by_year(self, day: date) -> bool:
        mask = self._years.get(day.year)
        if mask is None:
            if len(self._years) >= MOST_YEARS:
                self._years = {}
            self._years[day.year] = mask = _year_of(deepcopy(self._container), day.year)
        return bool(mask >> day.timetuple().tm_yday & 1)


Closures = ListedDates | AskedDates
EVERY_WALL = treatment(DstPolicy.WALL_CLOCK, is_wildcard=True)


def _year_of(container: Any, year: int) -> int:
    """Return the mask of the days of a year that are in the container; bit 1 is 1 January."""
    first = date(year, 1, 1).toordinal()
    days = date(year, 12, 31).toordinal() - first + 1
    return sum(_has(container, date.fromordinal(first + number)) << number + 1 for number in range(days))


def _has(container: Any, day: date) -> bool:
    try:
        return bool(day in container)
    except Exception as error:  # the border to a user's calendar: told which day it was, the error goes on
        error.add_note(f"Tickwright asked whether {day} is in the calendar {shortened(container)}.")
        raise


def _midnight(day: date) -> int:
    return (day.toordinal() - DAYS_TO_1970) * DAY


def _parts_of_a_day(daily: Daily) -> list[tuple[int, int]]:
    start, end = _micros(daily.start), _micros(daily.end)
    return [(start, end)] if start < end else [(0, end), (start, DAY)]


def _micros(at: time) -> int:
    return (at.hour * 3_600 + at.minute * 60 + at.second) * SECOND + at.microsecond
