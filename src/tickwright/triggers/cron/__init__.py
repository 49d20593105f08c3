"""Cron: fire times said as fields of a calendar and a clock."""

from tickwright.triggers.cron.trigger import CronTrigger

__all__ = ["CronTrigger"]
