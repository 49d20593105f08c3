"""The line: a set of instants in microseconds, asked forwards, backwards or for a number."""

from __future__ import annotations

from typing import Protocol

from tickwright.instants import DAY

__all__ = ["ENDLESS", "MOST_STEPS", "GaveUpError", "Line", "Patience"]

MOST_STEPS = 16_000
"""How many steps a search may take before it says "never"."""

ENDLESS = 1 << 60
"""So many steps that only a limit ends a search: where a number is asked for, every member counts."""

LONG_STEP = 16 * DAY
LONGEST_STEP = 32 * LONG_STEP


class GaveUpError(Exception):
    """A search took all the steps that it may; whoever set the bound answers "never"."""


class Patience:
    """How many more steps a search may take, together with all searches inside it, and how far it has to look.

    A step costs 1, and 1 more for each 16 days that it covers, up to 33: a zone's clock changes must be looked up
    for each stretch of time that is entered for the first time, which costs far more than the step itself.
    """

    __slots__ = ("left", "limit")

    def __init__(self, steps: int = MOST_STEPS, limit: int | None = None) -> None:
        self.left = steps
        self.limit = limit
        """What lies there or beyond is of no interest: the answer may be `None` instead."""

    def step(self, distance: int) -> None:
        """Pay for a step over `distance` microseconds, or raise `GaveUpError`."""
        self.left -= 1 + (distance if distance < LONGEST_STEP else LONGEST_STEP) // LONG_STEP
        if self.left < 0:
            raise GaveUpError


class Line(Protocol):
    """A set of instants. A search that may be long takes its steps from `patience`, or from one of its own.

    With a `patience` that is given it raises `GaveUpError` where that ends; with one of its own it answers `None`.
    """

    def first_from(self, instant: int, patience: Patience | None = None) -> int | None:
        """Return the first member at or after `instant`."""

    def last_until(self, instant: int, patience: Patience | None = None) -> int | None:
        """Return the last member at or before `instant`."""

    def count_between(self, begin: int, end: int) -> int:
        """Return how many members there are with begin <= member < end."""

    @property
    def is_told_by_day(self) -> bool:
        """Whether all members are known to be whole seconds, which `bits_between` can tell without a search."""

    def bits_between(self, begin: int, end: int) -> int | None:
        """Return the members with begin <= member < end as bits, bit n being n seconds after `begin`.

        `begin` is a whole second, and `end` at most a day later. `None` where that cannot be told after all.
        """

    def not_before(self, instant: int) -> int | None:
        """Return an instant up to which no member lies from `instant` on, without a search; `None` if none does."""
