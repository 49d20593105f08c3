"""The trigger: the ABC that says when a job fires; users subclass it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Self

from tickwright.clock import SystemClock
from tickwright.errors import shortened
from tickwright.plain import plain_number

__all__ = ["BaseTrigger", "Trigger"]


class Trigger(ABC):
    """Says when a job fires, from its own parameters and the instants it is given; it reads no clock.

    A trigger is pure: the same question has the same answer, whenever and however often it is asked. It keeps
    no memory of past answers, so a scheduler may ask about any instant, in any order and from any thread.

    To write one, give `get_next_fire_time`. A trigger that can also look back (`can_look_back`) lets the
    scheduler catch up after a long sleep at once, instead of walking through every fire time that was missed.
    """

    __slots__ = ()

    can_look_back: bool = False
    """Whether `last_fire_time_until` and `count_fire_times` are given; a trigger made of others says it for itself."""

    follows_zone: bool = False
    """Whether its fire times move with a zone that gets other rules; then what was planned by old ones is looked at."""

    jitter: float | None = None
    """The longest delay in seconds that a scheduler may add to a run; no fire time carries it."""

    @abstractmethod
    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Return the fire time that follows, aware, or `None` when there is none any more.

        With `previous_fire_time`: the first fire time strictly after it, which may lie before `now`; what to
        do about a late one is the scheduler's decision. Without: the first fire time at or after `now`. Both
        are aware.
        """

    def last_fire_time_until(self, instant: datetime) -> datetime | None:
        """Return the latest fire time that is not after `instant`, or `None` when there is none."""
        raise NotImplementedError(f"{type(self).__name__} cannot look back; `can_look_back` says so")

    def count_fire_times(self, after: datetime, until: datetime) -> int:
        """Return how many fire times there are with `after` < fire time <= `until`."""
        raise NotImplementedError(f"{type(self).__name__} cannot look back; `can_look_back` says so")

    def anchored(self, now: datetime) -> Self:
        """Return the trigger to store when a job is added at `now`.

        What depends on the moment of adding (the start of an interval that was given none) is fixed here,
        once. A trigger that depends on no such thing is its own answer.
        """
        return self

    @classmethod
    def names_its_zone(cls, arguments: Mapping[str, object]) -> bool:
        """Return whether these arguments say a zone otherwise than by `timezone`.

        Where they do, a scheduler does not give its own to a trigger that it makes of them.
        """
        return False

    # -- for people ----------------------------------------------------------------------------------

    def next(self, n: int = 1, after: datetime | None = None) -> list[datetime]:
        """Return the next `n` fire times after an instant, fewer where there are fewer.

        This is for people at a prompt, and the one method that may read a clock: without `after` it means now.
        They are shown in the trigger's own zone, where it has one.

        >>> from tickwright.triggers.cron import CronTrigger
        >>> trigger = CronTrigger(hour="9,17", timezone="Europe/Berlin")
        >>> [f"{at:%a %H:%M}" for at in trigger.next(3, after=datetime(2026, 1, 1, 12, tzinfo=UTC))]
        ['Thu 17:00', 'Fri 09:00', 'Fri 17:00']
        """
        count = plain_number(n)
        if not isinstance(count, int):
            raise TypeError(f"n must be a whole number, not {shortened(n)}")
        if count < 0:
            raise ValueError(f"n must be at least 0, not {shortened(n)}")
        at = SystemClock().now() if after is None else after
        trigger = self.anchored(at)
        zone = getattr(self, "timezone", UTC)
        found: list[datetime] = []
        while len(found) < count and (following := trigger.get_next_fire_time(at, at)) is not None:
            at = following
            with suppress(OverflowError):  # the zone's clock may show no time on the calendar's first or last day
                following = following.astimezone(zone)
            found.append(following)
        return found

    def describe(self) -> str:
        """Return in plain English when it fires; a trigger that says nothing better is called by its name."""
        return f"when {type(self).__name__} says so"


BaseTrigger = Trigger
"""The name under which the field knows it."""
