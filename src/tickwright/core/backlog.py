"""A backlog: the fire times of a job up to an instant, counted without making a datetime of each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from tickwright.core.jitter import due_time
from tickwright.errors import InvalidTriggerError
from tickwright.stored_job import StoredJob
from tickwright.triggers.base import Trigger

__all__ = ["Backlog", "first_fire_time", "following", "sweep"]

LONGEST_WALK = 100_000
"""Fire times that are walked one by one, for a trigger that can't look back; the rest is left to the next round."""


class Backlog(NamedTuple):
    """Fire times that are folded together: the latest stands for all."""

    latest: datetime
    number: int
    """How many they are."""


def sweep(job: StoredJob, first: datetime, until: datetime) -> Backlog:
    """Return the fire times from `first`, which is due, that are due at `until`."""
    if job.trigger.jitter:
        return _sweep_with_jitter(job, first, until)
    return _sweep(job.trigger, first, until)


def _sweep(trigger: Trigger, first: datetime, until: datetime) -> Backlog:
    if trigger.can_look_back:
        latest = _checked(trigger, "last_fire_time_until", trigger.last_fire_time_until(until))
        # `first` may be an instant that the user chose, later than any fire time of the trigger.
        if latest is None or latest <= first:
            return Backlog(latest=first, number=1)
        if latest > until:
            raise InvalidTriggerError(
                "last_fire_time_until",
                latest,
                f"{type(trigger).__name__} must return an instant that is not after {until}",
            )
        return Backlog(latest=latest, number=1 + trigger.count_fire_times(first, latest))
    latest, count = first, 1
    while count < LONGEST_WALK:
        next_time = following(trigger, latest, until)
        if next_time is None or next_time > until:
            break
        latest, count = next_time, count + 1
    return Backlog(latest=latest, number=count)


def _sweep_with_jitter(job: StoredJob, first: datetime, until: datetime) -> Backlog:
    # A fire time is due before the next one fires, so that of all these only the latest may still have to wait.
    backlog = _sweep(job.trigger, first, until)
    if backlog.number > 1 and due_time(job.id, job.trigger, backlog.latest) > until:
        return _sweep(job.trigger, first, backlog.latest - datetime.resolution)
    return backlog


def first_fire_time(trigger: Trigger, now: datetime) -> datetime | None:
    """Return the trigger's first fire time from `now` on, in UTC."""
    return _checked(trigger, "get_next_fire_time", trigger.get_next_fire_time(None, now))


def following(trigger: Trigger, fire_time: datetime, now: datetime) -> datetime | None:
    """Return the fire time after this one, in UTC.

    Raises `InvalidTriggerError` where the trigger does not move forward, which would never end.
    """
    next_time = _checked(trigger, "get_next_fire_time", trigger.get_next_fire_time(fire_time, now))
    if next_time is None:
        return None
    if next_time <= fire_time:
        raise InvalidTriggerError(
            "get_next_fire_time",
            next_time,
            f"{type(trigger).__name__} must return an instant after the previous fire time {fire_time}",
        )
    return next_time


def _checked(trigger: Trigger, method: str, answer: datetime | None) -> datetime | None:
    if answer is None:
        return None
    if not isinstance(answer, datetime) or answer.tzinfo is None:
        raise InvalidTriggerError(method, answer, f"{type(trigger).__name__} must return an aware datetime or None")
    # Two instants of one zone are compared by what the clock on the wall shows, which goes back an hour in autumn.
    return answer if answer.tzinfo is UTC else answer.astimezone(UTC)
