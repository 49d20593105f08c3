"""Combining: triggers that fire when all of several do, or when any does."""

from tickwright.triggers.combining.and_trigger import AndTrigger
from tickwright.triggers.combining.or_trigger import OrTrigger

__all__ = ["AndTrigger", "OrTrigger"]
