"""The words in which a calendar interval is described."""

from __future__ import annotations

from tickwright.triggers.calendarinterval.occurrences import Occurrences
from tickwright.triggers.calendarinterval.rhythm import Rhythm
from tickwright.triggers.english import MONTHS, WEEKDAYS, a_list, counted, every, ordinal

__all__ = ["left_out_text", "position_text", "rhythm_text"]


def rhythm_text(rhythm: Rhythm) -> str:
    """Return "every 2 months", "every week", "every 1 year and 6 months", in the largest units that fit."""
    years, months = divmod(rhythm.months, 12)
    weeks, days = divmod(rhythm.days, 7)
    if days:
        weeks, days = 0, rhythm.days
    units = {"year": years, "month": months, "week": weeks, "day": days}
    parts = [(number, unit) for unit, number in units.items() if number]
    return every(*parts[0]) if len(parts) == 1 else f"every {a_list([counted(*part) for part in parts])}"


def position_text(occurrences: Occurrences) -> str:
    """Return " on the 31st", " on 29 February", " on Friday", or nothing where it differs from time to time."""
    month, day, months, days = occurrences
    if months and not days:
        return f" on the {ordinal(day)}" if months % 12 else f" on {day} {MONTHS[month % 12]}"
    if days % 7 == 0 and not months:
        return f" on {WEEKDAYS[occurrences.first_from(0) % 7 - 1]}"
    return ""


def left_out_text(occurrences: Occurrences) -> str:
    """Return "; months without a 31st are left out", or nothing where all have the day."""
    if not occurrences.leaves_out_some():
        return ""
    if occurrences.months % 12:
        return f"; months without a {ordinal(occurrences.day)} are left out"
    return f"; years without a {occurrences.day} {MONTHS[occurrences.month % 12]} are left out"
