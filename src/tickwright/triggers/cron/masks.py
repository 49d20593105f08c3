"""Masks: sets of small numbers as the bits of an integer; bit n set means that n is in the set."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["highest_bit", "lowest_bit", "members", "members_above", "members_below"]


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
