"""Jitter: how long after its fire time a run becomes due, the same in every process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from tickwright.triggers.base import Trigger

__all__ = ["due_time"]


def due_time(job_id: str, trigger: Trigger, fire_time: datetime) -> datetime:
    """Return when a fire time is due: at itself, or up to the trigger's `jitter` seconds later.

    The delay is a hash of job id and fire time: nothing remembers it, and all processes agree. It stays below
    the distance to the next fire time, so that no two fires of a job change places, and the
    fire times themselves never move.
    """
    if not trigger.jitter:
        return fire_time
    delay = timedelta(seconds=trigger.jitter)
    following = trigger.get_next_fire_time(fire_time, fire_time)
    if following is not None:
        delay = min(delay, following - fire_time)
    return fire_time + delay * _fraction(job_id, fire_time)


def _fraction(job_id: str, fire_time: datetime) -> float:
    """Return a number in [0, 1) that depends on nothing but its arguments."""
    text = f"{job_id}\0{fire_time.astimezone(UTC).isoformat()}"
    return int.from_bytes(blake2b(text.encode(), digest_size=6).digest(), "big") / 2**48
