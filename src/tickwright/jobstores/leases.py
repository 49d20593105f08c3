"""Leases in memory: which schedulers have announced themselves, and their last sign of life."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from threading import Lock

from tickwright.owner import Lease, Owner, Silence

__all__ = ["LeaseBook"]


class LeaseBook:
    """Keeps one lease for each owner. Any thread may call any method."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._leases: dict[str, Lease] = {}

    def open(self, owner: Owner, seconds: float, now: datetime, beat: int = 1) -> None:
        """Announce an owner. Where it is announced already, that is one more beat, under the new terms."""
        with self._lock:
            before = self._leases.get(owner.id)
            # A beat that was there before could show a watcher what it saw last, as if nothing had stirred.
            beat = beat if before is None else max(beat, before.beat + 1)
            self._leases[owner.id] = Lease(owner=owner, seconds=seconds, beat=beat, seen_at=now)

    def renew(self, owner_id: str, now: datetime) -> bool:
        """Raise the beat by one; return False, and change nothing, where the lease is gone."""
        with self._lock:
            lease = self._leases.get(owner_id)
            if lease is None:
                return False
            self._leases[owner_id] = replace(lease, beat=lease.beat + 1, seen_at=now)
            return True

    def close(self, owner_id: str, beat: int | None = None) -> None:
        """Remove the lease, if it is there, and where a beat is given, if it is at that one."""
        with self._lock:
            lease = self._leases.get(owner_id)
            if lease is not None and beat in (None, lease.beat):
                del self._leases[owner_id]

    def is_silent(self, silence: Silence) -> bool:
        """Return whether an owner has shown no other sign of life since."""
        lease = self._leases.get(silence.owner)
        return (None if lease is None else lease.beat) == silence.beat

    def all(self) -> list[Lease]:
        """Return all leases, those opened first in front."""
        with self._lock:
            return list(self._leases.values())
