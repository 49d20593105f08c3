"""Words: a recurrence in plain English, where that says no more and no less than the rule."""

from __future__ import annotations

from datetime import tzinfo

from tickwright.triggers.english import in_zone
from tickwright.triggers.rrule.recurrence import Recurrence

__all__ = ["described"]


def described(recurrence: Recurrence, start: int | None, zone: tzinfo) -> str:
    """Return the description."""
    return f"by the rule {recurrence.text} {in_zone(zone)}"
