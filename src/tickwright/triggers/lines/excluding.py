"""The excluding line: what a line has, without what lies in excluded stretches of time."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from tickwright.instants import DAY, EARLIEST, LATEST, SECOND
from tickwright.triggers.lines.by_day import count_by_day
from tickwright.triggers.lines.line import MOST_STEPS, GaveUpError, Line, Patience

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
        """Return their number: counted in what lies between the exclusions, or by the day where they are few."""
        begin, end = max(begin, EARLIEST), min(end, LATEST + 1)
        if begin >= end:
            return 0
        total = self.line.count_between(begin, end)
        if total <= (end - begin) // DAY:
            return count_by_day(self, begin, end) if total else 0
        at = open_since = begin
        count = 0
        while at < end:
            stretch = self._stretch_at(at)
            if stretch.excluded:
                count += self.line.count_between(open_since, at)
                open_since = stretch.end
            at = stretch.end
        return count + self.line.count_between(open_since, end)

    @property
    def is_told_by_day(self) -> bool:
        return self.line.is_told_by_day

    def bits_between(self, begin: int, end: int) -> int | None:
        bits = self.line.bits_between(begin, end)
        at = begin
        while bits and at < end:
            stretch = self._stretch_at(at)
            if stretch.excluded:
                # From the first whole second in it to before the first after it.
                since, until = (-((begin - instant) // SECOND) for instant in (at, min(stretch.end, end)))
                bits &= ~((1 << until) - (1 << since))
            at = stretch.end
        return bits

    def not_before(self, instant: int) -> int | None:
        return self.line.not_before(instant)

    def _stretch_at(self, instant: int) -> Stretch:
        begin, end = EARLIEST, LATEST + 1
        for exclusions in self.exclusions:
            stretch = exclusions.stretch_at(instant)
            if stretch.excluded:
                return stretch
            begin, end = max(begin, stretch.begin), min(end, stretch.end)
        return Stretch(begin, end, excluded=False)
