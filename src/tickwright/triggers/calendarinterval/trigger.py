"""The calendar interval trigger: fires every so many years, months, weeks and days, at one time of day."""

from __future__ import annotations

from datetime import date, datetime, time, tzinfo
from typing import Any, Self

from tickwright.instants import LATEST, to_datetime, to_micros
from tickwright.triggers.calendarinterval.course import Course
from tickwright.triggers.calendarinterval.limits import Limit, read_limits
from tickwright.triggers.calendarinterval.occurrences import FIRST_DAY, LAST_DAY
from tickwright.triggers.calendarinterval.pattern import OccurrencePattern
from tickwright.triggers.calendarinterval.rhythm import Rhythm, read_rhythm, read_time
from tickwright.triggers.calendarinterval.words import days_left_out, days_text
from tickwright.triggers.dst import DstPolicy, timeline, treatment
from tickwright.triggers.english import WHEN_ADDED, a_list, between, counted, sentence, time_text
from tickwright.triggers.jitter import read_jitter
from tickwright.triggers.moments import Moment
from tickwright.triggers.wall_clock import WallClockTrigger
from tickwright.triggers.walls import WallSchedule
from tickwright.zones import as_zone, zone_name

__all__ = ["CalendarIntervalTrigger"]


class CalendarIntervalTrigger(WallClockTrigger):
    """Fires on `start_date` and every so many years, months, weeks and days after it, at one time of day.

    The k-th occurrence is the start + k × (years and months) + k × (weeks and days), on the wall clock of
    `timezone`. One whose month lacks the start's day is left out, and the others stay where they are: monthly from
    31 January goes on on 31 March, yearly from a 29 February in the next leap year. `dst_policy` says what becomes of
    a time that the clock leaves out or shows twice, as the module `dst` tells it for a fixed-time job; by default it
    fires exactly once.

    Both dates may be a date, a datetime or an ISO 8601 text of either. A date is the whole day on the zone's clock. A
    `start_date` with a time of day is the day on which it lies, less all that is earlier; an `end_date` with one is
    the last instant that counts.

    Without `start_date` it starts at the moment of adding it to a job, which `anchored` fixes, once; that is stored
    with the job and is no part of equality, so a restart that declares the same again goes on in the same rhythm.

    >>> CalendarIntervalTrigger(months=1, hour=9, start_date="2026-01-31", timezone="UTC")
    CalendarIntervalTrigger(months=1, hour=9, start_date='2026-01-31', timezone='UTC')
    """

    __slots__ = ("_anchor", "_course", "_end", "_given", "_rhythm", "_time", "dst_policy", "jitter")

    can_look_back: bool = True

    dst_policy: DstPolicy
    _rhythm: Rhythm
    _time: time
    _given: Limit | None
    _anchor: Limit | None
    _end: Limit | None
    _course: Course | None  # none while nothing has fixed the start

    def __init__(
        self,
        *,
        years: int = 0,
        months: int = 0,
        weeks: int = 0,
        days: int = 0,
        hour: int = 0,
        minute: int = 0,
        second: int = 0,
        start_date: Moment | None = None,
        end_date: Moment | None = None,
        timezone: tzinfo | str | None = None,
        jitter: float | None = None,
        dst_policy: str = DstPolicy.CRON,
    ) -> None:
        rhythm = read_rhythm({"years": years, "months": months, "weeks": weeks, "days": days})
        at = read_time({"hour": hour, "minute": minute, "second": second})
        zone = as_zone(timezone)
        start, end = read_limits(start_date, end_date, zone)
        rhythm.refuse_if_too_long(FIRST_DAY if start is None else start.day)
        self._set(
            timezone=zone,
            dst_policy=DstPolicy.read(dst_policy),
            jitter=read_jitter(jitter),
            _rhythm=rhythm,
            _time=at,
            _given=start,
            _anchor=None,
            _end=end,
        )
        self._set(_course=None if start is None else self._course_from(start))

    @property
    def start_date(self) -> date | None:
        """The day from which it counts, or the instant in UTC at which it starts; `None` while nothing has fixed it."""
        start = self._start
        return None if start is None else start.said

    @property
    def end_date(self) -> date | None:
        """The last day that counts, or the last instant in UTC."""
        return None if self._end is None else self._end.said

    @property
    def course(self) -> Course | None:
        """The instants at which it fires; `None` while nothing has fixed its start."""
        return self._course

    @property
    def _start(self) -> Limit | None:
        return self._anchor if self._given is None else self._given

    def anchored(self, now: datetime) -> Self:
        """Return the trigger with its start fixed: at `now`, if none was given."""
        if self._start is not None:
            return self
        anchor = Limit.at(to_micros(now), self.timezone)
        self._rhythm.refuse_if_too_long(anchor.day)
        trigger = type(self).__new__(type(self))
        kept = ("timezone", *CalendarIntervalTrigger.__slots__)
        trigger._set(**{name: getattr(self, name) for name in kept})
        trigger._set(_anchor=anchor, _course=self._course_from(anchor))
        return trigger

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Return the first fire time after `previous_fire_time`, or the first at or after `now` without one.

        Without a start, that is what it would be if anchored at `previous_fire_time` or at `now`: the time of day,
        if it is still to come, and otherwise one interval later.
        """
        since = to_micros(now if previous_fire_time is None else previous_fire_time)
        course = self._course or self._course_from(Limit.at(since, self.timezone))
        found = course.first_from(since + (previous_fire_time is not None))
        return None if found is None else to_datetime(found)

    def last_fire_time_until(self, instant: datetime) -> datetime | None:
        """Return the last fire time at or before `instant`, in UTC; it costs no more than a step forward."""
        found = self._fixed_course().last_until(to_micros(instant))
        return None if found is None else to_datetime(found)

    def count_fire_times(self, after: datetime, until: datetime) -> int:
        """Return the number of fire times with `after` < fire time <= `until`, without stepping through them."""
        return self._fixed_course().count_between(to_micros(after) + 1, to_micros(until) + 1)

    def _course_from(self, start: Limit) -> Course:
        end = self._end
        # An end that is a day limits the occurrences too, and not only the instants: where the clock goes back over
        # midnight, its last hour comes after the first minutes of the next day, and those do not count.
        last_day = LAST_DAY if end is None or end.instant is not None else end.day
        seconds = self._time.hour * 3_600 + self._time.minute * 60 + self._time.second
        pattern = OccurrencePattern(self._rhythm.occurrences_from(start.day), seconds, last_day)
        schedule = WallSchedule(pattern, timeline(self.timezone, treatment(self.dst_policy, is_wildcard=False)))
        return Course(start, schedule, LATEST if end is None else end.last_instant(self.timezone))

    def _fixed_course(self) -> Course:
        if self._course is None:
            raise ValueError(f"{self} has no start to look back to: ask what `anchored(now)` returns")
        return self._course

    def _declaration(self) -> dict[str, Any]:
        at = self._time
        parts = {**dict(self._rhythm.written), "hour": at.hour, "minute": at.minute, "second": at.second}
        settings = {
            "start_date": None if self._given is None else self._given.text,
            "end_date": None if self._end is None else self._end.text,
            "jitter": self.jitter,
            "dst_policy": None if self.dst_policy is DstPolicy.CRON else str(self.dst_policy),
            "timezone": zone_name(self.timezone),
        }
        shown = {name: value for name, value in parts.items() if value}
        return shown | {name: value for name, value in settings.items() if value is not None}

    def _identity(self) -> tuple[Any, ...]:
        # By what is meant, not by how it was written: a year is twelve months, a week seven days.
        interval = (self._rhythm.months, self._rhythm.days, self._time)
        return *interval, self._given, self._end, self.jitter, self.dst_policy, zone_name(self.timezone)

    def _state(self) -> dict[str, Any]:
        # The anchor's day is stored too: read on a machine in another zone, "local" must not move it.
        return self._declaration() | ({} if self._anchor is None else {"anchor": tuple(self._anchor)})

    def _restore(self, state: dict[str, Any]) -> None:
        anchor = state.pop("anchor", None)
        start = None if anchor is None else Limit.stored(anchor)
        super()._restore(state)
        if start is not None:
            self._set(_anchor=start, _course=self._course_from(start))

    def __str__(self) -> str:
        interval = a_list([counted(value, name.removesuffix("s")) for name, value in self._rhythm.written])
        return f"calendarinterval[{interval} at {time_text(self._time)}]"

    def describe(self) -> str:
        """Return "every 2 months on the 31st at 09:00 in Europe/Berlin, from 2026-01-31" or the like."""
        zone, start, end, course = self.timezone, self._start, self._end, self._course
        if course is None and (self._rhythm.months, self._rhythm.days) == (0, 1):
            course = self._course_from(Limit(FIRST_DAY, None))  # wherever it will start, it is the same days
        occurrences = None if start is None else self._rhythm.occurrences_from(start.day)
        return sentence(
            f"{days_text(self._rhythm, occurrences)} at {time_text(self._time)}",
            zone,
            between(WHEN_ADDED if start is None else start.words(zone), None if end is None else end.words(zone)),
            "" if occurrences is None else days_left_out(occurrences),
            "" if course is None else course.clock_changes_text(zone, self.dst_policy),
        )
