"""RRULE: fire times said by a recurrence rule of RFC 5545, as calendars exchange them."""

from tickwright.triggers.rrule.trigger import RRuleTrigger

__all__ = ["RRuleTrigger"]
