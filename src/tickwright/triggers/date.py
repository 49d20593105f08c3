"""The date trigger: fires once, at one instant."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, tzinfo
from typing import Any, Self

from tickwright.instants import to_datetime, to_micros
from tickwright.triggers.english import WHEN_ADDED, instant_text, sentence
from tickwright.triggers.moments import Moment, iso_text, read_moment
from tickwright.triggers.since_added import SinceAdded
from tickwright.zones import as_zone, zone_name

__all__ = ["DateTrigger"]


class DateTrigger(SinceAdded):
    """Fires once, at `run_date`: a datetime, a date (its midnight) or an ISO 8601 text.

    A naive one is taken in `timezone`: an hour that the clock shows twice is the first pass unless `fold=1`,
    a time that the clock leaves out is the first instant after the gap. Without `run_date` it is the moment
    at which it is added to a job, which `anchored` fixes; that is no part of equality.

    >>> DateTrigger("2026-11-23 11:30", timezone="UTC")
    DateTrigger(run_date='2026-11-23T11:30:00+00:00', timezone='UTC')
    """

    __slots__ = ()

    can_look_back: bool = True

    def __init__(self, run_date: Moment | None = None, timezone: tzinfo | str | None = None) -> None:
        zone = as_zone(timezone)
        given = None if run_date is None else read_moment(run_date, zone, "run_date")
        self._set(timezone=zone, _given=given, _anchor=None)

    @property
    def run_date(self) -> datetime | None:
        """The instant at which it fires, in UTC; `None` while nothing has fixed it."""
        return None if self._start is None else to_datetime(self._start)

    def anchored(self, now: datetime) -> Self:
        """Return the trigger with its run date fixed: at `now`, if none was given."""
        if self._start is not None:
            return self
        trigger = type(self).__new__(type(self))
        trigger._set(timezone=self.timezone, _given=None, _anchor=to_micros(now))
        return trigger

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Return the run date if it lies after `previous_fire_time`, or without one not before `now`."""
        since = to_micros(now) if previous_fire_time is None else to_micros(previous_fire_time) + 1
        instant = self._start
        if instant is None:
            return to_datetime(since) if previous_fire_time is None else None
        return to_datetime(instant) if since <= instant else None

    def last_fire_time_until(self, instant: datetime) -> datetime | None:
        """Return the run date if it is not after `instant`, in UTC."""
        own = self._start
        return to_datetime(own) if own is not None and own <= to_micros(instant) else None

    def count_fire_times(self, after: datetime, until: datetime) -> int:
        """Return 1 if `after` < run date <= `until`, and 0 otherwise."""
        return int(self._start is not None and to_micros(after) < self._start <= to_micros(until))

    def describe(self) -> str:
        """Return "once at 2026-11-23 11:30 in Europe/Berlin", or that adding it to a job says when."""
        instant = self._start
        if instant is None:
            return f"once, {WHEN_ADDED}"
        return sentence(f"once at {instant_text(instant, self.timezone)}", self.timezone)

    def _declaration(self) -> dict[str, Any]:
        given = {} if self._given is None else {"run_date": iso_text(self._given)}
        return {**given, "timezone": zone_name(self.timezone)}

    def __str__(self) -> str:
        run_date = self.run_date
        if run_date is None:
            return "date[when added]"
        # On the calendar's first or last day the zone's clock may show no time at all; UTC's does.
        with suppress(OverflowError):
            run_date = run_date.astimezone(self.timezone)
        return f"date[{run_date:%Y-%m-%d %H:%M:%S %Z}]"
