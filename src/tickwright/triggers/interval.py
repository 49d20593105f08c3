"""The interval trigger: fires again and again after the same elapsed time."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from math import isfinite
from typing import Any, Self

from tickwright.errors import InvalidTriggerError, shortened
from tickwright.instants import DAY, EARLIEST, HOUR, LATEST, SECOND, to_datetime, to_micros
from tickwright.plain import plain_number
from tickwright.triggers.english import WHEN_ADDED, a_list, counted, sentence, span_text
from tickwright.triggers.jitter import read_jitter
from tickwright.triggers.moments import Moment, iso_text, read_span
from tickwright.triggers.since_added import SinceAdded
from tickwright.zones import as_zone, zone_name

__all__ = ["IntervalTrigger"]

UNITS = {"weeks": 7 * DAY, "days": DAY, "hours": HOUR, "minutes": 60 * SECOND, "seconds": SECOND}
PLAIN = frozenset({int, float})
MOST_COUNTED = 100  # "90 minutes" is easier than "1 hour and 30 minutes", "1,000 minutes" is not


class IntervalTrigger(SinceAdded):
    """Fires at `start_date`, and then each time the interval has elapsed, until `end_date` inclusive.

    The k-th fire time is start + k × interval in whole microseconds of UTC, always counted from the start. It
    is elapsed time: a day is 24 hours, and daylight saving has no say. For "every day at 09:00" take a cron
    trigger.

    The interval is the sum of its parts, fractions included (`seconds=0.1` is exactly 100,000 µs), or one
    `timedelta` given first. Without `start_date` the first fire time is one interval after the moment of
    adding it to a job. `anchored` fixes that start, once; it is stored with the job and is no part of
    equality, so a restart that declares the same interval again goes on in the same rhythm.

    >>> IntervalTrigger(minutes=90, timezone="UTC")
    IntervalTrigger(hours=1, minutes=30, timezone='UTC')
    """

    __slots__ = ("_end", "_step", "jitter")

    can_look_back: bool = True

    _step: int
    _end: int | None

    def __init__(
        self,
        weeks: float | timedelta = 0,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
        start_date: Moment | None = None,
        end_date: Moment | None = None,
        timezone: tzinfo | str | None = None,
        jitter: float | None = None,
    ) -> None:
        step, field, value = _read_interval(weeks, days, hours, minutes, seconds)
        zone = as_zone(timezone)
        start, end = read_span(start_date, end_date, zone)
        if start is not None and start + step > LATEST:
            raise InvalidTriggerError(field, value, "the second fire time would lie after the year 9999")
        self._set(timezone=zone, jitter=read_jitter(jitter), _step=step, _given=start, _anchor=None, _end=end)

    @property
    def interval(self) -> timedelta:
        """The time between two fire times."""
        return timedelta(microseconds=self._step)

    @property
    def start_date(self) -> datetime | None:
        """The first fire time, in UTC; `None` while nothing has fixed it."""
        return None if self._start is None else to_datetime(self._start)

    @property
    def end_date(self) -> datetime | None:
        """The instant after which nothing fires, in UTC."""
        return None if self._end is None else to_datetime(self._end)

    def anchored(self, now: datetime) -> Self:
        """Return the trigger with its start fixed: at `now` + interval, if none was given."""
        if self._start is not None:
            return self
        anchor = to_micros(now) + self._step
        if anchor > LATEST:
            raise InvalidTriggerError("interval", self.interval, "the first fire time would lie after the year 9999")
        trigger = type(self).__new__(type(self))
        trigger._set(
            timezone=self.timezone,
            jitter=self.jitter,
            _step=self._step,
            _given=None,
            _anchor=anchor,
            _end=self._end,
        )
        return trigger

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Return the first fire time after `previous_fire_time`, or the first at or after `now` without one.

        Without a start, that is one interval after `previous_fire_time` or `now`.
        """
        since = to_micros(now) if previous_fire_time is None else to_micros(previous_fire_time) + 1
        start = self._start
        if start is None:
            found = since + self._step - (previous_fire_time is not None)
        else:
            found = start if since <= start else since + (start - since) % self._step
        return to_datetime(found) if found <= self._latest else None

    def last_fire_time_until(self, instant: datetime) -> datetime | None:
        """Return the last fire time at or before `instant`, in UTC; one division."""
        start = self._anchored_start()
        until = min(to_micros(instant), self._latest)
        return to_datetime(until - (until - start) % self._step) if until >= start else None

    def count_fire_times(self, after: datetime, until: datetime) -> int:
        """Return the number of fire times with `after` < fire time <= `until`; two divisions."""
        start = self._anchored_start()
        first = max(to_micros(after) + 1, start)
        last = min(to_micros(until), self._latest)
        return (last - start) // self._step - (first - 1 - start) // self._step if first <= last else 0

    @property
    def _latest(self) -> int:
        return LATEST if self._end is None else self._end

    def _anchored_start(self) -> int:
        start = self._start
        if start is None:
            raise ValueError(f"{self} has no start to look back to: ask what `anchored(now)` returns")
        return start

    def describe(self) -> str:
        """Return "every 90 minutes in Europe/Berlin, from 2026-01-01 00:00"; a zone is named where a date is."""
        start, end, zone = self._start, self._end, self.timezone
        span = span_text(start, end, zone, unless_fixed=WHEN_ADDED)
        return sentence(f"every {_elapsed(self._step)}", None if start is None and end is None else zone, span)

    def _declaration(self) -> dict[str, Any]:
        declaration = _parts(self._step)
        settings = {
            "start_date": None if self._given is None else iso_text(self._given),
            "end_date": None if self._end is None else iso_text(self._end),
            "jitter": self.jitter,
            "timezone": zone_name(self.timezone),
        }
        return declaration | {name: value for name, value in settings.items() if value is not None}

    def __str__(self) -> str:
        return f"interval[{self.interval}]"


def _read_interval(weeks: Any, *others: Any) -> tuple[int, str, object]:
    """Return the sum of the parts, in the order of `UNITS`, in microseconds, and the name and value to blame for it."""
    parts = (weeks, *others)
    return _remembered(*parts) if PLAIN.issuperset(map(type, parts)) else _summed(*parts)


def _summed(*values: Any) -> tuple[int, str, object]:
    whole, parts = values[0], dict(zip(UNITS, values, strict=True))
    if issubclass(type(whole), timedelta):
        for name in UNITS:
            if name != "weeks" and _micros(name, parts[name]):
                raise InvalidTriggerError(name, parts[name], "the timedelta is the whole interval already")
        field, value, step = "interval", whole, timedelta.__floordiv__(whole, timedelta.resolution)
    else:
        micros = {name: _micros(name, part) for name, part in parts.items()}
        field = next((name for name in UNITS if plain_number(parts[name])), "seconds")
        value, step = parts[field], sum(micros.values())
    if step <= 0:
        raise InvalidTriggerError(field, value, "an interval is at least a microsecond long")
    if step > LATEST - EARLIEST:
        raise InvalidTriggerError(field, value, "the calendar, which has 9999 years, is shorter than this")
    return step, field, value


# Many jobs differ in their start alone: then half of what making their triggers takes is to read the same interval. By
# type, because `1` and `1.0` are shown differently; and plain numbers only, since others may be equal as they like.
_remembered = lru_cache(maxsize=256, typed=True)(_summed)


def _micros(name: str, value: object) -> int:
    number = plain_number(value)
    if number is None:
        raise TypeError(f"{name} must be a number, not {shortened(value)}")
    if number < 0:
        raise InvalidTriggerError(name, value, "time does not run backwards")
    if isinstance(number, int):
        return number * UNITS[name]
    if not isfinite(number):
        raise InvalidTriggerError(name, value, "a finite number is taken")
    # A float is a fraction, exactly; multiplying it as a float would lose microseconds from a few hundred
    # years on.
    numerator, denominator = number.as_integer_ratio()
    return (2 * numerator * UNITS[name] + denominator) // (2 * denominator)


def _parts(step: int) -> dict[str, float]:
    """Return the interval in days, hours, minutes and seconds, without those that are 0."""
    days, rest = divmod(step, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, 60 * SECOND)
    seconds = rest / SECOND if rest % SECOND else rest // SECOND
    parts = {"days": days, "hours": hours, "minutes": minutes, "seconds": seconds}
    return {name: value for name, value in parts.items() if value}


def _elapsed(step: int) -> str:
    """Return "hour", "90 minutes", "1 day, 2 hours and 0.5 seconds": what stands after "every".

    Whole days are said to be of 24 hours: those of the calendar are not, twice a year.
    """
    days, rest = divmod(step, DAY)
    if not rest:
        return "24 hours" if days == 1 else f"{days:,} days of 24 hours"
    for name, unit in UNITS.items():
        count, rest = divmod(step, unit)
        if not rest and count < MOST_COUNTED:
            noun = name.removesuffix("s")
            return noun if count == 1 else counted(count, noun)
    parts = _parts(step)
    whole, fraction = divmod(step % (60 * SECOND), SECOND)
    texts = [counted(count, name.removesuffix("s")) for name, count in parts.items() if name != "seconds"]
    if fraction:
        texts.append(f"{whole}.{fraction:06}".rstrip("0") + " seconds")
    elif whole:
        texts.append(counted(whole, "second"))
    return a_list(texts)
