"""The rhythm: a line whose members lie one step apart, as those of an interval trigger do."""

from __future__ import annotations

from functools import lru_cache
from math import gcd
from typing import NamedTuple

from tickwright.instants import DAY, SECOND
from tickwright.triggers.lines.line import Patience

__all__ = ["Rhythm"]


class Rhythm(NamedTuple):
    """first, first + step, first + 2 × step, ... up to `last`, which may lie between two of them."""

    first: int
    step: int
    last: int

    def first_from(self, instant: int, patience: Patience | None = None) -> int | None:
        first, step, last = self
        found = first if instant <= first else instant + (first - instant) % step
        return found if found <= last else None

    def last_until(self, instant: int, patience: Patience | None = None) -> int | None:
        first, step, last = self
        if instant > last:
            instant = last
        return instant - (instant - first) % step if instant >= first else None

    def count_between(self, begin: int, end: int) -> int:
        first, step, last = self
        begin, end = max(begin, first), min(end, last + 1)
        return (end - 1 - first) // step - (begin - 1 - first) // step if begin < end else 0

    @property
    def is_told_by_day(self) -> bool:
        return self.first % SECOND == 0 == self.step % SECOND

    def bits_between(self, begin: int, end: int) -> int | None:
        if not self.is_told_by_day:
            return None
        first, end = self.first_from(begin), min(end, self.last + 1)
        if first is None or first >= end:
            return 0
        return _each(self.step // SECOND) << (first - begin) // SECOND & (1 << -((begin - end) // SECOND)) - 1

    def not_before(self, instant: int) -> int | None:
        return self.first_from(instant)

    def meet(self, other: Rhythm) -> Rhythm | None:
        """Return the rhythm of the members that both have, `None` where there are none.

        By the Chinese remainder theorem, so that it makes no difference whether the first one is a second or eight
        thousand years away.
        """
        common = gcd(self.step, other.step)
        apart = other.first - self.first
        if apart % common:
            return None
        times = apart // common * pow(self.step // common, -1, other.step // common)
        member = self.first + self.step * times  # of both, if both went on in both directions
        step = self.step // common * other.step
        begin, last = max(self.first, other.first), min(self.last, other.last)
        first = begin + (member - begin) % step
        return Rhythm(first, step, last) if first <= last else None


@lru_cache(maxsize=256)
def _each(step: int) -> int:
    """Return bits `step` apart, bit 0 the first, for a day of seconds at least."""
    bits, done = 1, step
    while done < DAY // SECOND:
        bits |= bits << done
        done *= 2
    return bits
