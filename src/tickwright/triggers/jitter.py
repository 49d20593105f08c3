"""Jitter: the longest delay that a scheduler may spread runs by, carried by triggers, never applied."""

from __future__ import annotations

from tickwright.errors import InvalidTriggerError, shortened
from tickwright.plain import plain_number

__all__ = ["read_jitter"]

LONGEST = 100 * 366 * 86_400  # a bound, so that a fire time and its delay stay within the calendar


def read_jitter(value: object) -> float | None:
    """Return the jitter, a number of seconds that is not negative, or `None` for none."""
    if value is None:
        return None
    seconds = plain_number(value)
    if seconds is None:
        raise TypeError(f"jitter must be a number of seconds or None, not {shortened(value)}")
    if not 0 <= seconds <= LONGEST:
        raise InvalidTriggerError("jitter", value, "0 seconds or more are taken, up to a century")
    return seconds
