"""The trigger that fires by the wall clock of a zone."""

from __future__ import annotations

from datetime import tzinfo

from tickwright.triggers.declared import DeclaredTrigger
from tickwright.zones import may_change

__all__ = ["WallClockTrigger"]


class WallClockTrigger(DeclaredTrigger):
    """A trigger whose fire times are times on a zone's wall clock, and move where the zone gets other rules."""

    __slots__ = ("timezone",)

    timezone: tzinfo
    """The zone on whose wall clock it fires."""

    @property
    def follows_zone(self) -> bool:  # type: ignore[override] # others say it once for the class
        """Whether its zone has rules, which may be changed."""
        return may_change(self.timezone)
