"""The chain of a job's fire times at a fixed period: each is on record once, alone or in one that stands for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

__all__ = ["breaks"]


def breaks(links: Iterable[tuple[datetime, int]], period: timedelta) -> Iterator[tuple[datetime, datetime]]:
    """Yield (expected, found) wherever the chain has a gap or an overlap.

    A link is a fire time, and for how many it stands: itself and those just before it. They come in order.
    """
    expected: datetime | None = None
    for fire_time, stands_for in links:
        found = fire_time - period * (stands_for - 1)
        if expected is not None and found != expected:
            yield expected, found
        expected = fire_time + period
