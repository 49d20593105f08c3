"""Leases as rows: the signs of life of the schedulers that share the file."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from tickwright.change import Silence
from tickwright.jobstores.sqlite.instants import instant_of, micros_of
from tickwright.owner import Lease, Owner

__all__ = ["all_leases", "close_lease", "is_silent", "open_lease", "renew_lease"]


def open_lease(sql: sqlite3.Connection, owner: Owner, seconds: float, now: datetime, beat: int) -> None:
    """Write an owner's lease. One that is there already is raised, so that no watcher sees an old beat again."""
    sql.execute(
        "INSERT INTO leases (owner, host, pid, process, seconds, beat, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (owner) DO UPDATE SET host = excluded.host, pid = excluded.pid, process = excluded.process, "
        "seconds = excluded.seconds, beat = max(beat + 1, excluded.beat), seen_at = excluded.seen_at",
        (owner.id, owner.host, owner.pid, owner.process, seconds, beat, micros_of(now)),
    )


def renew_lease(sql: sqlite3.Connection, owner_id: str, now: datetime) -> bool:
    """Raise the beat; return False where the lease is gone."""
    renewed = sql.execute("UPDATE leases SET beat = beat + 1, seen_at = ? WHERE owner = ?", (micros_of(now), owner_id))
    return renewed.rowcount > 0


def close_lease(sql: sqlite3.Connection, owner_id: str) -> None:
    """Delete a lease, if it is there."""
    sql.execute("DELETE FROM leases WHERE owner = ?", (owner_id,))


def is_silent(sql: sqlite3.Connection, silence: Silence) -> bool:
    """Return whether an owner has shown no other sign of life since."""
    found = sql.execute("SELECT beat FROM leases WHERE owner = ?", (silence.owner,)).fetchone()
    return bool((found[0] if found else None) == silence.beat)


def all_leases(sql: sqlite3.Connection) -> list[Lease]:
    """Return all leases, those opened first in front."""
    rows = sql.execute("SELECT owner, host, pid, process, seconds, beat, seen_at FROM leases ORDER BY key")
    return [
        Lease(
            owner=Owner(id=owner, host=host, pid=pid, process=process),
            seconds=seconds,
            beat=beat,
            seen_at=instant_of(seen_at),
        )
        for owner, host, pid, process, seconds, beat, seen_at in rows
    ]
