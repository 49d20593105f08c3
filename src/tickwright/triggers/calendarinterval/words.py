"""The words in which a calendar interval is described."""

from __future__ import annotations

from tickwright.triggers.calendarinterval.occurrences import Occurrences
from tickwright.triggers.calendarinterval.rhythm import Rhythm
from tickwright.triggers.english import (
    MONTHS,
    WEEKDAYS,
    a_list,
    counted,
    every,
    every_weekday,
    left_out_text,
    ordinal,
)

__all__ = ["days_left_out", "days_text"]


def days_text(rhythm: Rhythm, occurrences: Occurrences | None) -> str:
    """Return "every 2 months on the 31st", "every year on 29 February", "every Monday", "every 2 weeks on Friday".

    Without occurrences, or where it differs from time to time, the day is left open.
    """
    if occurrences is None or (rhythm.months and rhythm.days) or rhythm.days % 7:
        return _rhythm_text(rhythm)
    if rhythm.days:
        weekday = (occurrences.first_from(0) - 1) % 7
        return every_weekday([weekday]) if rhythm.days == 7 else f"{_rhythm_text(rhythm)} on {WEEKDAYS[weekday]}"
    day, month = occurrences.day, MONTHS[occurrences.month % 12]
    return f"{_rhythm_text(rhythm)} on {f'the {ordinal(day)}' if rhythm.months % 12 else f'{day} {month}'}"


def _rhythm_text(rhythm: Rhythm) -> str:
    """Return "every 2 months", "every week", "every 1 year and 6 months", in the largest units that fit."""
    years, months = divmod(rhythm.months, 12)
    weeks, days = divmod(rhythm.days, 7)
    if days:
        weeks, days = 0, rhythm.days
    units = {"year": years, "month": months, "week": weeks, "day": days}
    parts = [(number, unit) for unit, number in units.items() if number]
    return every(*parts[0]) if len(parts) == 1 else f"every {a_list([counted(*part) for part in parts])}"


def days_left_out(occurrences: Occurrences) -> str:
    """Return "; months without a 31st are left out", or nothing where all have the day."""
    if not occurrences.leaves_out_some():
        return ""
    if occurrences.months % 12:
        return left_out_text("month", ordinal(occurrences.day))
    return left_out_text("year", f"{occurrences.day} {MONTHS[occurrences.month % 12]}")
