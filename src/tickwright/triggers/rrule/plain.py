"""The plain pattern: a rule of which every matching day has its times, whatever the other days are."""

from __future__ import annotations

from tickwright.triggers.rrule.calendar import YearDays
from tickwright.triggers.rrule.cycle import Cycle
from tickwright.triggers.rrule.hands import Hands
from tickwright.triggers.rrule.pattern import Times
from tickwright.triggers.rrule.single import SinglePattern
from tickwright.triggers.rrule.times import TimeBits
from tickwright.triggers.rrule.units import Units

__all__ = ["DailyPattern", "UnitPattern"]


class DailyPattern(SinglePattern):
    """Days that a cycle has and that the calendar chooses, each with the same times."""

    __slots__ = ("_bits", "_hands", "_times")

    _times: Times

    def __init__(self, first: int, last: int, days: YearDays, cycle: Cycle, hands: Hands, bits: int | None) -> None:
        """`bits` are the times, where hours, minutes and seconds do not say them."""
        super().__init__(first, last, days, cycle)
        self._hands = hands
        self._bits = bits
        self._times = hands.times if bits is None else TimeBits(bits)

    def days_in(self, year: int) -> int:
        return self.matching(year) if self._times.per_day else 0

    def times_on(self, day: int) -> Times:
        return self._times

    def count_on(self, year: int, days: int) -> int:
        return days.bit_count() * self._times.per_day

    def bits_on(self, day: int) -> int:
        return self.widest_bits

    @property
    def constant_bits(self) -> int | None:
        return self.widest_bits

    @property
    def widest_bits(self) -> int:
        return self._hands.bits if self._bits is None else self._bits

    def _folded(self) -> DailyPattern:
        return DailyPattern(self.first, self.last, self._days, self._cycle.folded(), self._hands, self._bits)


class UnitPattern(SinglePattern):
    """Hours, minutes or seconds that are a step apart which days do not divide evenly: each day has its own."""

    __slots__ = ("_bits", "_day", "_per_unit", "_units")

    def __init__(
        self, first: int, last: int, days: YearDays, cycle: Cycle, units: Units, bits: int, per_unit: int
    ) -> None:
        """`bits` are the times that may be, `per_unit` is how many of them each unit has."""
        super().__init__(first, last, days, cycle)
        self._units = units
        self._bits = bits
        self._per_unit = per_unit
        # The day asked for last with its times: a short cut, read once and checked.
        self._day = (-1_000_000, TimeBits(0))

    def days_in(self, year: int) -> int:
        return self.matching(year) if self._per_unit else 0

    def times_on(self, day: int) -> Times:
        asked, times = self._day
        if asked != day:
            times = TimeBits(self.bits_on(day))
            self._day = (day, times)
        return times

    def count_on(self, year: int, days: int) -> int:
        return self._cycle.weigh(year, days) * self._per_unit

    def bits_on(self, day: int) -> int:
        return self._bits & self._units.times_on(day)

    @property
    def widest_bits(self) -> int:
        return self._bits

    def _folded(self) -> UnitPattern:
        cycle = self._cycle.folded()
        return UnitPattern(self.first, self.last, self._days, cycle, self._units, self._bits, self._per_unit)
