"""A row of a table: one thing that is measured, in which unit, and what to reach."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.speed.reach import Reach

__all__ = ["BYTES", "COUNT", "MEBIBYTES", "MICROS", "MILLIS", "PER_SECOND", "SECONDS", "Row", "Unit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """How figures are shown; they are measured in seconds, bytes, and per second."""

    name: str
    scale: float = 1.0
    more_is_better: bool = False

    def shown(self, figure: float) -> str:
        """Return three figures that count, without the unit."""
        value = figure * self.scale
        if value == 0 or abs(value) >= 100:
            return f"{value:,.0f}"
        return f"{value:.3g}"


MICROS = Unit(name="µs", scale=1e6)
MILLIS = Unit(name="ms", scale=1e3)
SECONDS = Unit(name="s")
PER_SECOND = Unit(name="/s", more_is_better=True)
BYTES = Unit(name="B")
MEBIBYTES = Unit(name="MiB", scale=2**-20)
COUNT = Unit(name="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing that is measured."""

    key: str
    """What the group's `measure` calls it."""
    label: str
    unit: Unit
    reach: tuple[Reach, ...] = ()
    """All of these; without any, the row is there to be known."""
