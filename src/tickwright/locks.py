"""Locks that refuse the thread that holds them, because waiting for itself it would wait for ever."""

from __future__ import annotations

from threading import RLock

from tickwright.errors import ReentrantCallError

__all__ = ["RLock", "is_held_here", "unless_held"]


def is_held_here(lock: RLock) -> bool:
    """Return whether the calling thread holds the lock."""
    # What `threading.Condition` asks too.
    return bool(lock._is_owned())  # type: ignore[attr-defined] # there is no public name for it


def unless_held(lock: RLock) -> RLock:
    """Return the lock for a `with`; raise `ReentrantCallError` where the calling thread holds it.

    The handler of a signal runs in the main thread, between any two instructions of what that does, and so does
    `__del__` in any thread. It may call a scheduler in the middle of another call of it: with a plain lock it would
    hang there, and with one that lets it in it would see, and change, what is half done.

    The lock is one that can be taken twice, and not a class of ours around one that cannot: only what is taken
    and released by the interpreter itself stays whole where a handler raises, as Ctrl-C does.
    """
    # A handler that breaks in after this question is gone again when the lock is taken.
    if is_held_here(lock):
        raise ReentrantCallError(
            "this call broke in on another one of the same thread, as the handler of a signal may at any instant, and "
            "cannot wait for that to end; have the handler set an Event or start a Thread which then makes the call"
        )
    return lock
