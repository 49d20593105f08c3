"""The cron trigger: fires where a zone's wall clock matches a cron expression."""

from __future__ import annotations

from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any, ClassVar, Self

from tickwright.instants import to_datetime, to_micros
from tickwright.triggers.clock_changes import clock_changes_text
from tickwright.triggers.cron.crontab import LONGEST_TEXT, Crontab, parse_crontab, read_crontab
from tickwright.triggers.cron.keywords import FIELD_NAMES, Keywords, read_keywords
from tickwright.triggers.cron.pattern import CronPattern
from tickwright.triggers.cron.wording import schedule_text
from tickwright.triggers.dst import DstPolicy, timeline, treatment
from tickwright.triggers.english import sentence, span_text
from tickwright.triggers.jitter import read_jitter
from tickwright.triggers.moments import Moment, iso_text, read_span
from tickwright.triggers.wall_clock import WallClockTrigger
from tickwright.triggers.walls import WallSchedule
from tickwright.zones import as_zone, zone_name

__all__ = ["CronTrigger"]


class CronTrigger(WallClockTrigger):
    """Fires when the wall clock of `timezone` matches all fields; `from_crontab` takes crontab text.

    The module `keywords` says what the fields take, `dst` what becomes of fire times in hours that daylight
    saving leaves out or shows twice. Without a `timezone` it is the machine's own; a scheduler that makes the
    trigger of a text or of an alias gives its own.

    No fire time lies before `start_date` or after `end_date`; both may be one. A date stands for its midnight, so
    that an `end_date` of that kind leaves the day itself out.

    >>> CronTrigger(day_of_week="mon-fri", hour=9, timezone="Europe/Berlin")
    CronTrigger(day_of_week='mon-fri', hour='9', timezone='Europe/Berlin')
    """

    __slots__ = ("_end", "_schedule", "_start", "_written", "dst_policy", "jitter")

    can_look_back: bool = True
    FIELD_NAMES: ClassVar[tuple[str, ...]] = FIELD_NAMES

    dst_policy: DstPolicy
    _written: Keywords | Crontab
    _start: int | None
    _end: int | None
    _schedule: WallSchedule

    def __init__(
        self,
        year: int | str | None = None,
        month: int | str | None = None,
        day: int | str | None = None,
        week: int | str | None = None,
        day_of_week: int | str | None = None,
        hour: int | str | None = None,
        minute: int | str | None = None,
        second: int | str | None = None,
        start_date: Moment | None = None,
        end_date: Moment | None = None,
        timezone: tzinfo | str | None = None,
        jitter: float | None = None,
        *,
        dst_policy: str = DstPolicy.CRON,
    ) -> None:
        values = (year, month, day, week, day_of_week, hour, minute, second)
        written = read_keywords(dict(zip(FIELD_NAMES, values, strict=True)))
        zone, policy = as_zone(timezone), DstPolicy.read(dst_policy)
        self._settle(written, zone, policy, *read_span(start_date, end_date, zone), read_jitter(jitter))

    @classmethod
    def from_crontab(
        cls,
        expr: str,
        timezone: tzinfo | str | None = None,
        start_date: Moment | None = None,
        end_date: Moment | None = None,
        jitter: float | None = None,
        *,
        dst_policy: str = DstPolicy.CRON,
    ) -> Self:
        """Return the trigger of a crontab text: 5 fields, 6 with seconds in front, or a macro like `@daily`.

        Weekdays are crontab's here: 0 and 7 are Sunday. The module `crontab` has the grammar.
        """
        zone, policy = as_zone(timezone), DstPolicy.read(dst_policy)
        is_plain = start_date is None and end_date is None and jitter is None
        if is_plain and type(expr) is str and len(expr) <= LONGEST_TEXT:
            try:
                trigger: Self = _remembered(cls, expr, zone, policy)
                return trigger
            except TypeError:
                pass  # a zone that cannot be hashed, as dateutil's
        trigger = cls.__new__(cls)
        trigger._settle(read_crontab(expr), zone, policy, *read_span(start_date, end_date, zone), read_jitter(jitter))
        return trigger

    def _settle(
        self,
        written: Keywords | Crontab,
        zone: tzinfo,
        policy: DstPolicy,
        start: int | None = None,
        end: int | None = None,
        jitter: float | None = None,
    ) -> None:
        expression = written.expression
        schedule = WallSchedule(expression.pattern, timeline(zone, treatment(policy, expression.is_wildcard)))
        # One by one and not by `_set`, which would be a tenth of what it takes to make one of a new text.
        put = object.__setattr__
        put(self, "timezone", zone)
        put(self, "dst_policy", policy)
        put(self, "jitter", jitter)
        put(self, "_written", written)
        put(self, "_start", start)
        put(self, "_end", end)
        put(self, "_schedule", schedule)

    @property
    def start_date(self) -> datetime | None:
        """The instant before which nothing fires, in UTC."""
        return None if self._start is None else to_datetime(self._start)

    @property
    def end_date(self) -> datetime | None:
        """The instant after which nothing fires, in UTC."""
        return None if self._end is None else to_datetime(self._end)

    @property
    def schedule(self) -> WallSchedule:
        """The instants that match, whatever the start and the end are."""
        return self._schedule

    @property
    def pattern(self) -> CronPattern:
        """The walls that match, whatever the zone is."""
        return self._written.expression.pattern

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Return the first match after `previous_fire_time`, or the first at or after `now` without one."""
        since = to_micros(now) if previous_fire_time is None else to_micros(previous_fire_time) + 1
        start, end = self._start, self._end
        if start is not None and since < start:
            since = start
        found = self._schedule.first_from(since)
        return None if found is None or (end is not None and found > end) else to_datetime(found)

    def last_fire_time_until(self, instant: datetime) -> datetime | None:
        """Return the last match at or before `instant`, in UTC; it costs no more than a step forward."""
        until = to_micros(instant) if self._end is None else min(to_micros(instant), self._end)
        found = self._schedule.last_until(until)
        too_early = found is None or (self._start is not None and found < self._start)
        return None if found is None or too_early else to_datetime(found)

    def count_fire_times(self, after: datetime, until: datetime) -> int:
        """Return the number of matches with `after` < match <= `until`, counted by whole days and years."""
        begin, end = to_micros(after) + 1, to_micros(until) + 1
        if self._start is not None:
            begin = max(begin, self._start)
        if self._end is not None:
            end = min(end, self._end + 1)
        return self._schedule.count_between(begin, end)

    def describe(self) -> str:
        """Return "every weekday at 09:00 in Europe/Berlin; in spring's missing hour it runs at 03:00" or the like.

        Equal triggers say the same. Daylight saving is mentioned where the zone's yearly changes touch this
        very schedule.
        """
        expression = self._written.expression
        schedule = schedule_text(expression.days, self.pattern.times.masks)
        span = span_text(self._start, self._end, self.timezone)
        rules = treatment(self.dst_policy, expression.is_wildcard)
        changes = clock_changes_text(self.pattern, self.timezone, rules, self._start, self._end)
        return sentence(schedule, self.timezone, span, changes=changes)

    def _declaration(self) -> dict[str, Any]:
        written = self._written
        settings = {
            "start_date": None if self._start is None else iso_text(self._start),
            "end_date": None if self._end is None else iso_text(self._end),
            "jitter": self.jitter,
            "dst_policy": None if self.dst_policy is DstPolicy.CRON else str(self.dst_policy),
            "timezone": zone_name(self.timezone),
        }
        fields = {"expr": written.text} if isinstance(written, Crontab) else dict(written.fields)
        return fields | {name: value for name, value in settings.items() if value is not None}

    def _identity(self) -> tuple[Any, ...]:
        # By what is matched, not by how it was written: "0 0 * * 7", "0 0 * * sun" and day_of_week="sun" are
        # one schedule.
        expression = self._written.expression
        return expression, self._start, self._end, self.jitter, self.dst_policy, zone_name(self.timezone)

    def _restore(self, state: dict[str, Any]) -> None:
        if "expr" not in state:
            super()._restore(state)
            return
        self._restore_crontab(**state)

    def _restore_crontab(
        self,
        expr: str,
        timezone: tzinfo | str | None = None,
        start_date: Moment | None = None,
        end_date: Moment | None = None,
        jitter: float | None = None,
        dst_policy: str = DstPolicy.CRON,
    ) -> None:
        zone, policy = as_zone(timezone), DstPolicy.read(dst_policy)
        self._settle(read_crontab(expr), zone, policy, *read_span(start_date, end_date, zone), read_jitter(jitter))

    def __repr__(self) -> str:
        declaration = self._declaration()
        maker = type(self).__name__
        shown = []
        if "expr" in declaration:
            maker += ".from_crontab"
            shown.append(repr(declaration.pop("expr")))
        shown += [f"{name}={value!r}" for name, value in declaration.items()]
        return f"{maker}({', '.join(shown)})"

    def __str__(self) -> str:
        return f"cron[{self._written.summary}]"


@lru_cache(maxsize=4_096)
def _remembered(cls: type[CronTrigger], expr: str, zone: tzinfo, policy: DstPolicy) -> Any:
    """Return the trigger of this text, made once: being immutable, it may be shared by all who ask."""
    trigger = cls.__new__(cls)
    trigger._settle(parse_crontab(expr), zone, policy)
    return trigger
