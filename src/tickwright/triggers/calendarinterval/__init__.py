"""Calendar intervals: fire times so many years, months, weeks and days apart."""

from tickwright.triggers.calendarinterval.trigger import CalendarIntervalTrigger

__all__ = ["CalendarIntervalTrigger"]
