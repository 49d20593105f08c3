"""The excluding line: what a line has, without what lies in excluded stretches of time."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from tickwright.instants import DAY, EARLIEST, LATEST
from tickwright.triggers.lines.line import ENDLESS, MOST_STEPS, GaveUpError, Line, Patience

__all__ = ["MOST_EXCLUDED", "Excluding", "Exclusions", "Stretch"]

MOST_EXCLUDED = 15_000
"""How many steps from one excluded stretch to the next there may be, before the rest is taken for excluded, too.

That is 41 years of days, or 600 years of a month or a year each.
"""

MOST_STEPS_IN_ALL = 4 * MOST_STEPS


class Stretch(NamedTuple):
    """A part of the time line, begin <= instant < end, that is excluded as a whole, or not at all."""

    begin: int
    end: int
    excluded: bool


class Exclusions(Protocol):
    """What is excluded, all along the time line."""

    def stretch_at(self, instant: int) -> Stretch:
        """Return a stretch, as long as may be, in which `instant` lies."""


class Excluding(NamedTuple):
    """The members of a line that none of `exclusions` excludes.

    An excluded stretch is leapt over at once, however many members lie in it.
    """

    line: Line
    exclusions: tuple[Exclusions, ...]

    def first_from(self, instant: int, patience: Patience | None = None) -> int | None:
        leaps = Patience(MOST_EXCLUDED) if patience is None else patience
        steps = MOST_STEPS_IN_ALL
        try:
            while True:
                own = Patience(min(steps, MOST_STEPS)) if patience is None else patience
                before = own.left
                found = self.line.first_from(instant, own)
                steps -= before - own.left
                if found is None or (own.limit is not None and found >= own.limit):
                    return None
                stretch = self._stretch_at(found)
                if not stretch.excluded:
                    return found
                leaps.step(stretch.end - instant)
                instant = stretch.end
        except GaveUpError:
            if patience is None:
                return None
            raise

    def last_until(self, instant: int, patience: Patience | None = None) -> int | None:
        leaps = Patience(MOST_EXCLUDED) if patience is None else patience
        steps = MOST_STEPS_IN_ALL
        try:
            while True:
                own = Patience(min(steps, MOST_STEPS)) if patience is None else patience
                before = own.left
                found = self.line.last_until(instant, own)
                steps -= before - own.left
                if found is None or (own.limit is not None and found <= own.limit):
                    return None
                stretch = self._stretch_at(found)
                if not stretch.excluded:
                    return found
                leaps.step(instant - stretch.begin + 1)
                instant = stretch.begin - 1
        except GaveUpError:
            if patience is None:
                return None
            raise

    def count_between(self, begin: int, end: int) -> int:
        """Return their number: counted in what lies between the exclusions, or one by one where they are few."""
        begin, end = max(begin, EARLIEST), min(end, LATEST + 1)
        if begin >= end:
            return 0
        total = self.line.count_between(begin, end)
        if total <= (end - begin) // DAY:
            return self._count_one_by_one(begin, end) if total else 0
        at = open_since = begin
        count = 0
        while at < end:
            stretch = self._stretch_at(at)
            if stretch.excluded:
                count += self.line.count_between(open_since, at)
                open_since = stretch.end
            at = stretch.end
        return count + self.line.count_between(open_since, end)

    def _count_one_by_one(self, begin: int, end: int) -> int:
        walk = Patience(ENDLESS, limit=end)
        count = 0
        while (found := self.line.first_from(begin, walk)) is not None and found < end:
            stretch = self._stretch_at(found)
            count += not stretch.excluded
            begin = stretch.end if stretch.excluded else found + 1
        return count

    def _stretch_at(self, instant: int) -> Stretch:
        begin, end = EARLIEST, LATEST + 1
        for exclusions in self.exclusions:
            stretch = exclusions.stretch_at(instant)
            if stretch.excluded:
                return stretch
            begin, end = max(begin, stretch.begin), min(end, stretch.end)
        return Stretch(begin, end, excluded=False)
