"""The bell that wakes the loop; a ring that comes before the wait is kept."""

from __future__ import annotations

from contextlib import suppress
from threading import Lock

__all__ = ["Bell"]


class Bell:
    """One thread waits, any thread rings, also from a signal handler."""

    def __init__(self) -> None:
        # A bare lock, held while there is nothing to hear: ringing releases it. A Condition would be
        # taken by the handler of a signal that arrives while its own thread holds it, and hang.
        self._silence = Lock()
        self._silence.acquire()

    def ring(self) -> None:
        """Wake the waiting thread, or keep the next wait from waiting."""
        if self._silence.locked():
            # Two may see it locked and ring at once; the second finds it released, which is as good.
            with suppress(RuntimeError):
                self._silence.release()

    def wait(self, seconds: float) -> bool:
        """Wait for a ring, for so many seconds at most; return whether there was one."""
        return self._silence.acquire(timeout=max(0.0, seconds))
