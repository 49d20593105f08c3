"""The rhythm: a line whose members lie one step apart, as those of an interval trigger do."""

from __future__ import annotations

from math import gcd
from typing import NamedTuple

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
