"""The combination: a composed trigger whose members are a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from tickwright.triggers.base import Trigger
from tickwright.triggers.composed import ComposedTrigger, read_members, zone_of
from tickwright.triggers.jitter import read_jitter

__all__ = ["Combination"]


class Combination(ComposedTrigger):
    """What `AndTrigger` and `OrTrigger` share: `triggers` and a `jitter`.

    Without `jitter` it is the largest that any of `triggers` has; `jitter=0` switches it off.
    `timezone` is that of the members, or UTC where they have different ones.
    """

    __slots__ = ("triggers",)

    triggers: tuple[Trigger, ...]

    def __init__(self, triggers: Sequence[Trigger], jitter: float | None = None) -> None:
        self._settle(read_members(triggers, "triggers"), read_jitter(jitter))

    def _settle(self, triggers: tuple[Trigger, ...], jitter: float | None) -> None:
        self._compose("triggers", jitter, triggers=triggers, timezone=zone_of(triggers))

    def _members(self) -> tuple[Trigger, ...]:
        return self.triggers

    def _with_members(self, members: tuple[Trigger, ...]) -> Self:
        trigger = type(self).__new__(type(self))
        trigger._settle(members, self._given_jitter)
        return trigger

    def _declaration(self) -> dict[str, Any]:
        jitter = {} if self._given_jitter is None else {"jitter": self._given_jitter}
        return {"triggers": list(self.triggers), **jitter}

    def _identity(self) -> tuple[Any, ...]:
        return self.triggers, self._given_jitter, None

    def _listed(self) -> str:
        return f"[{', '.join(map(str, self.triggers))}]"
