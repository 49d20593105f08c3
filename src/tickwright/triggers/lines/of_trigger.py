"""Of a trigger: its line, by arithmetic where its kind is known, else by asking it."""

from __future__ import annotations

from datetime import timedelta

from tickwright.instants import EARLIEST, LATEST, SECOND, to_micros
from tickwright.triggers.base import Trigger
from tickwright.triggers.calendarinterval.trigger import CalendarIntervalTrigger
from tickwright.triggers.composed import ComposedTrigger
from tickwright.triggers.cron.trigger import CronTrigger
from tickwright.triggers.date import DateTrigger
from tickwright.triggers.interval import IntervalTrigger
from tickwright.triggers.lines.asked import Asked
from tickwright.triggers.lines.line import Line
from tickwright.triggers.lines.rhythm import Rhythm
from tickwright.triggers.lines.sets import NEVER
from tickwright.triggers.lines.walls import Walls
from tickwright.triggers.rrule.trigger import RRuleTrigger

__all__ = ["line_of"]


def line_of(trigger: Trigger) -> Line:
    """Return the line of a trigger's fire times. One that is not anchored yet is asked, whatever it may say."""
    # Of these classes themselves: a subclass of a user's may answer otherwise.
    if type(trigger) is IntervalTrigger and trigger.start_date is not None:
        start, end = to_micros(trigger.start_date), _micros_of_end(trigger)
        return Rhythm(start, trigger.interval // timedelta.resolution, end) if start <= end else NEVER
    if type(trigger) is DateTrigger and trigger.run_date is not None:
        instant = to_micros(trigger.run_date)
        return Rhythm(instant, SECOND, instant)
    if type(trigger) is CronTrigger:
        begin = EARLIEST if trigger.start_date is None else to_micros(trigger.start_date)
        return Walls(trigger.schedule, trigger.timezone, begin, _micros_of_end(trigger))
    if type(trigger) is RRuleTrigger and trigger.schedule is not None:
        return Walls(trigger.schedule, trigger.timezone, EARLIEST, LATEST)
    if type(trigger) is CalendarIntervalTrigger and trigger.course is not None:
        since, schedule, last = trigger.course
        return Walls(schedule, trigger.timezone, EARLIEST if since.instant is None else since.instant, last)
    if isinstance(trigger, ComposedTrigger) and type(trigger).get_next_fire_time is ComposedTrigger.get_next_fire_time:
        return trigger._line
    return Asked(trigger)


def _micros_of_end(trigger: IntervalTrigger | CronTrigger) -> int:
    return LATEST if trigger.end_date is None else to_micros(trigger.end_date)
