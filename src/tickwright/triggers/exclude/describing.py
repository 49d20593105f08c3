"""Describing: listed dates and windows as a sentence says them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from tickwright.triggers.english import a_list, counted, instant_text, time_text
from tickwright.triggers.exclude.entries import Daily, Days, Entry, Hours

__all__ = ["described_entries"]

MOST_SHOWN = 4


def described_entries(entries: Sequence[Entry], zone: tzinfo) -> str:
    """Return "on 2026-12-25 and between 22:00 and 06:00"; of many only how many there are, and from when on."""
    days = [entry for entry in entries if isinstance(entry, Days)]
    parts = [_daily(entry) for entry in entries if isinstance(entry, Daily)]
    parts += [_hours(entry, zone) for entry in entries if isinstance(entry, Hours)]
    if len(parts) > MOST_SHOWN:
        parts = [f"in {counted(len(parts), 'window')} of time"]
    single = [day.first.isoformat() for day in days if day.first == day.last]
    if len(days) > MOST_SHOWN:
        last = max(day.last for day in days)
        dates = counted(sum((day.last - day.first).days + 1 for day in days), "date")
        parts.insert(0, f"on {dates} from {days[0].first} to {last}")
    else:
        parts[:0] = [f"from {day.first} to {day.last}" for day in days if day.first != day.last]
        parts[:0] = [f"on {a_list(single, 'or')}"] if single else []
    return a_list(parts, "or")


def _daily(entry: Daily) -> str:
    return f"between {time_text(entry.start)} and {time_text(entry.end)}"


def _hours(entry: Hours, zone: tzinfo) -> str:
    return f"from {instant_text(entry.begin, zone)} until {instant_text(entry.end, zone)}"
