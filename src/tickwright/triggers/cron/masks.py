"""Masks: sets of small numbers as the bits of an integer; bit n set means that n is in the set."""

from __future__ import annotations

__all__ = ["highest_bit", "lowest_bit", "members"]


def lowest_bit(mask: int) -> int:
    """Return the smallest number in the set, which is not empty."""
    return (mask & -mask).bit_length() - 1


def highest_bit(mask: int) -> int:
    """Return the largest number in the set, which is not empty."""
    return mask.bit_length() - 1


def members(mask: int) -> tuple[int, ...]:
    """Return the numbers in the set, in ascending order."""
    return tuple(number for number in range(mask.bit_length()) if mask >> number & 1)
