"""Times of day in words: the clock of a cron schedule, as a person would say it.

What people say every day ("at 09:00 and 17:00", "every 5 minutes", "every 15 minutes from 09:00 to 17:45") is
said so here. The rest is told exactly, value by value ("at minutes 0, 7, 14 ... of every hour"); where that is
long, cron-descriptor knows a shorter way, if it is installed.
"""

from __future__ import annotations

from datetime import time
from itertools import pairwise
from typing import NamedTuple

from tickwright.triggers.cron.descriptor import stepped_text
from tickwright.triggers.cron.masks import members
from tickwright.triggers.english import a_list, counted, every, runs, time_text

__all__ = ["ClockText", "clock_text"]

Values = tuple[int, ...]

SECONDS_A_DAY = 86_400
FEW_TIMES, MOST_TIMES = 3, 6  # that are told one by one: rather than a rhythm, and rather than anything else
MOST_PAST = 4  # minutes that are told as "past every hour"
MOST_STRETCHES = 3
LEAST_STEPPED = 5  # values that are a long list, worth a library's word
UNITS = {"hour": 3_600, "minute": 60, "second": 1}
ZERO = (0,)
ALL_HOURS = tuple(range(24))
ALL_MINUTES = tuple(range(60))


class ClockText(NamedTuple):
    """Times of day in words."""

    text: str
    is_all_day: bool = False
    """Whether it goes on through all hours alike, so that "every day" need not be said."""


def clock_text(masks: tuple[int, int, int]) -> ClockText:
    """Return the times of day whose hour, minute and second are in these masks."""
    hours, minutes, seconds = map(members, masks)
    per_day = len(hours) * len(minutes) * len(seconds)
    in_hour = _step(_gap(seconds), len(seconds), 60, minutes)
    step = _step(in_hour, len(seconds) * len(minutes), 3_600, hours)
    is_all_day = hours == ALL_HOURS
    if is_all_day and seconds == ZERO and len(minutes) <= MOST_PAST and (minutes[0] > 0 or step is None):
        past = a_list([str(minute) for minute in minutes])
        return ClockText(f"at {past} minute{'' if minutes == (1,) else 's'} past every hour", is_all_day)
    if per_day > FEW_TIMES and step is not None:
        return _rhythm(hours, minutes, seconds, step)
    if per_day <= MOST_TIMES:
        times = [_shown(hour, minute, second) for hour in hours for minute in minutes for second in seconds]
        return ClockText(f"at {a_list(times)}")
    if text := _stretches(hours, minutes, seconds, in_hour):
        return ClockText(text)
    if _is_short_when_stepped(hours, minutes, seconds) and (text := stepped_text(hours, minutes, seconds)):
        return ClockText(text, is_all_day)
    return ClockText(_exactly(hours, minutes, seconds), is_all_day)


def _gap(values: Values) -> int | None:
    """Return the distance of neighbours, 0 for a single value, `None` where it differs."""
    gaps = {after - before for before, after in pairwise(values)}
    return None if len(gaps) > 1 else gaps.pop() if gaps else 0


def _step(inner: int | None, count: int, size: int, outer: Values) -> int | None:
    """Return the even distance of `count` values, `inner` apart, repeated in each of the `outer` units."""
    if inner is None or len(outer) == 1:
        return inner
    gap = _gap(outer)
    if count == 1:
        return gap and gap * size
    return inner if inner * count == size and gap == 1 else None


def _rhythm(hours: Values, minutes: Values, seconds: Values, step: int) -> ClockText:
    per_day = len(hours) * len(minutes) * len(seconds)
    if step * per_day == SECONDS_A_DAY:
        if (hours[0], minutes[0], seconds[0]) == (0, 0, 0):
            return ClockText(_every(step), is_all_day=True)
        if step == 60:
            return ClockText(f"at {counted(seconds[0], 'second')} past every minute", is_all_day=True)
    first, last = _shown(hours[0], minutes[0], seconds[0]), _shown(hours[-1], minutes[-1], seconds[-1])
    return ClockText(f"{_every(step)} from {first} to {last}")


def _stretches(hours: Values, minutes: Values, seconds: Values, in_hour: int | None) -> str | None:
    """Return "every 5 minutes from 08:00 to 11:55 and from 14:00 to 17:55", if few of them say all."""
    count = len(minutes) * len(seconds)
    if count == 1:
        in_hour = 3_600
    if in_hour is None or in_hour * count != 3_600:
        return None
    starts = [hour for hour in hours if hour - 1 not in hours]
    ends = [hour for hour in hours if hour + 1 not in hours]
    if len(starts) > MOST_STRETCHES:
        return None
    parts = []
    for start, end in zip(starts, ends, strict=True):
        first, last = _shown(start, minutes[0], seconds[0]), _shown(end, minutes[-1], seconds[-1])
        parts.append(f"at {first}" if first == last else f"from {first} to {last}")
    return f"{_every(in_hour)} {a_list(parts)}"


def _is_short_when_stepped(hours: Values, minutes: Values, seconds: Values) -> bool:
    """Whether the times are one long stepped range, of minutes or of seconds, in a stretch of hours."""
    stepped = minutes if seconds == ZERO else seconds
    return (
        (stepped is minutes or minutes == ALL_MINUTES)
        and len(stepped) >= LEAST_STEPPED
        and (_gap(stepped) or 0) > 1
        and _gap(hours) in (0, 1)
    )


def _exactly(hours: Values, minutes: Values, seconds: Values) -> str:
    """Return "at minutes 0, 10 and 20 of hours 9, 12 and 15": every value that matches."""
    all_hours = hours == ALL_HOURS
    of_hours = f" of {'every hour' if all_hours else _named('hour', hours)}"
    if seconds == ZERO:
        return _each("minute", minutes) + of_hours
    if minutes != ALL_MINUTES:
        return f"{_each('second', seconds)} of {_named('minute', minutes)}{of_hours}"
    return f"{_each('second', seconds)} of every minute{'' if all_hours else of_hours}"


def _each(noun: str, values: Values) -> str:
    """Return "every 5 minutes" where they go through all sixty evenly, else "at minutes 5, 10 and 50"."""
    gap = _gap(values)
    if values[0] == 0 and gap and gap * len(values) == 60:
        return every(gap, noun)
    return f"at {_named(noun, values)}"


def _named(noun: str, values: Values) -> str:
    return f"{noun}{'s' if len(values) > 1 else ''} {a_list(runs(values))}"


def _every(step: int) -> str:
    unit, size = next((unit, size) for unit, size in UNITS.items() if step % size == 0)
    return every(step // size, unit)


def _shown(hour: int, minute: int, second: int) -> str:
    return time_text(time(hour, minute, second))
