"""The course: the fire times of a calendar interval from one start on."""

from __future__ import annotations

from datetime import tzinfo
from typing import NamedTuple

from tickwright.instants import LATEST
from tickwright.triggers.calendarinterval.limits import Limit
from tickwright.triggers.clock_changes import clock_changes_text
from tickwright.triggers.dst import DstPolicy, treatment
from tickwright.triggers.walls import WallSchedule

__all__ = ["Course"]


class Course(NamedTuple):
    """A schedule with both of its ends; all in microseconds."""

    start: Limit
    schedule: WallSchedule
    until: int
    """The last instant that counts."""

    def first_from(self, instant: int) -> int | None:
        """Return the first fire time at or after `instant`."""
        found = self.schedule.first_from(self._not_before_start(instant))
        return None if found is None or found > self.until else found

    def last_until(self, instant: int) -> int | None:
        """Return the last fire time at or before `instant`."""
        found = self.schedule.last_until(min(instant, self.until))
        return None if found is None or found < self._not_before_start(found) else found

    def count_between(self, begin: int, end: int) -> int:
        """Return how many fire times there are with begin <= fire time < end."""
        return self.schedule.count_between(self._not_before_start(begin), min(end, self.until + 1))

    def clock_changes_text(self, zone: tzinfo, policy: DstPolicy) -> str:
        """Return "; in spring's missing hour it runs at 03:00", or nothing where no change of clock touches it."""
        rules = treatment(policy, is_wildcard=False)
        end = None if self.until == LATEST else self.until
        return clock_changes_text(self.schedule.pattern, zone, rules, self.start.first_instant(zone), end)

    def _not_before_start(self, instant: int) -> int:
        # A start that is a whole day needs no more than the occurrences do: none is earlier.
        start = self.start.instant
        return instant if start is None or start < instant else start
