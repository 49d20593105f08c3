"""The walls' line: where a zone's wall clock matches a pattern, as that of a cron trigger or of a calendar rule."""

from __future__ import annotations

from datetime import timedelta, timezone, tzinfo
from typing import NamedTuple

from tickwright.instants import EARLIEST, LATEST, SECOND
from tickwright.triggers.cron.masks import members
from tickwright.triggers.cron.pattern import FIRST_WALL, LAST_WALL, CronPattern
from tickwright.triggers.lines.line import Patience
from tickwright.triggers.lines.rhythm import Rhythm
from tickwright.triggers.walls import WallSchedule
from tickwright.zones import zone_name

__all__ = ["MOST_RHYTHMS", "Walls"]

MOST_RHYTHMS = 64
"""How many rhythms a line is taken apart into at most."""

WEEKDAY_OF_1970 = 3  # 1 January was a Thursday


class Walls(NamedTuple):
    """The fire times of a schedule with begin <= fire time <= end."""

    schedule: WallSchedule
    zone: tzinfo
    begin: int
    end: int

    def first_from(self, instant: int, patience: Patience | None = None) -> int | None:
        found = self.schedule.first_from(instant if instant > self.begin else self.begin)
        return found if found is not None and found <= self.end else None

    def last_until(self, instant: int, patience: Patience | None = None) -> int | None:
        found = self.schedule.last_until(instant if instant < self.end else self.end)
        return found if found is not None and found >= self.begin else None

    def count_between(self, begin: int, end: int) -> int:
        return self.schedule.count_between(max(begin, self.begin), min(end, self.end + 1))

    @property
    def is_told_by_day(self) -> bool:
        return True

    def bits_between(self, begin: int, end: int) -> int | None:
        since, until = max(begin, -(-self.begin // SECOND) * SECOND), min(end, self.end + 1)
        bits = self.schedule.bits_between(since, until) if since < until else 0
        return None if bits is None else bits << (since - begin) // SECOND

    def not_before(self, instant: int) -> int | None:
        return self.first_from(instant)

    @property
    def cron_pattern(self) -> CronPattern | None:
        """The schedule's pattern, if it is cron's."""
        pattern = self.schedule.pattern
        return pattern if isinstance(pattern, CronPattern) else None

    @property
    def grid(self) -> Rhythm | None:
        """A rhythm on which every member lies: whole seconds, where the zone's offsets are whole seconds."""
        zone = self.zone
        if isinstance(zone, timezone):
            offset = _offset(zone)
        elif isinstance(zone_name(zone), str):
            offset = 0  # it is in the zone database, which writes whole seconds
        else:
            return None
        first = self.begin + (-offset - self.begin) % SECOND
        return Rhythm(first, SECOND, self.end) if first <= self.end else None

    def rhythms(self) -> tuple[Rhythm, ...] | None:
        """Return the line as rhythms, none of which share a member, or `None` where it cannot be said so.

        It can in a zone of one offset, for up to 64 times of an hour, a day or a week.
        """
        pattern = self.cron_pattern
        weekdays = None if pattern is None else pattern.days.as_weekdays()
        if pattern is None or weekdays is None or not isinstance(self.zone, timezone):
            return None
        found = _times_of_a_period(weekdays, *pattern.times.masks)
        if found is None:
            return None
        times, period = found
        offset = _offset(self.zone)
        first = max(self.begin, EARLIEST, FIRST_WALL * SECOND - offset)
        last = min(self.end, LATEST, LAST_WALL * SECOND - offset)
        step = period * SECOND
        begins = (first + (time * SECOND - offset - first) % step for time in times)
        return tuple(Rhythm(begin, step, last) for begin in begins if begin <= last)


def _offset(zone: timezone) -> int:
    return zone.utcoffset(None) // timedelta(microseconds=1)


def _times_of_a_period(weekdays: int, hours: int, minutes: int, seconds: int) -> tuple[list[int], int] | None:
    """Return all times, in seconds, of the shortest period that repeats itself, and how many seconds it has.

    Periods are counted from 1970-01-01 00:00 on. `None` where there are more than `MOST_RHYTHMS` times.
    """
    parts = [(minutes, 60, 60, 0), (hours, 24, 3_600, 0), (weekdays, 7, 86_400, WEEKDAY_OF_1970)]
    while parts and parts[-1][0] == (1 << parts[-1][1]) - 1:
        parts.pop()  # every value of it matches: it only repeats what the parts below it say
    times, period = list(members(seconds)), 60
    for mask, size, unit, shift in parts:
        if mask.bit_count() * len(times) > MOST_RHYTHMS:
            return None
        times = [(value - shift) % size * unit + time for value in members(mask) for time in times]
        period = size * unit
    return times, period
