"""The scheduler that runs beside an application, in a thread of its own."""

from __future__ import annotations

import atexit
import os
import sys
import weakref
from threading import Thread

from tickwright.schedulers.base import BaseScheduler
from tickwright.schedulers.outfitting import outfit_later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tickwright.core.border import Border
    from tickwright.schedulers.outfit import BORDER_IN_OWN_THREAD

__all__ = ["BackgroundScheduler"]

outfit_later(globals())


class BackgroundScheduler(BaseScheduler):
    """`start()` returns at once; the loop runs in a thread.

    With `daemon=True`, the default, the thread does not keep the program alive: when the program ends, the runs in
    flight are waited for and recorded. With `daemon=False` the program goes on until `shutdown`.
    """

    _at_exit: Callable[[], None] | None = None
    _at_child_exit: Any = None

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
        self._shut_down_at_exit()

    def _border(self) -> Border:
        return BORDER_IN_OWN_THREAD

    def _executor_started(self) -> None:
        self._shut_down_at_exit()

    def _shut_down_at_exit(self) -> None:
        """Shut down when the program ends, before any executor is torn down.

        What is registered last is called first: so this is registered anew whenever an executor was started, because
        the library behind that may have registered its own end.
        """
        if self._at_exit is not None:
            atexit.unregister(self._at_exit)
        if self._at_child_exit is not None:
            self._at_child_exit.cancel()
        self._at_exit = _shut_down(self, os.getpid())
        atexit.register(self._at_exit)
        self._at_child_exit = _register_in_child_process(self._at_exit)


def _shut_down(scheduler: BackgroundScheduler, pid: int) -> Callable[[], None]:
    """Return what shuts a scheduler down unless this is a fork of its process; it goes with a forgotten scheduler."""

    def shut_down() -> None:
        found = remembered()
        if found is not None and os.getpid() == pid:
            found._shut_down()

    exits = atexit  # at the end of the interpreter, modules lose their names before all objects are gone
    remembered = weakref.ref(scheduler, lambda _: exits.unregister(shut_down))
    return shut_down


def _register_in_child_process(at_exit: Callable[[], None]) -> Any:
    """Have it called at the end of a child process of multiprocessing, which leaves without what atexit knows.

    Returns what can take that back, or None where this is no such process.
    """
    # Where nobody has imported it, this process is no child of its. Importing it here would take long.
    process, util = sys.modules.get("multiprocessing.process"), sys.modules.get("multiprocessing.util")
    if process is not None and util is not None and process.parent_process() is not None:
        return util.Finalize(None, at_exit, exitpriority=100)  # before its own, so that pools still work
    return None
