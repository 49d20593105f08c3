"""Sets of lines: intersection, union, difference of several lines, each as a line again.

Searching is the last resort. Rhythms meet by arithmetic; cron triggers of one zone share a pattern; and a choice of
lines is distributed, because A with (B or C) is (A with B) or (A with C), each of which may be solved exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import heapify, heappop, heapreplace
from itertools import product
from math import prod
from typing import NamedTuple

from tickwright.instants import EARLIEST, LATEST, SECOND
from tickwright.triggers.lines.agreement import Agreement
from tickwright.triggers.lines.by_day import count_by_day
from tickwright.triggers.lines.common_walls import CommonWalls, common_walls
from tickwright.triggers.lines.excluding import Excluding, Exclusions
from tickwright.triggers.lines.line import MOST_STEPS, GaveUpError, Line, Patience
from tickwright.triggers.lines.rhythm import Rhythm
from tickwright.triggers.lines.walls import MOST_RHYTHMS, Walls
from tickwright.zones import zone_name

__all__ = ["NEVER", "Union", "any_of", "excluding", "shared"]

MOST_TERMS = MOST_RHYTHMS
"""How many agreements a choice of lines is distributed into at most; beyond, it is searched as it is."""

FEWEST_STEPS = 500
WALKED = 1_000
"""Up to so many members are counted one by one."""

MOST_OVERLAPS = 2_048
"""How many overlaps of rhythms are worked out before walking is taken for the cheaper way to count."""
MOST_SEARCHED_OVERLAPS = 26
"""The same for other lines: all that five of them can have."""


class Union(NamedTuple):
    """What any of several lines has; a member that more than one has is one.

    The lines that are searched stand last. They need not look further than the others have found something.
    """

    lines: tuple[Line, ...]

    def first_from(self, instant: int, patience: Patience | None = None) -> int | None:
        found: int | None = None
        for line in self.lines:
            own = Patience(self._share, limit=found) if patience is None else patience
            try:
                first = line.first_from(instant, own)
            except GaveUpError:
                if patience is not None:
                    raise
                continue  # this one is taken to have no more; the others may
            if first is not None and (found is None or first < found):
                found = first
        return found

    def last_until(self, instant: int, patience: Patience | None = None) -> int | None:
        found: int | None = None
        for line in self.lines:
            own = Patience(self._share, limit=found) if patience is None else patience
            try:
                last = line.last_until(instant, own)
            except GaveUpError:
                if patience is not None:
                    raise
                continue
            if last is not None and (found is None or last > found):
                found = last
        return found

    @property
    def _share(self) -> int:
        # So that a choice of many that never fire does not take many times as long to be seen through.
        return max(FEWEST_STEPS, MOST_STEPS // len(self.lines))

    def count_between(self, begin: int, end: int) -> int:
        """Return their number: by the day where the lines tell it; else that of each, less what they share."""
        begin, end = max(begin, EARLIEST), min(end, LATEST + 1)
        if begin >= end:
            return 0
        arithmetic = all(isinstance(line, Rhythm) for line in self.lines)
        if self.is_told_by_day and not arithmetic and len(self.lines) > 1:
            return count_by_day(self, begin, end)
        lines = self.lines if arithmetic else self._with_one_told_by_day()
        counts = [line.count_between(begin, end) for line in lines]
        lines = tuple(line for line, count in zip(lines, counts, strict=True) if count)
        total = sum(counts)
        if len(lines) < 2:
            return total
        if total > WALKED:
            overlaps = _Overlaps(begin, end, MOST_OVERLAPS if arithmetic else MOST_SEARCHED_OVERLAPS)
            try:
                return total - overlaps.count((), lines)
            except GaveUpError:
                pass
        if self.is_told_by_day:
            return count_by_day(self, begin, end)
        return sum(1 for _ in _walk(self.lines, begin, end))

    def _with_one_told_by_day(self) -> tuple[Line, ...]:
        """Return the lines with all that the day tells made into one."""
        told = tuple(line for line in self.lines if line.is_told_by_day)
        rest = tuple(line for line in self.lines if not line.is_told_by_day)
        return (told[0] if len(told) == 1 else Union(told), *rest) if told else rest

    @property
    def is_told_by_day(self) -> bool:
        return all(line.is_told_by_day for line in self.lines)

    def bits_between(self, begin: int, end: int) -> int | None:
        whole = (1 << -((begin - end) // SECOND)) - 1 if begin < end else 0
        any_of_them = 0
        for line in self.lines:
            if any_of_them == whole:
                break
            bits = line.bits_between(begin, end)
            if bits is None:
                return None
            any_of_them |= bits
        return any_of_them

    def not_before(self, instant: int) -> int | None:
        found = [following for line in self.lines if (following := line.not_before(instant)) is not None]
        return min(found, default=None)


NEVER = Union(())
"""The line without members."""


def any_of(lines: Iterable[Line]) -> Line:
    """Return the line that has what any of these has."""
    found: list[Line] = []
    for line in lines:
        found.extend(line.lines if isinstance(line, Union) else (line,))
    return found[0] if len(found) == 1 else Union(tuple(sorted(found, key=_is_searched)))


def _is_searched(line: Line) -> bool:
    return isinstance(line, (Agreement, CommonWalls, Excluding))


def excluding(line: Line, exclusions: Sequence[Exclusions]) -> Line:
    """Return the line without what any of `exclusions` excludes."""
    if not exclusions or line is NEVER:
        return line
    if isinstance(line, Excluding):
        return Excluding(line.line, (*line.exclusions, *exclusions))
    if isinstance(line, Union) and any(map(_is_searched, line.lines)):
        # Each has to be searched with a patience of its own: one that never fires must not end the others.
        return any_of([excluding(part, exclusions) for part in line.lines])
    return Excluding(line, tuple(exclusions))


def shared(lines: Iterable[Line]) -> Line:
    """Return the line of what all of these, one or more, share; `NEVER` where that is known to be nothing."""
    flat = list(_flattened(lines))
    exclusions = [one for part in flat if isinstance(part, Excluding) for one in part.exclusions]
    if exclusions:
        # Excluded from one is excluded from what all share; the lines themselves may be solved then.
        within = shared([part.line if isinstance(part, Excluding) else part for part in flat])
        return excluding(within, list(dict.fromkeys(exclusions)))
    parts = _with_common_walls(flat)
    if any(isinstance(part, Rhythm) for part in parts):
        parts = [_taken_apart(part) for part in parts]
    choices = [part.lines if isinstance(part, Union) else (part,) for part in parts]
    terms = prod(map(len, choices))
    if terms == 0:
        return NEVER
    if terms <= MOST_TERMS and any(isinstance(part, Union) for part in parts):
        return any_of([shared(term) for term in product(*choices)])
    return _agreement(parts)


def _flattened(lines: Iterable[Line]) -> Iterator[Line]:
    for line in lines:
        if isinstance(line, Agreement):
            yield from _flattened(line.lines)
        elif isinstance(line, CommonWalls):
            yield from line.walls
        else:
            yield line


def _with_common_walls(parts: Sequence[Line]) -> list[Line]:
    """Return the parts with all cron triggers' walls of one zone made into one line."""
    rest: list[Line] = []
    zones: list[list[Walls]] = []
    for part in parts:
        if not isinstance(part, Walls) or part.cron_pattern is None:
            rest.append(part)
            continue
        for walls in zones:
            if zone_name(walls[0].zone) == zone_name(part.zone):
                walls.append(part)
                break
        else:
            zones.append([part])
    return rest + [walls[0] if len(walls) == 1 else common_walls(walls) or NEVER for walls in zones]


def _taken_apart(part: Line) -> Line:
    rhythms = part.rhythms() if isinstance(part, Walls) else None
    return part if rhythms is None else Union(rhythms)


def _agreement(parts: Sequence[Line]) -> Line:
    """Return the line of what all parts share, none of which is walls that another part has in its own zone."""
    rhythms = [part for part in parts if isinstance(part, Rhythm)]
    others = [part for part in parts if not isinstance(part, Rhythm)]
    if rhythms:
        # A rhythm that never comes to a whole second never meets a wall clock's fire times.
        rhythms += [grid for part in others if isinstance(part, Walls) and (grid := part.grid) is not None]
        common: Rhythm | None = rhythms[0]
        for rhythm in rhythms[1:]:
            common = None if common is None else common.meet(rhythm)
        if common is None:
            return NEVER
        others.insert(0, common)
    return others[0] if len(others) == 1 else Agreement(tuple(others))


class _Overlaps:
    """Counts what is counted more than once when the numbers of several lines are added up."""

    def __init__(self, begin: int, end: int, most: int) -> None:
        self.begin = begin
        self.end = end
        self.patience = Patience(most)

    def count(self, chosen: Sequence[Line], rest: Sequence[Line]) -> int:
        """Return it for `rest`, or for what the lines of `rest` have in common with all of `chosen`.

        By inclusion and exclusion. Where lines share nothing, no more of them can, so that seldom all of the
        2 to the power of n groups are looked at. Raises `GaveUpError` where they are too many.
        """
        total = 0
        for number, line in enumerate(rest):
            group, others = [*chosen, line], rest[number + 1 :]
            if not chosen:
                total += self.count(group, others)
                continue
            self.patience.step(0)
            count = shared(group).count_between(self.begin, self.end)
            if count:
                total += count - self.count(group, others)
        return total


def _walk(lines: Sequence[Line], begin: int, end: int) -> Iterator[int]:
    """Yield what any of the lines has, in order, with begin <= member < end."""
    heads = [(first, number) for number, line in enumerate(lines) if (first := line.first_from(begin)) is not None]
    heapify(heads)
    previous: int | None = None
    while heads and heads[0][0] < end:
        member, number = heads[0]
        if member != previous:
            yield member
            previous = member
        following = lines[number].first_from(member + 1)
        if following is None:
            heappop(heads)
        else:
            heapreplace(heads, (following, number))
