"""Spans: stretches on a line of numbers, sorted and without overlap, to be looked up by position."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["Spans"]

FAR = 1 << 80
"""Further away than anything on the calendar."""


class Spans(NamedTuple):
    """Stretches start <= position < end, none empty; those that met or overlapped were made into one."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def merged(cls, stretches: Iterable[tuple[int, int]]) -> Spans:
        """Return the spans that cover the same positions as these stretches."""
        starts: list[int] = []
        ends: list[int] = []
        for start, end in sorted(stretch for stretch in stretches if stretch[0] < stretch[1]):
            if ends and start <= ends[-1]:
                ends[-1] = max(ends[-1], end)
            else:
                starts.append(start)
                ends.append(end)
        return cls(tuple(starts), tuple(ends))

    def around(self, position: int) -> tuple[int, int, bool]:
        """Return the span in which the position lies, or the hole between two, and whether it is a span."""
        number = bisect_right(self.starts, position)
        if number and position < self.ends[number - 1]:
            return self.starts[number - 1], self.ends[number - 1], True
        before = self.ends[number - 1] if number else -FAR
        after = self.starts[number] if number < len(self.starts) else FAR
        return before, after, False
