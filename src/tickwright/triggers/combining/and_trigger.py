"""The and trigger: fires when all of several triggers fire at one instant."""

from __future__ import annotations

from tickwright.triggers.combining.combination import Combination
from tickwright.triggers.lines.line import Line
from tickwright.triggers.lines.of_trigger import line_of
from tickwright.triggers.lines.sets import shared

__all__ = ["AndTrigger"]


class AndTrigger(Combination):
    """Fires at the instants, to the microsecond, at which all of `triggers` fire.

    Mind that an interval without a `start_date` counts from the moment at which the job is added, which is seldom
    a whole second, while cron fires at whole seconds only: such a pair never fires. And a field of cron that is
    left out takes its lowest value: "every two hours, at weekends" needs `CronTrigger(day_of_week="sat,sun",
    hour="*")`, because `CronTrigger(day_of_week="sat,sun")` fires at midnight alone.

    Intervals and dates among each other are solved exactly; so are cron triggers of one zone (only what they fire for a
    gap, where 02:10 and 02:30 may agree on the first instant after it, is looked for no more than 40 years ahead);
    and so are intervals with a cron trigger in UTC or at a fixed offset that has up to 64 fire times in the hour, day
    or week which it repeats. For all others fire times are tried, for 20 years of a daily pair at least, 400 years of a
    monthly or 600 years of a yearly one. If none agree until then, the answer is never, and it takes some tens of
    milliseconds, or a few times that where the changes of clocks of centuries are looked up for the first time.

    `count_fire_times` takes constant time where all is solved. Else it takes some ten microseconds for each member and
    day on which anything may agree, however often that is. Only with a member that is a user's own, or follows a zone
    that is not at whole seconds from UTC, it takes some microseconds for each fire time of the member that has the
    fewest. It is exact all the same.

    >>> from tickwright.triggers.interval import IntervalTrigger
    >>> start = {"start_date": "2026-01-01", "timezone": "UTC"}
    >>> trigger = AndTrigger([IntervalTrigger(minutes=10, **start), IntervalTrigger(minutes=15, **start)])
    >>> [f"{fire_time:%H:%M}" for fire_time in trigger.next(3, after=trigger.triggers[0].start_date)]
    ['00:30', '01:00', '01:30']
    """

    __slots__ = ()

    def _make_line(self) -> Line:
        return shared([line_of(trigger) for trigger in self.triggers])

    def __str__(self) -> str:
        return f"and{self._listed()}"

    def describe(self) -> str:
        described = [self._described(trigger) for trigger in self.triggers]
        if len(described) == 1:
            return described[0]
        return f"whenever {'both' if len(described) == 2 else 'all'} of these fire: {'; '.join(described)}"
