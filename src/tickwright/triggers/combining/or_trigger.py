"""The or trigger: fires when any of several triggers fires."""

from __future__ import annotations

from tickwright.triggers.combining.combination import Combination
from tickwright.triggers.lines.line import Line
from tickwright.triggers.lines.of_trigger import line_of
from tickwright.triggers.lines.sets import any_of

__all__ = ["OrTrigger"]


class OrTrigger(Combination):
    """Fires whenever one of `triggers` fires, and once where several fire at the same instant.

    `count_fire_times` takes constant time for a few intervals and dates, and else some ten microseconds for each member
    and day. What members count that fire between whole seconds, or are a user's own, is added, and what they share
    taken away, which `AndTrigger` works out; beyond five of these it may have to walk from one fire time to the next.

    >>> from tickwright.triggers.cron import CronTrigger
    >>> OrTrigger([CronTrigger(hour=9, timezone="UTC"), CronTrigger(day="last", timezone="UTC")])
    OrTrigger(triggers=[CronTrigger(hour='9', timezone='UTC'), CronTrigger(day='last', timezone='UTC')])
    """

    __slots__ = ()

    def _make_line(self) -> Line:
        return any_of([line_of(trigger) for trigger in self.triggers])

    def __str__(self) -> str:
        return f"or{self._listed()}"

    def describe(self) -> str:
        described = [self._described(trigger) for trigger in self.triggers]
        return described[0] if len(described) == 1 else f"whenever any of these fires: {'; '.join(described)}"
