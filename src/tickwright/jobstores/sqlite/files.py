"""The three files of an open database, as the file system shows them: which they are, and how long."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import NamedTuple

__all__ = ["Look", "identity_of", "look_at", "remove_companions"]

Identity = tuple[int, int]
"""What tells a file from every other: its device and its number there."""


class Look(NamedTuple):
    """The files at one moment. While a database is open, its log and the log's index stay the same files.

    They never become shorter, but where another program has folded the log into the file, or has vacuumed it.
    """

    file: Identity
    size: int
    log: Identity | None
    log_size: int
    log_index: Identity | None

    def has_lost_its_log(self, now: Look) -> bool:
        """Return whether the log or its index is not there any more, or is another."""
        return (self.log is not None and now.log != self.log) or (
            self.log_index is not None and now.log_index != self.log_index
        )

    def is_longer_than(self, now: Look) -> bool:
        """Return whether the file is shorter now."""
        return now.size < self.size

    def has_a_longer_log_than(self, now: Look) -> bool:
        """Return whether the log is the same, and shorter now."""
        return now.log == self.log and now.log_size < self.log_size


def identity_of(path: str) -> Identity:
    """Return what tells the file that is at a path from every other. Raises `OSError` where there is none."""
    return _identity(os.stat(path))


def look_at(path: str, real: str) -> Look:
    """Return how the files are now. Raises `OSError` where the database itself is not there.

    `real` is where `path` leads to: SQLite keeps the other two there.
    """
    found = os.stat(path)
    log, log_size = _look(f"{real}-wal")
    index, _ = _look(f"{real}-shm")
    return Look(_identity(found), found.st_size, log, log_size, index)


def remove_companions(real: str, old: Look) -> None:
    """Remove the log and its index of a file that another has replaced.

    SQLite knows them by name alone, and would take what is in the old log for a part of the new file. Those of another
    process, which was faster, stay.
    """
    for name, identity in ((f"{real}-wal", old.log), (f"{real}-shm", old.log_index)):
        if identity is not None and _look(name)[0] == identity:
            with suppress(OSError):
                os.unlink(name)


def _look(path: str) -> tuple[Identity | None, int]:
    try:
        found = os.stat(path)
    except OSError:
        return None, 0
    return _identity(found), found.st_size


def _identity(found: os.stat_result) -> Identity:
    return found.st_dev, found.st_ino
