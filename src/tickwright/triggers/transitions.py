"""Transitions: the instants at which a zone changes its offset from UTC, found by asking the zone."""

from __future__ import annotations

from datetime import tzinfo
from typing import NamedTuple

from tickwright.instants import DAY, EARLIEST, LATEST, SECOND, UTC, to_datetime

__all__ = ["MOST_APART", "Transition", "offset_at", "transitions_between"]

MOST_APART = 2 * DAY
"""No two offsets differ by this much: Python keeps each of them under a day."""

STRIDE = 2 * DAY


class Transition(NamedTuple):
    """At `instant` the offset changes from `before` to `after`; all three in microseconds."""

    instant: int
    before: int
    after: int

    @property
    def gap(self) -> int:
        """How much wall clock is left out here; negative in a fold, where so much of it occurs twice."""
        return self.after - self.before


def offset_at(zone: tzinfo, instant: int) -> int:
    """Return the zone's offset from UTC at the instant, both in microseconds.

    The offset is what lies between the instant and the wall clock that the zone gives for it. That is right
    for every kind of tzinfo, pytz's and those that know no `fold` among them, where asking `utcoffset` is
    not.
    """
    # The first and the last day of the calendar cannot be converted everywhere; no zone changes there.
    moment = to_datetime(min(max(instant, EARLIEST + DAY), LATEST - DAY))
    ahead = moment.astimezone(zone).replace(tzinfo=UTC) - moment
    return (ahead.days * 86_400 + ahead.seconds) * 1_000_000 + ahead.microseconds


def transitions_between(zone: tzinfo, begin: int, end: int) -> list[Transition]:
    """Return the transitions with begin <= instant < end, in order.

    The zone is asked every other day, and what lies between two different answers is halved down to the
    microsecond. That finds every change, unless a zone goes there and back within two days. None ever has:
    the shortest stay in the time zone database is Freetown's, just under four days in September 1939.
    """
    found = []
    low, before = begin - 1, offset_at(zone, begin - 1)
    while low < end - 1:
        high = min(low + STRIDE, end - 1)
        offset = offset_at(zone, high)
        while before != offset:
            instant = _first_other(zone, low, high, before)
            after = offset_at(zone, instant)
            found.append(Transition(instant, before, after))
            low, before = instant, after
        low = high
    return found


def _first_other(zone: tzinfo, low: int, high: int, offset: int) -> int:
    """Return the instant in (low, high] where `offset`, which holds at `low` and not at `high`, ends."""
    while high - low > SECOND:
        middle = (low + high + SECOND) // (2 * SECOND) * SECOND  # a whole second: clocks are changed at one, as a rule
        if offset_at(zone, middle) == offset:
            low = middle
        else:
            high = middle
    if offset_at(zone, high - 1) == offset:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if offset_at(zone, middle) == offset:
            low = middle
        else:
            high = middle
    return high
