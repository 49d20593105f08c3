"""Chance: ids that nobody has had, and versions at which no job of an id has stood."""

from __future__ import annotations

import os
from itertools import count
from random import Random

__all__ = ["new_id", "new_version"]

# Seeded by the operating system, and a generator of our own: an application that seeds Python's to repeat a run would
# have each of its processes give the same ids. Asking the system for each would cost a call of it.
_random = Random()

FREE = ~(0xF000 << 64 | 0xC000 << 48)
VERSION_8 = 0x8000 << 64 | 0x8000 << 48
"""The bits of a UUID that say that its maker has a rule of his own for all others (RFC 9562)."""


class _Steps:
    """Counts the ids of this process, from a number that chance chooses."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.numbers = count(_random.getrandbits(47))


_steps = _Steps()


def _part() -> None:
    """Go on otherwise than the process of which this one is a fork."""
    _random.seed()
    _steps.begin()


if hasattr(os, "register_at_fork"):  # nobody forks on Windows
    os.register_at_fork(after_in_child=_part)


def new_id() -> str:
    """Return the 32 hexadecimal digits of a UUID that nobody has had.

    The first twelve of them count. The others are random, but for the one that tells the version, and for half of the
    one that tells the variant. So what a job store keeps by id lies side by side where it was added one after the
    other, and what falls due together is not looked for in all corners of an index.
    """
    return f"{next(_steps.numbers) << 80 | _random.getrandbits(80) & FREE | VERSION_8:032x}"


def new_version() -> int:
    """Return the first version of a new job, which no other job of its id can have had.

    What somebody decided about one that was removed since, and writes only now, must not fit the one that took its
    place.
    """
    return _random.getrandbits(48)
