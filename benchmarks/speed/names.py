"""The names of those that the tables and the figures to reach speak of."""

from __future__ import annotations

__all__ = ["APSCHEDULER_3", "LIMIT", "SUBMIT", "TICKWRIGHT"]

TICKWRIGHT = "Tickwright"
APSCHEDULER_3 = "APScheduler 3"
LIMIT = "bare limit"
SUBMIT = "bare submit"
