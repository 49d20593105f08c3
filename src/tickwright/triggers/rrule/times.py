"""Times: seconds of a day as the bits of an integer, where hours, minutes and seconds alone do not say them."""

from __future__ import annotations

from functools import lru_cache

from tickwright.triggers.cron.masks import highest_bit, lowest_bit

__all__ = ["DAY", "TimeBits", "at_places", "product"]

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


@lru_cache(maxsize=256)
def product(hours: int, minutes: int, seconds: int) -> int:
    """Return the bits of all times whose hour, minute and second are in the masks."""
    return at_places(hours, at_places(minutes, seconds, 60), 3_600)


def at_places(places: int, bits: int, distance: int) -> int:
    """Return the bits repeated at each place of a mask, places being `distance` bits apart."""
    result = place = 0
    while places >> place:
        if places >> place & 1:
            result |= bits << place * distance
        place += 1
    return result
