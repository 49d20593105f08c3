"""Forks: SQLite's connections do not survive one, so a child is told, and its copies are put out of harm's way.

A copy that is used in the child writes over what its parent writes. One that lies about does harm too:
SQLite keeps one note of a file's locks for a whole process, finds in the copied note that the file is
locked already, and leaves a connection that the child opens without any lock. Then the parent, as the last
to leave, deletes the write-ahead log that the child goes on writing to. So the copies are closed before the
child opens anything; and no fork happens while one of them is in use, because closing it would then undo
half of what its parent is doing.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Sequence
from threading import Lock
from typing import Protocol

__all__ = ["changing", "close_copies", "is_copy", "watch"]


PATIENCE = 10.0
"""Seconds that a fork waits at most for what is in use."""


changing = Lock()
"""Held by whoever changes the connections of others than its own; taken before any lock of theirs."""


class Open(Protocol):
    """Something open that a fork would copy."""

    process: int
    """The process that opened it."""

    @property
    def locks(self) -> Sequence[Lock]:
        """Whoever holds them all knows that it is not in use."""

    def close_connections(self) -> None:
        """Close without asking whose it is."""


_watched: weakref.WeakSet[Open] = weakref.WeakSet()
_forking = Lock()
"""Held by the thread that forks, from before the fork until after it: `_held` is that thread's."""
_held: list[Lock] = []


def watch(opened: Open) -> None:
    """From now on, let no fork happen while this is in use."""
    _watched.add(opened)


def is_copy(opened: Open) -> bool:
    """Return whether this process is a fork of the one that opened it."""
    return opened.process != os.getpid()


def close_copies() -> None:
    """Close what a fork brought into this process. Its own stays open, and so does its parent's."""
    for opened in [opened for opened in _watched if is_copy(opened)]:
        _watched.discard(opened)
        opened.close_connections()


def _before_fork() -> None:
    _forking.acquire()
    for lock in (changing, *(lock for opened in list(_watched) for lock in opened.locks)):
        # Not for ever: a signal handler that forks may have interrupted the very thread that holds it.
        if lock.acquire(timeout=PATIENCE):
            _held.append(lock)


def _after_fork() -> None:
    while _held:
        _held.pop().release()
    _forking.release()


if hasattr(os, "register_at_fork"):  # nobody forks on Windows
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)
