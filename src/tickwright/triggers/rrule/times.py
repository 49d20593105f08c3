"""Times: seconds of a day, where hours, minutes and seconds alone do not say them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from tickwright.triggers.cron.masks import highest_bit, lowest_bit

__all__ = ["DAY", "FewTimes", "TimeBits"]

DAY = 86_400


class TimeBits:
    """The times of a day whose bits are set, bit n being n seconds after midnight; as `TimeOfDay` otherwise."""

    __slots__ = ("bits",)

    def __init__(self, bits: int) -> None:
        self.bits = bits

    @property
    def per_day(self) -> int:
        """How many times there are."""
        return self.bits.bit_count()

    def first_from(self, time: int) -> int | None:
        """Return the first one at or after `time`."""
        rest = self.bits >> time
        return time + lowest_bit(rest) if rest else None

    def last_until(self, time: int) -> int | None:
        """Return the last one at or before `time`."""
        until = self.bits & (2 << time) - 1
        return highest_bit(until) if until else None

    def count_before(self, time: int) -> int:
        """Return how many there are before `time`."""
        return (self.bits & (1 << time) - 1).bit_count()


class FewTimes:
    """A few times of a day, in ascending order; as `TimeBits`, and smaller."""

    __slots__ = ("_times",)

    def __init__(self, times: Sequence[int]) -> None:
        self._times = tuple(times)

    @property
    def bits(self) -> int:
        """The times as bits."""
        bits = 0
        for time in self._times:
            bits |= 1 << time
        return bits

    @property
    def per_day(self) -> int:
        """How many times there are."""
        return len(self._times)

    def first_from(self, time: int) -> int | None:
        """Return the first one at or after `time`."""
        at = bisect_left(self._times, time)
        return self._times[at] if at < len(self._times) else None

    def last_until(self, time: int) -> int | None:
        """Return the last one at or before `time`."""
        at = bisect_right(self._times, time)
        return self._times[at - 1] if at else None

    def count_before(self, time: int) -> int:
        """Return how many there are before `time`."""
        return bisect_left(self._times, time)
