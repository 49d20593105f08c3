"""Daylight saving: what a trigger does with the hours that a wall clock leaves out or shows twice.

At a transition the offset from UTC changes. Forward, and some wall-clock times never occur: a *gap*. Back,
and some occur twice: a *fold*, with a first and a second pass. Four policies say what becomes of fire times
that fall there:

`cron`
    What cron(8) does on Debian and with cronie. A *wildcard* job follows the wall clock, through both passes
    of a fold. A *fixed-time* job fires exactly once: all its matches in a gap become one fire, at the first
    instant after it, and nothing fires in the second pass of a fold. But a gap of three hours or more, or a
    fold of more than three, is taken for a change of the clock itself: what it leaves out is lost, what it
    repeats fires again.
`wall_clock`
    Every instant whose wall clock matches: nothing for a gap, twice for a fold.
`skip`
    The same without the second passes (as systemd's timers).
`shift`
    As `skip`, and a match in a gap fires as much later as the clock went forward: 02:30 at 03:30 (as
    java.time, and as RFC 5545, 3.3.5 asks).

A policy lays out the time line of a zone in `Segment`s. Within each, finding a fire time is a matter of one
addition.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta, timezone, tzinfo
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from tickwright.errors import InvalidTriggerError, shortened
from tickwright.instants import DAY, EARLIEST, HOUR, LATEST
from tickwright.plain import plain_text
from tickwright.triggers.transitions import MOST_APART, Transition, offset_at, transitions_between
from tickwright.zones import as_zone, zone_name

__all__ = ["DstPolicy", "Segment", "Timeline", "Treatment", "instant_of_wall", "timeline", "treatment"]


class DstPolicy(StrEnum):
    """The four ways to treat gaps and folds; the module's text tells them apart."""

    CRON = "cron"
    WALL_CLOCK = "wall_clock"
    SKIP = "skip"
    SHIFT = "shift"

    @classmethod
    def read(cls, value: object) -> DstPolicy:
        """Return the policy of this name, or refuse it with the names there are."""
        if type(value) is cls:
            return value
        text = plain_text(value)
        if text is None:
            raise TypeError(f"dst_policy must be a text, not {shortened(value)}")
        for policy in cls:
            if text == policy.value:
                return policy
        known = ", ".join(repr(policy.value) for policy in cls)
        raise InvalidTriggerError("dst_policy", value, f"it is one of {known}")


class Treatment(NamedTuple):
    """What is done at a transition, by its size in microseconds."""

    silenced: int
    """In a fold of up to this size, nothing fires in the second pass."""
    joined: int
    """In a gap shorter than this, all that would have matched is one fire at the gap's end."""
    shifts: bool
    """Whether what would have matched in a gap fires later by the gap's size."""


CHANGE_OF_CLOCK = 3 * HOUR
BOTH_PASSES = Treatment(silenced=0, joined=0, shifts=False)
EXACTLY_ONCE = Treatment(silenced=CHANGE_OF_CLOCK, joined=CHANGE_OF_CLOCK, shifts=False)
FIRST_PASS = Treatment(silenced=MOST_APART, joined=0, shifts=False)
FIRST_PASS_AND_SHIFTED = Treatment(silenced=MOST_APART, joined=0, shifts=True)


def treatment(policy: DstPolicy, is_wildcard: bool) -> Treatment:
    """Return what `policy` does for a wildcard job or for a fixed-time job; only `cron` tells them apart."""
    match policy:
        case DstPolicy.CRON:
            return BOTH_PASSES if is_wildcard else EXACTLY_ONCE
        case DstPolicy.WALL_CLOCK:
            return BOTH_PASSES
        case DstPolicy.SKIP:
            return FIRST_PASS
        case DstPolicy.SHIFT:
            return FIRST_PASS_AND_SHIFTED


Plain = tuple[int, int, int]
"""Begin (inclusive), end (exclusive) and offset of a stretch in which nothing but that offset counts."""


class Segment(NamedTuple):
    """A stretch of the time line, begin <= instant < end, where every fire time is a wall less an offset.

    All in microseconds.
    """

    begin: int
    end: int
    offsets: tuple[int, ...]
    """Usually one. None where all is silent; a second one while the matches of a gap are made up for."""
    joined: tuple[int, int] | None
    """Walls from the first to before the second are left out at `begin`: if any matches, it fires there."""

    @property
    def plain(self) -> Plain | None:
        """What of it is plain, if anything is."""
        if len(self.offsets) != 1:
            return None
        return max(self.begin + (self.joined is not None), EARLIEST), min(self.end, LATEST + 1), self.offsets[0]


class Timeline:
    """The segments of one zone under one treatment, laid out a stretch at a time when first asked for."""

    __slots__ = ("_last", "_stretches", "_treatment", "_zone", "plain")

    STRETCH = 256 * DAY
    MOST_KEPT = 2_048  # stretches: fourteen centuries

    def __init__(self, zone: tzinfo, treatment: Treatment) -> None:
        self._zone = zone
        self._treatment = treatment
        self._stretches: dict[int, list[tuple[Segment, Plain | None]]] = {}
        # The segment that was asked for last, to be asked for again. Threads may overwrite each other's: it
        # is only a short cut, read once and checked before it is used.
        self._last = Segment(0, 0, (), None)
        self.plain: Plain = (0, 0, 0)
        """The plain stretch that was asked for last, and is nearly always the one that is asked for next."""
        if isinstance(zone, timezone):
            offset = zone.utcoffset(None) // timedelta(microseconds=1)
            self._last = Segment(EARLIEST - DAY, LATEST + DAY, (offset,), None)
            self.plain = (EARLIEST, LATEST + 1, offset)

    @property
    def makes_up_for_gaps(self) -> bool:
        """Whether what would have matched in a gap may fire all the same, once or later."""
        return self._treatment.joined > 0 or self._treatment.shifts

    def segment_at(self, instant: int) -> Segment:
        """Return the segment in which `instant` lies."""
        segment = self._last
        if segment[0] <= instant < segment[1]:
            return segment
        number = instant // self.STRETCH
        stretch = self._stretches.get(number)
        if stretch is None:
            if len(self._stretches) >= self.MOST_KEPT:
                self._stretches = {}
            begin = number * self.STRETCH
            segments = self._lay_out(begin, begin + self.STRETCH)
            self._stretches[number] = stretch = [(segment, segment.plain) for segment in segments]
        for part in stretch:  # one to three, as a rule
            if instant < part[0][1]:
                break
        segment, plain = part
        self._last = segment
        if plain is not None:
            self.plain = plain
        return segment

    def plain_around(self, instant: int) -> Plain:
        """Return what is `plain` at an instant; some other such stretch, where more than an offset counts there."""
        self.segment_at(instant)
        return self.plain

    def _lay_out(self, begin: int, end: int) -> list[Segment]:
        # What a transition does can last until two days later, so those of two days before are needed too.
        transitions = transitions_between(self._zone, begin - MOST_APART, end)
        return lay_out(offset_at(self._zone, begin - MOST_APART - 1), transitions, begin, end, self._treatment)


def lay_out(
    offset: int, transitions: Sequence[Transition], begin: int, end: int, treatment: Treatment
) -> list[Segment]:
    """Return the segments that cover begin <= instant < end.

    `transitions` are those from two days before `begin` on, and `offset` is the one in force before the first
    of them.
    """
    silences = [
        (change.instant, change.instant - change.gap) for change in transitions if 0 < -change.gap <= treatment.silenced
    ]
    shifts = [
        (change.instant, change.instant + change.gap, change.before)
        for change in transitions
        if treatment.shifts and change.gap > 0
    ]
    joins = {
        change.instant: (change.instant + change.before, change.instant + change.after)
        for change in transitions
        if 0 < change.gap < treatment.joined
    }
    marks = {begin, *(change.instant for change in transitions)}
    marks.update(until for _, until in silences)
    marks.update(until for _, until, _ in shifts)
    edges = [*sorted(mark for mark in marks if begin <= mark < end), end]

    segments = []
    for start, stop in pairwise(edges):
        for change in transitions:
            if change.instant <= start:
                offset = change.after
        silent = any(since <= start < until for since, until in silences)
        offsets = () if silent else (offset,)
        made_up = tuple(before for since, until, before in shifts if since <= start < until)
        segments.append(Segment(start, stop, offsets + made_up, joins.get(start)))
    return segments


def timeline(zone: tzinfo, treatment: Treatment) -> Timeline:
    """Return the time line of a zone, shared by all who ask for the same one."""
    try:
        return _timeline_of(zone, treatment)
    except TypeError:  # a tzinfo that cannot be hashed, as dateutil's, cannot be looked up either
        return Timeline(zone, treatment)


@lru_cache(maxsize=1_024)
def _timeline_of(zone: tzinfo, treatment: Treatment) -> Timeline:
    return _shared_timeline(zone_name(zone), treatment)


@lru_cache(maxsize=1_024)
def _shared_timeline(name: str | tzinfo, treatment: Treatment) -> Timeline:
    return Timeline(as_zone(name), treatment)


def instant_of_wall(zone: tzinfo, wall: int, fold: int = 0) -> int:
    """Return the instant at which the zone's clocks show `wall`; both in microseconds.

    Of a wall clock that occurs twice, the first instant, or with `fold=1` the last; for one that never
    occurs, the first instant after the gap, as for a fixed-time job of cron's.
    """
    begin, end = wall - DAY, wall + DAY + 1  # an offset is under a day, so the answer lies in between
    since, offset = begin, offset_at(zone, begin)
    answers = []
    for change in (*transitions_between(zone, begin + 1, end), Transition(end, 0, 0)):
        if since <= wall - offset < change.instant:
            answers.append(wall - offset)
        if change.instant < end and change.instant + change.before <= wall < change.instant + change.after:
            answers.append(change.instant)
        since, offset = change.instant, change.after
    return answers[-1 if fold else 0]
