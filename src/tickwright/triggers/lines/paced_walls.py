"""The paced walls' line: the members of a rhythm at which a wall clock matches.

Between two changes of clocks a wall clock is a rhythm as well: a pattern's minutes and seconds repeat every hour, and
its hours and days only say which hours. So the members need not be tried one by one to be counted.
"""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

from tickwright.instants import DAY, EARLIEST, HOUR, LATEST, SECOND
from tickwright.triggers.cron.pattern import CronPattern
from tickwright.triggers.cron.times import TimeOfDay
from tickwright.triggers.lines.agreement import Agreement
from tickwright.triggers.lines.line import Patience
from tickwright.triggers.lines.rhythm import Rhythm
from tickwright.triggers.lines.walls import Walls, times_of_a_period

__all__ = ["PacedWalls", "paced_walls"]

WALKED = 1_000
"""Up to so many members of the rhythm are tried one by one."""


class PacedWalls(NamedTuple):
    """What a rhythm and walls share."""

    rhythm: Rhythm
    walls: Walls
    times: tuple[int, ...]
    """The seconds of a period, which is an hour or a minute, at which the pattern's minutes and seconds match."""
    period: int
    days: CronPattern
    """The midnights of the days that match."""
    hours: tuple[tuple[int, int], ...]
    """The parts of such a day, in microseconds, that have the hours which match."""

    @property
    def searched(self) -> Agreement:
        """The same line, to be searched."""
        return Agreement((self.rhythm, self.walls))

    def first_from(self, instant: int, patience: Patience | None = None) -> int | None:
        return self.searched.first_from(instant, patience)

    def last_until(self, instant: int, patience: Patience | None = None) -> int | None:
        return self.searched.last_until(instant, patience)

    def count_between(self, begin: int, end: int) -> int:
        begin, end = max(begin, self.walls.begin, EARLIEST), min(end, self.walls.end + 1, LATEST + 1)
        count = 0
        while begin < end:
            segment = self.walls.schedule.timeline.segment_at(begin)
            until = min(end, segment.end)
            if begin == segment.begin and segment.joined is not None:
                until = begin + 1  # what was left out may be joined into this one instant
            if len(segment.offsets) == 1 and until > begin + 1 and self.rhythm.count_between(begin, until) > WALKED:
                count += self._count_at(segment.offsets[0], begin, until)
            elif segment.offsets:
                count += self.searched.count_between(begin, until)
            begin = until
        return count

    def _count_at(self, offset: int, begin: int, end: int) -> int:
        """Count where the walls are `offset` ahead of the instants all the time."""
        step = self.period * SECOND
        rhythms = []
        for time in self.times:
            first = begin + (time * SECOND - offset - begin) % step
            met = self.rhythm.meet(Rhythm(first, step, end - 1)) if first < end else None
            if met is not None:
                rhythms.append(met)
        count = 0
        seconds = DAY // SECOND
        wall = self.days.first_from((begin + offset) // DAY * seconds) if rhythms else None
        while wall is not None and (midnight := wall * SECOND - offset) < end:
            for since, until in self.hours:
                since, until = max(midnight + since, begin), min(midnight + until, end)
                count += sum(rhythm.count_between(since, until) for rhythm in rhythms)
            wall = self.days.first_from(wall + seconds)
        return count


def paced_walls(rhythm: Rhythm, walls: Walls) -> PacedWalls | None:
    """Return what both share, or `None` where the pattern has more than 64 times in an hour."""
    hours, minutes, seconds = walls.pattern.times.masks
    found = times_of_a_period((1 << 7) - 1, (1 << 24) - 1, minutes, seconds)
    if found is None:
        return None
    times, period = found
    days = CronPattern(walls.pattern.days, TimeOfDay(1, 1, 1))
    matches = groupby(range(24), key=lambda hour: hours >> hour & 1)
    runs = [list(run) for match, run in matches if match]
    parts = tuple((run[0] * HOUR, (run[-1] + 1) * HOUR) for run in runs)
    return PacedWalls(rhythm, walls, tuple(times), period, days, parts)
