"""Wording: a cron schedule as a phrase, its days and its times of day put together."""

from __future__ import annotations

from tickwright.triggers.cron.clock_words import clock_text
from tickwright.triggers.cron.day_words import days_text
from tickwright.triggers.cron.days import DayRule
from tickwright.triggers.english import EVERY_DAY

__all__ = ["schedule_text"]


def schedule_text(days: DayRule, times: tuple[int, int, int]) -> str:
    """Return "every weekday at 09:00", "every Monday, every 5 minutes", "every 5 minutes".

    `times` are the hours, minutes and seconds that match, as masks.
    """
    dates, clock = days_text(days), clock_text(times)
    if dates == EVERY_DAY and clock.is_all_day:
        return clock.text
    says_when = clock.text.startswith("at ") and ", if " not in dates
    return f"{dates}{' ' if says_when else ', '}{clock.text}"
