"""Changes of clock in words: what becomes of a wall-clock schedule when daylight saving begins and ends.

A description reads no clock, so it cannot look at *the next* change. It looks at the 28 years from 2026, or
from the schedule's start if that is later: by then each weekday has met each date, leap days included, so that
a zone's yearly rule has shown every pair of changes it can. What is said holds for all of them that touch the
schedule; where no single sentence would, nothing is said.

Nor is anything said where a rhythm goes on through the change, as that of a job every 15 minutes does.
"""

from __future__ import annotations

from datetime import datetime, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple

from tickwright.instants import DAY, LATEST, SECOND, UTC, to_datetime, to_micros
from tickwright.triggers.dst import Treatment
from tickwright.triggers.english import time_text
from tickwright.triggers.transitions import Transition, transitions_between
from tickwright.triggers.walls import WallPattern
from tickwright.zones import as_zone, zone_name

__all__ = ["clock_changes_text"]

FIRST_YEAR, YEARS, LAST_YEAR = 2026, 28, 9999
MARCH_TO_MAY, SEPTEMBER_TO_NOVEMBER = {3, 4, 5}, {9, 10, 11}
MINUTE, HOUR = 60, 3_600  # in seconds, as walls are
MOST_COMPARED = 60


def clock_changes_text(
    pattern: WallPattern, zone: tzinfo, treatment: Treatment, start: int | None = None, end: int | None = None
) -> str:
    """Return "; in spring's missing hour it runs at 03:00; in autumn's repeated hour it runs once", or "".

    `start` and `end` are the schedule's own, in microseconds, if it has any.
    """
    changes = _changes_from(
        FIRST_YEAR if start is None else max(FIRST_YEAR, to_datetime(min(start, LATEST)).year), zone
    )
    of_spring, of_autumn = ("spring's ", "autumn's ") if _are_seasonal(changes) else ("", "")
    touching = [
        stretch
        for stretch in map(Stretch.at, changes)
        if (start is None or start <= stretch.change.instant - DAY)
        and (end is None or stretch.change.instant + DAY <= end)
        and pattern.count_between(stretch.begin, stretch.end)
    ]
    text = ""
    gaps = [gap for gap in touching if gap.change.gap > 0 and not _goes_on_after(gap, pattern, treatment)]
    if len({gap.size for gap in gaps}) == 1 and (outcome := _in_gaps(gaps, pattern, treatment)):
        text += f"; in {_called(gaps[0].size, of_spring, 'missing')} it {outcome}"
    folds = [fold for fold in touching if fold.change.gap < 0 and not _goes_on_through(fold, pattern, treatment)]
    if len({fold.size for fold in folds}) == 1:
        most = max(pattern.count_between(fold.begin, fold.end) for fold in folds)
        if folds[0].size * SECOND <= treatment.silenced:
            outcome = "runs once" if most == 1 else "runs in the first pass only"
        else:
            outcome = "runs twice" if most == 1 else "runs in both passes"
        text += f"; in {_called(folds[0].size, of_autumn, 'repeated')} it {outcome}"
    return text


class Stretch(NamedTuple):
    """The walls that a change leaves out or shows twice: begin <= wall < end, in whole seconds."""

    change: Transition
    begin: int
    end: int

    @classmethod
    def at(cls, change: Transition) -> Stretch:
        """Return the walls at this change."""
        edges = sorted(-(-(change.instant + offset) // SECOND) for offset in (change.before, change.after))
        return cls(change, *edges)

    @property
    def size(self) -> int:
        """Its length in seconds."""
        return self.end - self.begin


def _in_gaps(gaps: list[Stretch], pattern: WallPattern, treatment: Treatment) -> str | None:
    """Return "runs at 03:00", "runs an hour later", "does not run"; `None` where the gaps differ in it."""
    most = max(pattern.count_between(gap.begin, gap.end) for gap in gaps)
    size = gaps[0].size
    if size * SECOND < treatment.joined:
        ends = {_time_text(gap.end) for gap in gaps}
        return f"runs {'once, ' if most > 1 else ''}at {ends.pop()}" if len(ends) == 1 else None
    if treatment.shifts:
        shifted = {_time_text((pattern.first_from(gap.begin) or 0) + size) for gap in gaps}
        if most == 1 and len(shifted) == 1:
            return f"runs at {shifted.pop()}"
        return f"runs {_length(size)} later"
    return "does not run"


def _goes_on_after(gap: Stretch, pattern: WallPattern, treatment: Treatment) -> bool:
    """Whether the pattern matches after the gap in the rhythm that it had before, and nothing is made up for."""
    begin, end = gap.begin, gap.end
    before, after = pattern.last_until(begin - 1), pattern.first_from(end)
    first, last = pattern.first_from(begin), pattern.last_until(end - 1)
    if before is None or after is None or first is None or last is None:
        return False
    if treatment.shifts:
        missing = _matches(pattern, begin, end)
        if any(not pattern.count_between(wall + gap.size, wall + gap.size + 1) for wall in missing):
            return False
    elif gap.size * SECOND < treatment.joined and after != end:
        return False
    return after - before - gap.size <= min(first - before, after - last)


def _goes_on_through(fold: Stretch, pattern: WallPattern, treatment: Treatment) -> bool:
    """Whether both passes of the fold count, and the second follows the first in the pattern's own rhythm."""
    first, last = pattern.first_from(fold.begin), pattern.last_until(fold.end - 1)
    if first is None or last is None or fold.size * SECOND <= treatment.silenced:
        return False
    before, after = pattern.last_until(first - 1), pattern.first_from(last + 1)
    if before is None or after is None:
        return False
    return first + fold.size - last >= max(first - before, after - last)


def _matches(pattern: WallPattern, begin: int, end: int) -> list[int]:
    """Return the matches from `begin` to before `end`, or as many as it takes to see what they are like."""
    found: list[int] = []
    wall = pattern.first_from(begin)
    while wall is not None and wall < end and len(found) < MOST_COMPARED:
        found.append(wall)
        wall = pattern.first_from(wall + 1)
    return found


# -- words -----------------------------------------------------------------------------------------


def _called(size: int, season: str, kind: str) -> str:
    """Return "spring's missing hour", "a missing half hour", "two repeated hours"."""
    if size in (HOUR, HOUR // 2):
        return f"{season or 'a '}{kind} {'hour' if size == HOUR else 'half hour'}"
    return f"{season}two {kind} hours" if size == 2 * HOUR else f"{season}{size / MINUTE:g} {kind} minutes"


def _length(size: int) -> str:
    """Return "an hour", "half an hour", "two hours", "20 minutes"."""
    lengths = {HOUR: "an hour", HOUR // 2: "half an hour", 2 * HOUR: "two hours"}
    return lengths.get(size, f"{size / MINUTE:g} minutes")


def _time_text(wall: int) -> str:
    return time_text(to_datetime(wall * SECOND).time())


# -- the zone's changes ----------------------------------------------------------------------------


def _changes_from(year: int, zone: tzinfo) -> tuple[Transition, ...]:
    """Return the zone's changes in the 28 years from `year` on."""
    if isinstance(zone, timezone):
        return ()
    try:
        return _shared_changes(year, zone_name(zone))
    except TypeError:  # a tzinfo that cannot be hashed, as dateutil's, cannot be looked up either
        return _shared_changes.__wrapped__(year, zone)


@lru_cache(maxsize=1_024)
def _shared_changes(year: int, name: str | tzinfo) -> tuple[Transition, ...]:
    begin, end = (datetime(min(at, LAST_YEAR), 1, 1, tzinfo=UTC) for at in (year, year + YEARS))
    return tuple(transitions_between(as_zone(name), to_micros(begin), to_micros(end)))


def _are_seasonal(changes: tuple[Transition, ...]) -> bool:
    """Whether clocks go forward in spring and back in autumn, be it the north's or the south's."""
    forward = {_month(change) for change in changes if change.gap > 0}
    back = {_month(change) for change in changes if change.gap < 0}
    if not forward or not back:
        return False
    in_north = forward <= MARCH_TO_MAY and back <= SEPTEMBER_TO_NOVEMBER
    return in_north or (forward <= SEPTEMBER_TO_NOVEMBER and back <= MARCH_TO_MAY)


def _month(change: Transition) -> int:
    return to_datetime(change.instant + change.before).month
