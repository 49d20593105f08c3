"""The common walls' line: the instants at which several cron triggers of one zone all fire.

Where nothing but the wall clock decides, they agree when the wall matches all of them, and that is a cron pattern
again: found, and counted, without trying one fire time after the other. Around a change of clocks, where each may
leave out, join or shift what it fires, their fire times themselves are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timezone
from typing import NamedTuple

from tickwright.instants import DAY, EARLIEST, LATEST, SECOND
from tickwright.triggers.cron.intersection import common_pattern
from tickwright.triggers.cron.pattern import CronPattern
from tickwright.triggers.lines.agreement import Agreement
from tickwright.triggers.lines.by_day import count_by_day
from tickwright.triggers.lines.line import MOST_STEPS, Patience
from tickwright.triggers.lines.walls import Walls
from tickwright.triggers.walls import WallSchedule

__all__ = ["CommonWalls", "common_walls"]

MOST_STRETCHES = 200
"""Without a common wall, agreement is looked for in this many stretches, at most 128 days long: 40 years or more."""


class Stretch(NamedTuple):
    """A part of the time line, begin <= instant < end, in which all fire where the wall matches, and only there."""

    begin: int
    end: int
    offset: int


class CommonWalls(NamedTuple):
    """What all of `walls`, two or more in one zone, have in common with begin <= fire time <= end."""

    walls: tuple[Walls, ...]
    schedules: tuple[WallSchedule, ...]
    common: CronPattern | None
    """The walls that match all; `None` where there are none, so that only what is made up for a gap can agree."""
    begin: int
    end: int

    def first_from(self, instant: int, patience: Patience | None = None) -> int | None:
        instant = max(instant, self.begin)
        for _ in range(MOST_STRETCHES if self.common is None else MOST_STEPS):
            found, agree = instant, 0
            for schedule in self.schedules:
                following = schedule.first_from(found)
                if following is None or following > self.end:
                    return None
                agree = agree + 1 if following == found else 1
                found = following
            if agree == len(self.schedules):
                return found
            if patience is not None:
                patience.step(found - instant)
                if patience.limit is not None and found >= patience.limit:
                    return None
            # None of them all agree before `found`.
            instant = found
            stretch = self._stretch_at(found)
            if stretch is not None:
                if self.common is not None:
                    wall = self.common.first_from(-(-(found + stretch.offset) // SECOND))
                    if wall is not None and wall * SECOND - stretch.offset < stretch.end:
                        found = wall * SECOND - stretch.offset
                        return found if found <= self.end else None
                instant = stretch.end
        return None

    def last_until(self, instant: int, patience: Patience | None = None) -> int | None:
        instant = min(instant, self.end)
        for _ in range(MOST_STRETCHES if self.common is None else MOST_STEPS):
            found, agree = instant, 0
            for schedule in self.schedules:
                earlier = schedule.last_until(found)
                if earlier is None or earlier < self.begin:
                    return None
                agree = agree + 1 if earlier == found else 1
                found = earlier
            if agree == len(self.schedules):
                return found
            if patience is not None:
                patience.step(instant - found)
                if patience.limit is not None and found <= patience.limit:
                    return None
            instant = found
            stretch = self._stretch_at(found)
            if stretch is not None:
                if self.common is not None:
                    wall = self.common.last_until((found + stretch.offset) // SECOND)
                    if wall is not None and wall * SECOND - stretch.offset >= stretch.begin:
                        found = wall * SECOND - stretch.offset
                        return found if found >= self.begin else None
                instant = stretch.begin - 1
        return None

    def count_between(self, begin: int, end: int) -> int:
        begin, end = max(begin, self.begin, EARLIEST), min(end, self.end + 1, LATEST + 1)
        count = 0
        while begin < end:
            stretch = self._stretch_at(begin)
            if stretch is None:
                until = min(end, begin // DAY * DAY + DAY)
                count += count_by_day(self, begin, until)
            else:
                until = min(end, stretch.end)
                if self.common is not None:
                    offset = stretch.offset
                    walls = -(-(begin + offset) // SECOND), -(-(until + offset) // SECOND)
                    count += self.common.count_between(*walls)
            begin = until
        return count

    @property
    def is_told_by_day(self) -> bool:
        return True

    def bits_between(self, begin: int, end: int) -> int | None:
        return Agreement(self.walls).bits_between(begin, end)

    def not_before(self, instant: int) -> int | None:
        return Agreement(self.walls).not_before(instant)

    def _stretch_at(self, instant: int) -> Stretch | None:
        """Return the stretch in which `instant` lies, or `None` where a change of clocks has a say."""
        since, until, offset = EARLIEST, LATEST + 1, 0
        for schedule in self.schedules:
            begin, end, offsets, joined = schedule.timeline.segment_at(instant)
            if joined is not None:
                begin += 1
            if len(offsets) != 1 or instant < begin:
                return None
            since, until, offset = max(since, begin), min(until, end), offsets[0]
        return Stretch(since, until, offset)


def common_walls(lines: Sequence[Walls]) -> CommonWalls | Walls | None:
    """Return what these lines of cron triggers, two or more in one zone, have in common; `None` for surely nothing."""
    common = common_pattern([pattern for line in lines if (pattern := line.cron_pattern) is not None])
    schedules = tuple(line.schedule for line in lines)
    zone, begin, end = lines[0].zone, max(line.begin for line in lines), min(line.end for line in lines)
    is_fixed = isinstance(zone, timezone)
    if common is None and (is_fixed or not any(schedule.timeline.makes_up_for_gaps for schedule in schedules)):
        return None
    if common is not None and is_fixed:
        return Walls(WallSchedule(common, schedules[0].timeline), zone, begin, end)
    return CommonWalls(tuple(lines), schedules, common, begin, end)
