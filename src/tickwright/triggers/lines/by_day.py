"""Counting by the day: the members of a line as the bits of each day's 86,400 seconds, or one after the other.

Of several lines that fire each second, what they share and what any of them has takes a few operations on whole days,
some ten microseconds each, where walking takes a step for each second.
"""

from __future__ import annotations

from tickwright.instants import DAY, EARLIEST, LATEST, SECOND
from tickwright.triggers.lines.line import ENDLESS, Line, Patience

__all__ = ["count_by_day"]


def count_by_day(line: Line, begin: int, end: int) -> int:
    """Return how many members there are with begin <= member < end; days on which there are none are leapt over."""
    begin, end = max(begin, EARLIEST), min(end, LATEST + 1)
    if not line.is_told_by_day:
        return _walked(line, begin, end)
    count = 0
    while begin < end:
        until = min(end, begin // DAY * DAY + DAY)
        bits = line.bits_between(-(-begin // SECOND) * SECOND, until)
        found = _walked(line, begin, until) if bits is None else bits.bit_count()
        count += found
        following = until if found else line.not_before(until)
        if following is None:
            break
        begin = following
    return count


def _walked(line: Line, begin: int, end: int) -> int:
    walk = Patience(ENDLESS, limit=end)
    count = 0
    while begin < end and (found := line.first_from(begin, walk)) is not None and found < end:
        count += 1
        begin = found + 1
    return count
