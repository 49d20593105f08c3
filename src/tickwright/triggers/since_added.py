"""The trigger that starts when it is added to a job, where it was given no date of its own."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from tickwright.triggers.declared import DeclaredTrigger
from tickwright.triggers.moments import read_anchor

__all__ = ["SinceAdded"]


class SinceAdded(DeclaredTrigger):
    """A trigger that starts at an instant which was given, or else is fixed when it is added to a job: its anchor."""

    __slots__ = ("_anchor", "_given", "timezone")

    timezone: tzinfo
    """The zone in which naive dates were taken."""
    _given: int | None
    _anchor: int | None

    @property
    def _start(self) -> int | None:
        return self._anchor if self._given is None else self._given

    def _identity(self) -> tuple[Any, ...]:
        # Without the zone: it has said how naive dates were meant, and has no more to say. A restart on a machine in
        # another zone declares the same trigger again.
        return (*super()._identity()[:-1], None)

    def _state(self) -> dict[str, Any]:
        return self._declaration() | ({} if self._anchor is None else {"anchor": self._anchor})

    def _restore(self, state: dict[str, Any]) -> None:
        anchor = read_anchor(state.pop("anchor", None))
        super()._restore(state)
        self._set(_anchor=anchor)
