"""Masks: sets of small numbers as the bits of an integer; bit n set means that n is in the set."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

__all__ = ["at_places", "highest_bit", "lowest_bit", "members", "members_above", "members_below", "product"]


def lowest_bit(mask: int) -> int:
    """Return the smallest number in the set, which is not empty."""
    return (mask & -mask).bit_length() - 1


def highest_bit(mask: int) -> int:
    """Return the largest number in the set, which is not empty."""
    return mask.bit_length() - 1


def members(mask: int) -> tuple[int, ...]:
    """Return the numbers in the set, in ascending order."""
    return tuple(number for number in range(mask.bit_length()) if mask >> number & 1)


def members_above(mask: int, number: int) -> Iterator[int]:
    """Yield the numbers in the set that are larger than `number`, in ascending order."""
    rest = mask >> number + 1 << number + 1
    while rest:
        yield lowest_bit(rest)
        rest &= rest - 1


def members_below(mask: int, number: int) -> Iterator[int]:
    """Yield the numbers in the set that are smaller than `number`, in descending order."""
    rest = mask & (1 << number) - 1
    while rest:
        yield (highest := highest_bit(rest))
        rest ^= 1 << highest


@lru_cache(maxsize=256)
def product(hours: int, minutes: int, seconds: int) -> int:
    """Return the bits of all times of a day, in seconds, whose hour, minute and second are in the masks."""
    return at_places(hours, at_places(minutes, seconds, 60), 3_600)


def at_places(places: int, bits: int, distance: int) -> int:
    """Return the bits repeated at each place of a mask, places being `distance` bits apart."""
    result = place = 0
    while places >> place:
        if places >> place & 1:
            result |= bits << place * distance
        place += 1
    return result
