"""Tells whether a call came from a signal handler that broke in on this package's own work."""

from __future__ import annotations

import sys
from threading import current_thread, main_thread

__all__ = ["breaks_in"]


def breaks_in() -> bool:
    """Return whether the caller of the calling function was itself called, however far up, by this package.

    Signal handlers run in the main thread, between any two instructions of whatever it does: perhaps in the middle of
    `add_job`, holding the lock of a job store. Who waits for the loop there waits for ever, because the loop waits for
    that lock. Other threads are never asked: no handler runs there.
    """
    if current_thread() is not main_thread():
        return False
    frame = sys._getframe(2)  # of who called the function that asks
    while frame is not None:
        if frame.f_globals.get("__name__", "").startswith("tickwright."):
            return True
        if frame.f_back is None:
            return False
        frame = frame.f_back
    return False
