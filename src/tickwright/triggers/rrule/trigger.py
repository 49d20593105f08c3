"""The RRULE trigger: fires where a recurrence rule of RFC 5545 says so on a zone's wall clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, Self, cast

from tickwright.errors import InvalidTriggerError, shortened
from tickwright.instants import EARLIEST, SECOND, to_datetime, to_micros
from tickwright.plain import plain_text
from tickwright.triggers.clock_changes import clock_changes_text
from tickwright.triggers.dst import DstPolicy, instant_of_wall, timeline, treatment
from tickwright.triggers.jitter import read_jitter
from tickwright.triggers.moments import Moment, read_wall
from tickwright.triggers.rrule.dates import datetime_of, within_calendar
from tickwright.triggers.rrule.handed import is_dateutils, names_zone_of_start, read_handed
from tickwright.triggers.rrule.reading import Read, read_lines, read_text, text_names_zone
from tickwright.triggers.rrule.recurrence import Recurrence
from tickwright.triggers.rrule.unrolling import (
    Unrolled,
    can_fire_from_some_start,
    refuse_if_never,
    unrolled,
)
from tickwright.triggers.rrule.words import described
from tickwright.triggers.transitions import offset_at
from tickwright.triggers.wall_clock import WallClockTrigger
from tickwright.triggers.walls import WallSchedule
from tickwright.zones import zone_name

if TYPE_CHECKING:
    from dateutil.rrule import rrule, rruleset

__all__ = ["RRuleTrigger"]


class RRuleTrigger(WallClockTrigger):
    """Fires at the occurrences of an RRULE: a text, the lines of one, or a rule or set of python-dateutil's.

    The rule recurs on the wall clock of `timezone`; the modules `recurrence` and `parts` say what it takes, and
    `dst` what becomes of fire times in hours that daylight saving leaves out or shows twice. By RFC 5545, 3.3.5,
    the policy is `shift`. A `TZID` in the text names the zone too, and need not be repeated.

    Rules count from a start, to the second: `dtstart`, or the DTSTART of the rule. A naive one is a time on the
    zone's clock, an aware one is shown on it; both may be given if they are the same. Without either, the start
    is the first whole second at or after the moment of adding the trigger to a job. `anchored` fixes it, once; it
    is stored with the job, and is no part of equality.

    >>> RRuleTrigger("freq=monthly;byday=-1fr", dtstart="2026-01-30 09:00", timezone="Europe/Berlin")
    RRuleTrigger(rule='FREQ=MONTHLY;BYDAY=-1FR', dtstart='2026-01-30T09:00:00', timezone='Europe/Berlin')
    """

    __slots__ = ("_anchor", "_given", "_recurrence", "_schedule", "_unrolled", "dst_policy", "jitter")

    can_look_back: bool = True

    dst_policy: DstPolicy
    _recurrence: Recurrence
    _given: int | None
    _anchor: int | None
    _unrolled: Unrolled | None
    _schedule: WallSchedule | None

    def __init__(
        self,
        rule: str | list[str] | tuple[str, ...] | rrule | rruleset,
        dtstart: Moment | None = None,
        timezone: tzinfo | str | None = None,
        jitter: float | None = None,
        *,
        dst_policy: str = DstPolicy.SHIFT,
    ) -> None:
        policy = DstPolicy.read(dst_policy)
        read = _read(rule, timezone)
        given = _start(read, dtstart)
        recurrence = read.recurrence
        if recurrence.needs_start and given is None and not can_fire_from_some_start(recurrence):
            raise InvalidTriggerError("rule", recurrence.summary, "it can never fire: no such day is in the calendar")
        self._settle(recurrence, given, None, read.zone, read_jitter(jitter), policy)
        self._refuse_if_never()

    def _settle(
        self,
        recurrence: Recurrence,
        given: int | None,
        anchor: int | None,
        zone: tzinfo,
        jitter: float | None,
        policy: DstPolicy,
        ends: tuple[int, ...] = (),
    ) -> None:
        start = anchor if given is None else given
        whole = None if start is None and recurrence.needs_start else unrolled(recurrence, start, ends)
        schedule = None if whole is None else WallSchedule(whole.pattern, timeline(zone, treatment(policy, False)))
        self._set(
            timezone=zone,
            dst_policy=policy,
            jitter=jitter,
            _recurrence=recurrence,
            _given=given,
            _anchor=anchor,
            _unrolled=whole,
            _schedule=schedule,
        )

    def _refuse_if_never(self) -> None:
        if self._unrolled is not None:
            refuse_if_never(self._recurrence, self._unrolled.pattern)

    @classmethod
    def names_its_zone(cls, arguments: Mapping[str, object]) -> bool:
        """Return whether the rule's DTSTART has a TZID or is in UTC, or the rule is an object with an aware one."""
        return _names_zone(arguments.get("rule"))

    @property
    def rule(self) -> str | tuple[str, ...]:
        """The rule as text, or as its lines where there are more than a text may have."""
        return self._recurrence.text

    @property
    def dtstart(self) -> datetime | None:
        """The start as the zone's clock shows it, naive; `None` while nothing has fixed it."""
        start = self._start
        return None if start is None else datetime_of(start)

    @property
    def schedule(self) -> WallSchedule | None:
        """The instants at which it fires; `None` while nothing has fixed its start."""
        return self._schedule

    @property
    def _start(self) -> int | None:
        return self._anchor if self._given is None else self._given

    def anchored(self, now: datetime) -> Self:
        """Return the trigger with its start fixed: at `now`, on the next whole second, if none was given."""
        if self._schedule is not None:
            return self
        trigger = self._anchored_at(to_micros(now))
        trigger._refuse_if_never()
        return trigger

    def _anchored_at(self, instant: int) -> Self:
        anchor = within_calendar(-(-(instant + offset_at(self.timezone, instant)) // SECOND))
        trigger = type(self).__new__(type(self))
        trigger._settle(self._recurrence, None, anchor, self.timezone, self.jitter, self.dst_policy)
        return trigger

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Return the first occurrence after `previous_fire_time`, or the first at or after `now` without one.

        Without a start, the rule is taken to start there.
        """
        since = to_micros(now) if previous_fire_time is None else to_micros(previous_fire_time) + 1
        schedule = self._schedule
        if schedule is None:
            schedule = self._anchored_at(since - (previous_fire_time is not None))._anchored_schedule()
        found = schedule.first_from(since)
        return None if found is None else to_datetime(found)

    def last_fire_time_until(self, instant: datetime) -> datetime | None:
        """Return the last occurrence at or before `instant`, in UTC; it costs no more than a step forward."""
        found = self._anchored_schedule().last_until(to_micros(instant))
        return None if found is None else to_datetime(found)

    def count_fire_times(self, after: datetime, until: datetime) -> int:
        """Return the number of occurrences with `after` < occurrence <= `until`, counted by whole years."""
        return self._anchored_schedule().count_between(to_micros(after) + 1, to_micros(until) + 1)

    def describe(self) -> str:
        """Return when it fires, as "every month on the last Friday at 09:00 in Europe/Berlin"."""
        return described(self._recurrence, self._start, self.timezone, self._clock_changes())

    def _clock_changes(self) -> str:
        if self._unrolled is None:
            return ""
        pattern = self._unrolled.pattern
        begin, end = (instant_of_wall(self.timezone, wall * SECOND) for wall in (pattern.first, pattern.last))
        rules = treatment(self.dst_policy, is_wildcard=False)
        return clock_changes_text(pattern, self.timezone, rules, max(begin, EARLIEST), end)

    def _anchored_schedule(self) -> WallSchedule:
        if self._schedule is None:
            raise ValueError(f"{self} has no start to look back to: ask what `anchored(now)` returns")
        return self._schedule

    def _declaration(self) -> dict[str, Any]:
        settings = {
            "dtstart": None if self._given is None else datetime_of(self._given).isoformat(),
            "jitter": self.jitter,
            "dst_policy": None if self.dst_policy is DstPolicy.SHIFT else str(self.dst_policy),
            "timezone": zone_name(self.timezone),
        }
        return {"rule": self.rule} | {name: value for name, value in settings.items() if value is not None}

    def _state(self) -> dict[str, Any]:
        fixed = {"anchor": self._anchor, "ends": self._unrolled.ends if self._unrolled else ()}
        return self._declaration() | {name: value for name, value in fixed.items() if value not in (None, ())}

    def _restore(self, state: dict[str, Any]) -> None:
        self._restore_rule(**state)

    def _restore_rule(
        self,
        rule: object = None,
        dtstart: Moment | None = None,
        timezone: tzinfo | str | None = None,
        jitter: float | None = None,
        dst_policy: str = DstPolicy.SHIFT,
        anchor: object = None,
        ends: object = (),
    ) -> None:
        # What was refused once need not be looked for again, nor what was counted be counted.
        read = _read(rule, timezone)
        given = _start(read, dtstart)
        policy = DstPolicy.read(dst_policy)
        anchor = None if anchor is None else _stored_wall("anchor", anchor)
        if type(ends) is not tuple:
            raise InvalidTriggerError("ends", ends, "a tuple of walls is stored")
        known = tuple(_stored_wall("ends", end) for end in ends)
        self._settle(read.recurrence, given, anchor, read.zone, read_jitter(jitter), policy, known)

    def __str__(self) -> str:
        return f"rrule[{self._recurrence.summary}]"


def _read(rule: object, timezone: tzinfo | str | None) -> Read:
    text = plain_text(rule)
    if text is not None:
        return read_text(text, timezone)
    if type(rule) in (list, tuple):
        return read_lines(cast(Sequence[object], rule), timezone)
    if is_dateutils(rule):
        return read_handed(rule, timezone)
    raise TypeError(f"rule must be a text like 'FREQ=DAILY', its lines, or dateutil's, not {shortened(rule)}")


def _names_zone(rule: object) -> bool:
    text = plain_text(rule)
    if text is not None:
        return text_names_zone([text])
    if type(rule) in (list, tuple):
        return text_names_zone(cast(Sequence[object], rule))
    return is_dateutils(rule) and names_zone_of_start(rule)


def _start(read: Read, dtstart: Moment | None) -> int | None:
    """Return the wall at which the rules start: that of the rule or `dtstart`, which may not differ."""
    if dtstart is None:
        return read.start
    start = within_calendar(read_wall(dtstart, read.zone, "dtstart"))
    own = read.recurrence.starts if read.start is None else {read.start}
    if None not in own and own - {start}:
        raise InvalidTriggerError("dtstart", dtstart, "the rule has a start of its own, which is another one")
    return start


def _stored_wall(field: str, value: object) -> int:
    if type(value) is not int or within_calendar(value) != value:
        raise InvalidTriggerError(field, value, "seconds from 1970 to a wall in the years 1 to 9999 are stored")
    return value
