"""Leases as rows: the signs of life of the schedulers that share the file."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

from tickwright.jobstores.sqlite.instants import micros_of, readable_instant
from tickwright.owner import Lease, Owner, Silence

__all__ = ["all_leases", "close_lease", "is_silent", "open_lease", "renew_lease"]

ORDINARY = 30.0
"""The seconds of a lease that does not say how long it is: those of a scheduler that was not told otherwise."""


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


def close_lease(sql: sqlite3.Connection, owner_id: str, beat: int | None = None) -> None:
    """Delete a lease, if it is there, and where a beat is given, if it is at that one."""
    if beat is None or is_silent(sql, Silence(owner=owner_id, beat=beat)):
        sql.execute("DELETE FROM leases WHERE owner = ?", (owner_id,))


def is_silent(sql: sqlite3.Connection, silence: Silence) -> bool:
    """Return whether an owner has shown no other sign of life since."""
    found = sql.execute("SELECT beat FROM leases WHERE owner = ?", (silence.owner,)).fetchone()
    return (_beat_of(found[0]) if found else None) == silence.beat


def all_leases(sql: sqlite3.Connection) -> list[Lease]:
    """Return all leases, those opened first in front; of a row that is damaged, what can be read.

    A lease is only there for its beat: where that moves, its owner lives, whatever else the row says. So one bad value
    must neither hide the owner, whose runs would be taken for abandoned, nor keep the others from being read. A row
    that does not say whose it is, is nobody's.
    """
    rows = sql.execute("SELECT owner, host, pid, process, seconds, beat, seen_at FROM leases ORDER BY key")
    return [_lease_of(*row) for row in rows if isinstance(row[0], str)]


def _lease_of(owner: str, host: Any, pid: Any, process: Any, seconds: Any, beat: Any, seen_at: Any) -> Lease:
    # Whose host or process is not known is not known to be dead either: the beat decides.
    whole = isinstance(host, str) and isinstance(process, str) and type(pid) is int
    return Lease(
        owner=Owner(id=owner, host=host, pid=pid, process=process) if whole else Owner(id=owner),
        seconds=seconds if isinstance(seconds, float) and seconds > 0 else ORDINARY,
        beat=_beat_of(beat),
        seen_at=readable_instant(seen_at),
    )


def _beat_of(beat: Any) -> int:
    # One that is damaged stands still like any other, until its owner's next makes a number of it again.
    return beat if type(beat) is int else 0
