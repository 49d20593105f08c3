"""Wall-clock schedules: walls that match, turned into fire times on a zone's time line."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from tickwright.instants import DAY, EARLIEST, LATEST, SECOND
from tickwright.triggers.dst import Segment, Timeline
from tickwright.triggers.transitions import MOST_APART

__all__ = ["WallPattern", "WallSchedule"]

SECONDS_A_DAY = 86_400


class WallPattern(Protocol):
    """A set of wall-clock times, in whole seconds since 1970-01-01 00:00 on that clock; it knows no zone."""

    def first_from(self, wall: int) -> int | None:
        """Return the first match at or after `wall`."""

    def last_until(self, wall: int) -> int | None:
        """Return the last match at or before `wall`."""

    def count_between(self, begin: int, end: int) -> int:
        """Return how many matches there are with begin <= match < end."""

    def bits_within(self, day: int) -> int:
        """Return the matches of a day, counted from 1970-01-01 on, as bits; bit n is n seconds after midnight."""


class WallSchedule(NamedTuple):
    """The instants at which a pattern fires on a time line; all in microseconds.

    Both directions and the count go from segment to segment. They differ from a search in what they leave
    out: if nothing matches before some far wall, the segments before it are not looked at.
    """

    pattern: WallPattern
    timeline: Timeline

    def first_from(self, instant: int) -> int | None:
        """Return the first fire time at or after `instant`."""
        pattern, timeline = self
        begin, end, offset = timeline.plain
        if begin <= instant < end:
            # So it is for nearly every question, and the answer is one addition away.
            wall = pattern.first_from(-(-(instant + offset) // SECOND))
            if wall is not None and (found := wall * SECOND - offset) < end:
                return found
            if wall is not None and end - instant >= MOST_APART:
                # No clock will show a wall before this one again. So it is the answer, unless clocks change near it.
                near = wall * SECOND  # it is under a day away
                since, until, offset = timeline.plain_around(near)
                if since <= near - DAY and near + DAY < until:
                    return near - offset
            instant = _look_on(instant, end, wall)
        return self._search_from(instant)

    def _search_from(self, instant: int) -> int | None:
        """Return the same, going from segment to segment."""
        if instant < EARLIEST:
            instant = EARLIEST
        pattern, timeline = self
        while instant <= LATEST:
            segment = timeline.segment_at(instant)
            begin, end, offsets, joined = segment
            if joined is not None and instant == begin and self._fires_at_begin(segment):
                return instant
            wall = None
            found = end
            for offset in offsets:
                wall = pattern.first_from(-(-(instant + offset) // SECOND))
                if wall is not None and wall * SECOND - offset < found:
                    found = wall * SECOND - offset
            if found < end:
                return found if found <= LATEST else None
            instant = _look_on(instant, end, wall) if len(offsets) == 1 else end
        return None

    def last_until(self, instant: int) -> int | None:
        """Return the last fire time at or before `instant`."""
        instant = min(instant, LATEST)
        pattern, timeline = self
        while instant >= EARLIEST:
            segment = timeline.segment_at(instant)
            begin, _, offsets, joined = segment
            wall = None
            found = begin - 1
            for offset in offsets:
                wall = pattern.last_until((instant + offset) // SECOND)
                if wall is not None and wall * SECOND - offset > found:
                    found = wall * SECOND - offset
            if found >= begin:
                return found if found >= EARLIEST else None
            if joined is not None and self._fires_at_begin(segment):
                return begin
            if len(offsets) == 1 and instant - begin >= MOST_APART:
                if wall is None:
                    return None
                instant = min(begin - 1, wall * SECOND + DAY)
            else:
                instant = begin - 1
        return None

    def count_between(self, begin: int, end: int) -> int:
        """Return how many fire times there are with begin <= fire time < end."""
        begin, end = max(begin, EARLIEST), min(end, LATEST + 1)
        count = 0
        while begin < end:
            segment = self.timeline.segment_at(begin)
            until = look_on = min(end, segment.end)
            if len(segment.offsets) == 2:
                count += self._count_twofold(segment, begin, until)
            elif segment.offsets:
                (offset,) = segment.offsets
                found = self._count_walls(begin + offset, until + offset)
                count += found
                if not found:
                    look_on = _look_on(begin, until, self.pattern.first_from(-(-(begin + offset) // SECOND)))
            if begin == segment.begin and self._fires_at_begin(segment):
                # A match of the wall at the begin itself is the same fire, and counted already.
                count += 1 - sum(self._count_walls(begin + offset, begin + offset + 1) for offset in segment.offsets)
            begin = look_on
        return count

    def bits_between(self, begin: int, end: int) -> int | None:
        """Return the fire times with begin <= fire time < end as bits, bit n being n seconds after `begin`.

        `begin` is a whole second. `None` where the zone's offset, or a change of it, is not in whole seconds, and fire
        times may lie in between.
        """
        bits, at = 0, begin
        while at < end:
            segment = self.timeline.segment_at(at)
            until = min(end, segment.end)
            first, stop = -(-at // SECOND), -(-until // SECOND)
            for offset in segment.offsets:
                ahead, rest = divmod(offset, SECOND)
                if rest:
                    return None
                bits |= self._bits_of_walls(first + ahead, stop + ahead) << first - begin // SECOND
            if at == segment.begin and self._fires_at_begin(segment):
                if at % SECOND:
                    return None
                bits |= 1 << (at - begin) // SECOND
            at = until
        return bits

    def _bits_of_walls(self, begin: int, end: int) -> int:
        day, since = divmod(begin, SECONDS_A_DAY)
        bits, done = self.pattern.bits_within(day) >> since, SECONDS_A_DAY - since
        while begin + done < end:
            day += 1
            bits |= self.pattern.bits_within(day) << done
            done += SECONDS_A_DAY
        return bits & (1 << end - begin) - 1

    def _count_walls(self, begin: int, end: int) -> int:
        return self.pattern.count_between(-(-begin // SECOND), -(-end // SECOND))

    def _fires_at_begin(self, segment: Segment) -> bool:
        """Whether any of the walls that were left out at the segment's begin matches."""
        return segment.joined is not None and self._count_walls(*segment.joined) > 0

    def _count_twofold(self, segment: Segment, begin: int, end: int) -> int:
        """Count where two walls are looked at side by side; where both match, it is one fire time."""
        fire_times = set()
        for offset in segment.offsets:
            wall = self.pattern.first_from(-(-(begin + offset) // SECOND))
            while wall is not None and wall * SECOND - offset < end:
                fire_times.add(wall * SECOND - offset)
                wall = self.pattern.first_from(wall + 1)
        return len(fire_times)


def _look_on(instant: int, end: int, wall: int | None) -> int:
    """Return where to look on, if from `instant` to before `end` nothing fires and the next match is `wall`."""
    if end - instant < MOST_APART:
        return end
    # From `end` on no clock will show a wall before this one again, so nothing matches until `wall` comes.
    return LATEST + 1 if wall is None else max(end, wall * SECOND - DAY)
