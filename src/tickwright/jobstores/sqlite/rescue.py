"""What is left of a database whose files another program cut off or deleted while they were open."""

from __future__ import annotations

import logging
import os
import sqlite3

from tickwright.errors import JobStoreError
from tickwright.jobstores.sqlite.files import Look
from tickwright.jobstores.sqlite.opening import connect

__all__ = ["fold_in", "loss"]

logger = logging.getLogger("tickwright.jobstores.sqlite")

ADVICE = (
    "it is neither read nor written any more, so that no job is forgotten and no run repeated without a word; "
    "move a backup into its place, or start the scheduler again to go on with what is left"
)


def loss(sql: sqlite3.Connection, path: str, seen: Look, now: Look, timeout: float) -> str | None:
    """Return what to say where something that was committed is gone, None where nothing is.

    A shorter file may have been vacuumed, and a shorter log been folded into the file: both are fine. What was cut off
    may still be in the log, and is then written back. `sql` has everything open that was there.
    """
    if seen.has_a_longer_log_than(now) and not fold_in(sql):
        # It must not be touched again. To fold in what is left of it would write over what is whole in the file.
        return (
            f"the write-ahead log of {path!r} was cut off to {now.log_size} bytes while it was open, and what was "
            f"committed last is gone; {ADVICE}"
        )
    if not seen.is_longer_than(now):
        return None
    fold_in(sql)
    # An empty file must not even be opened: SQLite takes it for a new one, and deletes its log.
    problem = _problem(path, timeout) if os.path.getsize(path) else "it is empty"
    if problem is None:
        logger.info("%r is shorter than it was, and whole", path)
        return None
    return f"{path!r} was cut off to {now.size} bytes while it was open, and a part of it is gone ({problem}); {ADVICE}"


def fold_in(sql: sqlite3.Connection) -> bool:
    """Write into the file what is only in the log; return whether all of it is there then."""
    try:
        busy, pages, written = sql.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    except sqlite3.Error:
        return False
    return bool(busy == 0 and pages == written)


def _problem(path: str, timeout: float) -> str | None:
    """Return what is wrong with a file as it is on the disk: a new connection remembers nothing of it."""
    try:
        sql = connect(path, timeout=timeout)
        try:
            (answer,) = sql.execute("PRAGMA quick_check(1)").fetchone()
        finally:
            sql.close()
    except (sqlite3.Error, JobStoreError) as error:
        return " ".join(str(error).split())
    return None if answer == "ok" else " ".join(str(answer).split())
