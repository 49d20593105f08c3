"""Forks: SQLite's connections do not survive one, so a child is told, and its copies are put out of harm's way.

A copy that is used in the child writes over what its parent writes. One that lies about does harm too:
SQLite keeps one note of a file's locks for a whole process, finds in the copied note that the file is
locked already, and leaves a connection that the child opens without any lock. Then the parent, as the last
to leave, deletes the write-ahead log that the child goes on writing to. So the copies are closed before the
child opens anything; and no fork happens while one of them is in use, because closing it would then undo
half of what its parent is doing.

Only the handler of a signal that forks in the middle of a call of its own thread cannot wait for that, and nobody
waits for ever. A copy that was in use all the same is *torn*: it is neither closed nor joined by another.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Sequence
from typing import Protocol

from tickwright.errors import ForkedSchedulerError
from tickwright.locks import RLock, is_held_here

__all__ = ["changing", "close_copies", "is_copy", "watch"]


PATIENCE = 10.0
"""Seconds that a fork waits at most for what is in use."""


changing = RLock()
"""Held by whoever changes the connections of others than its own; taken before any lock of theirs."""


class Open(Protocol):
    """Something open that a fork would copy."""

    path: str
    """Its file."""
    process: int
    """The process that opened it."""

    @property
    def locks(self) -> Sequence[RLock]:
        """Whoever holds them all knows that it is not in use."""

    def close_connections(self) -> None:
        """Close without asking whose it is."""


_watched: weakref.WeakSet[Open] = weakref.WeakSet()
_forking = RLock()
"""Held by the thread that forks, from before the fork until after it: the next two are that thread's."""
_held: list[list[RLock]] = []
"""A list for each fork under way: a signal handler may fork while its own thread does."""
_torn: set[Open] = set()
"""What was in use when this process was forked."""


def watch(opened: Open) -> None:
    """From now on, let no fork happen while this is in use."""
    _watched.add(opened)


def is_copy(opened: Open) -> bool:
    """Return whether this process is a fork of the one that opened it."""
    return opened.process != os.getpid()


def close_copies(path: str) -> None:
    """Close what a fork brought into this process, before it opens `path`. Its own stays open, as its parent's does.

    Raises `ForkedSchedulerError` where the copy of that very file is torn.
    """
    for opened in [opened for opened in _watched if is_copy(opened)]:
        if opened not in _torn:
            _watched.discard(opened)
            opened.close_connections()
        elif os.path.realpath(opened.path) == os.path.realpath(path):
            raise ForkedSchedulerError(
                f"this process was forked in the middle of a transaction on {path!r}, as by the handler of a signal, "
                f"and cannot open that file; start it as a program of its own (subprocess), or fork outside the handler"
            )


def _before_fork() -> None:
    _forking.acquire()
    held: list[RLock] = []
    _held.append(held)
    if not is_held_here(changing) and changing.acquire(timeout=PATIENCE):
        held.append(changing)
    for opened in list(_watched):
        if any(is_held_here(lock) for lock in opened.locks):
            _torn.add(opened)
            continue
        for lock in opened.locks:
            if lock.acquire(timeout=PATIENCE):
                held.append(lock)
            else:
                _torn.add(opened)


def _after_fork_in_parent() -> None:
    _torn.difference_update([opened for opened in _torn if not is_copy(opened)])
    _after_fork()


def _after_fork() -> None:
    for lock in reversed(_held.pop()):
        lock.release()
    _forking.release()


if hasattr(os, "register_at_fork"):  # nobody forks on Windows
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork)
