"""The scheduler that runs beside an application, in a thread of its own."""

from __future__ import annotations

import atexit
import os
import weakref
from threading import Thread

from tickwright.schedulers.base import BaseScheduler

__all__ = ["BackgroundScheduler"]


class BackgroundScheduler(BaseScheduler):
    """`start()` returns at once; the loop runs in a thread.

    With `daemon=True`, the default, the thread does not keep the program alive: when the program ends, the runs in
    flight are waited for and recorded. With `daemon=False` the program goes on until `shutdown`.
    """

    def start(self, paused: bool = False) -> None:
        """Start, and return; with `paused`, take no due job before `resume`."""
        loop = self._begin(paused)
        loop.thread = Thread(
            target=self._run, args=(loop,), name="tickwright-scheduler", daemon=self._configuration.daemon
        )
        try:
            loop.thread.start()
        except RuntimeError:
            # The system gives this process no more threads. Nothing is left running, and the caller is told.
            loop.ask_to_stop(wait=False)
            self._end(loop)
            raise
        _shut_down_at_exit(self)


def _shut_down_at_exit(scheduler: BackgroundScheduler) -> None:
    """Have the scheduler shut down when the program ends, unless it was forgotten or shut down before."""
    reference, pid = weakref.ref(scheduler), os.getpid()

    def shut_down() -> None:
        found = reference()
        # A forked child inherits this function, and has nothing to shut down.
        if found is not None and os.getpid() == pid:
            found.shutdown()

    atexit.register(shut_down)
