"""Lists: random comma lists of numbers, names, ranges and steps, each with the values it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

__all__ = ["MONTHS", "random_list"]

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def random_list(
    random: Random, low: int, high: int, likely: Sequence[int], names: Sequence[str] = ()
) -> tuple[str, frozenset[int]]:
    """Return a list of one to three terms; `likely` are values to prefer, `names` those of all values from `low` on."""
    terms = [_random_term(random, low, high, likely, names) for _ in range(random.choice((1, 1, 1, 2, 3)))]
    return ",".join(text for text, _ in terms), frozenset().union(*(values for _, values in terms))


def _random_term(
    random: Random, low: int, high: int, likely: Sequence[int], names: Sequence[str] = ()
) -> tuple[str, range]:
    """Return one term of a list."""
    first = random.choice(likely) if random.random() < 0.7 else random.randint(low, high)
    last = random.randint(first, high)
    step = random.choice((1, 2, 3, random.randint(1, high - low + 3)))
    start, end = (_shown(random, value, low, names) for value in (first, last))
    return random.choice(
        (
            (start, range(first, first + 1)),
            (start, range(first, first + 1)),
            (f"{start}-{end}", range(first, last + 1)),
            (f"{start}-{end}/{step}", range(first, last + 1, step)),
            (f"{start}/{step}", range(first, high + 1, step)),
            (f"*/{step}", range(low, high + 1, step)),
        )
    )


def _shown(random: Random, value: int, low: int, names: Sequence[str]) -> str:
    if value - low < len(names) and random.random() < 0.5:
        return random.choice((str.upper, str.lower, str.title))(names[value - low])
    return f"{value:02}" if random.random() < 0.1 else f"{value}"
