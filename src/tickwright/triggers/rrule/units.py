"""Units: the hours, minutes or seconds of each day on which an interval of so many of them falls."""

from __future__ import annotations

from functools import lru_cache
from math import gcd
from typing import NamedTuple

from tickwright.triggers.rrule.cycle import Cycle, DayCycle, cycle_of_days

__all__ = ["Units"]


class Units(NamedTuple):
    """Every `step`-th unit from `start` on, where it is one of a day's units that may be.

    Units are counted from 1970-01-01 00:00 on. They are hours, minutes or seconds: `a_day` is 24, 1,440 or
    86,400.
    """

    a_day: int
    step: int
    start: int

    @property
    def is_same_every_day(self) -> bool:
        """Whether a day is a multiple of the step."""
        return self.a_day % self.step == 0

    def times_on(self, day: int) -> int:
        """Return the seconds of these units on a day, as bits."""
        first = (self.start - day * self.a_day) % self.step
        seconds = 86_400 // self.a_day
        return _comb(self.a_day, self.step, seconds) << first * seconds if first < self.a_day else 0

    def cycle(self, may_be: int) -> Cycle:
        """Return the days with such a unit, counted by how many they have; `may_be` is a mask."""
        return _cycle(self.a_day, self.step, self.start % self.step, may_be)


@lru_cache(maxsize=64)
def _cycle(a_day: int, step: int, start: int, may_be: int) -> Cycle:
    common = gcd(a_day, step)
    length = step // common
    if length * 16 < a_day // common:
        comb = _comb(a_day, step, 1)
        return DayCycle.of_weights(
            [(may_be & comb << (start - day * a_day) % step).bit_count() for day in range(length)]
        )
    # Day d has unit u where d × a_day + u = start, modulo step. Both sides are multiples of `common`.
    inverse = pow(a_day // common, -1, length)
    allowed = f"{may_be:b}".rjust(a_day, "0")[::-1]
    residues = [
        (start - unit) // common * inverse % length
        for unit in range(start % common, a_day, common)
        if allowed[unit] == "1"
    ]
    if step >= a_day:
        return cycle_of_days(length, residues)  # such a step falls on no day twice
    weights = [0] * length
    for residue in residues:
        weights[residue] += 1
    return DayCycle.of_weights(weights)


@lru_cache(maxsize=64)
def _comb(a_day: int, step: int, seconds: int) -> int:
    """Return the bits of the first unit of a day and every `step`-th after it, a unit being so many bits."""
    if step >= a_day:
        return (1 << seconds) - 1
    once = "0" * (step - 1) * seconds + "1" * seconds
    return int(once * -(-a_day // step), 2)
