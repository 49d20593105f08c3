"""The SQLite store as the killed programs use it: it also says who holds a lease, and which renewals were slow."""

from __future__ import annotations

import time
from datetime import datetime
from math import inf

from tests.durability.deeds import note
from tests.durability.world import World
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.owner import Owner

__all__ = ["NotingStore"]


class NotingStore(SQLiteJobStore):
    """Nothing is different, but that the witnesses hear of leases."""

    def __init__(self, world: World) -> None:
        super().__init__(world.file, synchronous=world.synchronous, keep_runs=world.keep_runs, timeout=world.timeout)
        self._world = world
        self._beat_at = inf

    def open_lease(self, owner: Owner, seconds: float, now: datetime, beat: int = 1) -> None:
        # Before it is open, and so before it takes a run: whoever is found to own one is known here.
        note(self._world.owners, owner.id, owner.pid, time.time())
        super().open_lease(owner, seconds, now, beat)
        self._beat_at = time.monotonic()

    def renew_lease(self, owner_id: str, now: datetime) -> bool:
        asked_at = time.monotonic()
        gap = asked_at - self._beat_at
        kept = super().renew_lease(owner_id, now)
        self._beat_at = time.monotonic()
        took = self._beat_at - asked_at
        if not kept or max(gap, took) > self._world.lease / 3:
            note(self._world.beats, owner_id, f"{time.time():.3f} gap {gap:.3f} took {took:.3f} kept {kept}")
        return kept
