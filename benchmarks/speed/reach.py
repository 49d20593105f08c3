"""What to reach: conditions on the figures of one run, each with the words for it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.speed.figures import Figures, times_as_good
from benchmarks.speed.names import LIMIT, TICKWRIGHT

if TYPE_CHECKING:
    from benchmarks.speed.row import Row

__all__ = ["AsGoodAs", "AtLeast", "AtMost", "Flat", "NearLimit", "Reach", "verdict"]


class Reach(ABC):
    """A condition on the figures of one run."""

    @abstractmethod
    def says(self, row: Row) -> str:
        """Return it in words."""

    @abstractmethod
    def holds(self, figures: Figures, row: Row) -> bool | None:
        """Return whether it is met; None where a figure is missing."""


def verdict(figures: Figures, row: Row) -> str:
    """Return `met`, `not met`, or why that cannot be said."""
    if not row.reach:
        return ""
    if figures.of(TICKWRIGHT, row.key) is None:
        return f"not met ({figures.remarks.get(row.key, {}).get(TICKWRIGHT) or 'not measured'})"
    held = [condition.holds(figures, row) for condition in row.reach]
    if False in held:
        return "not met"
    return "not measured" if None in held else "met"


@dataclass(frozen=True, slots=True)
class AsGoodAs(Reach):
    """So many times as good as somebody."""

    times: float
    name: str

    def says(self, row: Row) -> str:
        """Return it in words."""
        return f"≥ {self.times:g} × {self.name}" if self.times != 1 else f"ahead of {self.name}"

    def holds(self, figures: Figures, row: Row) -> bool | None:
        """Compare the two medians."""
        ours, theirs = figures.of(TICKWRIGHT, row.key), figures.of(self.name, row.key)
        ratio = times_as_good(ours, theirs, row.unit.more_is_better)
        return None if ratio is None else ratio >= self.times


@dataclass(frozen=True, slots=True)
class NearLimit(Reach):
    """So near to the bare limit: 1.2 is a fifth more time, 0.8 four fifths of the rate."""

    share: float

    def says(self, row: Row) -> str:
        """Return it in words."""
        return f"{'≥' if row.unit.more_is_better else '≤'} {self.share:g} × limit"

    def holds(self, figures: Figures, row: Row) -> bool | None:
        """Compare the two medians."""
        ours, limit = figures.of(TICKWRIGHT, row.key), figures.of(LIMIT, row.key)
        if ours is None or limit is None:
            return None
        return ours >= self.share * limit if row.unit.more_is_better else ours <= self.share * limit


@dataclass(frozen=True, slots=True)
class AtMost(Reach):
    """No more than a figure, in the unit of the row."""

    most: float

    def says(self, row: Row) -> str:
        """Return it in words."""
        return f"≤ {self.most:g} {row.unit.name}".rstrip()

    def holds(self, figures: Figures, row: Row) -> bool | None:
        """Compare with the median."""
        ours = figures.of(TICKWRIGHT, row.key)
        return None if ours is None else ours * row.unit.scale <= self.most


@dataclass(frozen=True, slots=True)
class AtLeast(Reach):
    """No less than a figure, in the unit of the row."""

    least: float

    def says(self, row: Row) -> str:
        """Return it in words."""
        return f"≥ {self.least:,g} {row.unit.name}".replace(" /s", "/s")

    def holds(self, figures: Figures, row: Row) -> bool | None:
        """Compare with the median."""
        ours = figures.of(TICKWRIGHT, row.key)
        return None if ours is None else ours * row.unit.scale >= self.least


@dataclass(frozen=True, slots=True)
class Flat(Reach):
    """No more than so many times what another row, with fewer jobs, says of us."""

    times: float
    other: str
    words: str

    def says(self, row: Row) -> str:
        """Return it in words."""
        return f"≤ {self.times:g} × {self.words}"

    def holds(self, figures: Figures, row: Row) -> bool | None:
        """Compare our two medians."""
        ours, before = figures.of(TICKWRIGHT, row.key), figures.of(TICKWRIGHT, self.other)
        return None if ours is None or before is None else ours <= self.times * before
