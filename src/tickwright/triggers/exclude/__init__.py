"""Excluding: a trigger's fire times without those on some dates or in some windows of time."""

from tickwright.triggers.exclude.trigger import ExcludeTrigger

__all__ = ["ExcludeTrigger"]
