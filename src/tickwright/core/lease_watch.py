"""Judges from their leases which of the schedulers that share a store are dead."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tickwright.owner import Lease, Owner

__all__ = ["LeaseWatch", "Probe"]

DEAD_AFTER = 2 / 3
"""The part of a lease for which a beat must stand still; the rest is for noticing it in time."""

Probe = Callable[[Owner], bool]
"""Answers whether an owner is known for certain to be dead: its process ran on this machine and is gone."""


class LeaseWatch:
    """Watches other owners' beats. No clocks are compared: a beat that stands still for its lease is death.

    What is held against an owner is time in which the watcher itself got through to the store.

    A frozen process looks the same as a dead one. That is why its later writes are refused: each settles only
    runs that are still unsettled in its name.
    """

    def __init__(self, own_id: str, probe: Probe) -> None:
        self._own_id = own_id
        self._probe = probe
        self._seen: dict[str, tuple[int, float]] = {}
        self._beating: set[str] = set()

    def has_seen_beating(self, owner_id: str) -> bool:
        """Return whether the owner is this one, or has given a sign of life while it was watched."""
        return owner_id == self._own_id or owner_id in self._beating

    def start_over(self) -> None:
        """Forget for how long beats have stood still: the watcher itself could not have beaten meanwhile."""
        self._seen.clear()
        self._beating.clear()

    def look(self, leases: Iterable[Lease], monotonic: float) -> list[Owner]:
        """Return the owners that are dead; the others' beats are noted for the next look."""
        seen, dead = {}, []
        for lease in leases:
            owner = lease.owner
            if owner.id == self._own_id:
                continue
            beat, since = self._seen.get(owner.id, (lease.beat, monotonic))
            if beat != lease.beat:
                since = monotonic
                self._beating.add(owner.id)
            seen[owner.id] = lease.beat, since
            if monotonic - since >= lease.seconds * DEAD_AFTER or self._probe(owner):
                dead.append(owner)
        self._seen = seen
        self._beating &= seen.keys() - {owner.id for owner in dead}
        return dead
