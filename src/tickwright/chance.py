"""Chance: ids that nobody has had, and versions at which no job of an id has stood."""

from __future__ import annotations

import os
from random import Random

__all__ = ["new_id", "new_version"]

# Seeded by the operating system, and a generator of our own: an application that seeds Python's to repeat a run would
# have each of its processes give the same ids. Asking the system for each would cost a call of it.
_random = Random()

if hasattr(os, "register_at_fork"):  # nobody forks on Windows
    os.register_at_fork(after_in_child=_random.seed)


FREE = ~(0xF000 << 64 | 0xC000 << 48)
VERSION_4 = 0x4000 << 64 | 0x8000 << 48
"""The bits of a UUID that say that all others are random (RFC 9562)."""


def new_id() -> str:
    """Return the 32 hexadecimal digits of a UUID that nobody has had."""
    return f"{_random.getrandbits(128) & FREE | VERSION_4:032x}"


def new_version() -> int:
    """Return the first version of a new job, which no other job of its id can have had.

    What somebody decided about one that was removed since, and writes only now, must not fit the one that took its
    place.
    """
    return _random.getrandbits(48)
