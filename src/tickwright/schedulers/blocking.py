"""The scheduler that is the program: it runs in the thread that starts it, until it is stopped."""

from __future__ import annotations

from contextlib import contextmanager
from signal import SIG_DFL, SIGINT, SIGTERM, default_int_handler, getsignal, signal
from threading import current_thread, main_thread

from tickwright.schedulers.base import BaseScheduler
from tickwright.schedulers.outfitting import outfit_later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType
    from typing import Self

    from tickwright.core.border import Border
    from tickwright.schedulers.loop import Loop
    from tickwright.schedulers.outfit import BORDER, BORDER_IN_MAIN_THREAD

__all__ = ["BlockingScheduler"]

outfit_later(globals())


class BlockingScheduler(BaseScheduler):
    """`start()` returns when the scheduler has been shut down.

    In the main thread, SIGTERM and Ctrl-C shut it down: runs in flight end and are recorded, and `start` returns. A
    second Ctrl-C does not wait for them. Where the application has handlers of its own, those stay.

    As a context manager it does not start: `with BlockingScheduler() as scheduler:` adds jobs in the block, and
    the block calls `scheduler.start()`.
    """

    def start(self, paused: bool = False) -> None:
        """Start, and return after the shutdown; with `paused`, take no due job before `resume`."""
        loop = self._begin(paused)
        with self._stopped_by_signals(loop):
            self._run(loop)
            if loop.stopping is not None:
                self._await_listeners(loop.stopping)

    def __enter__(self) -> Self:
        return self

    def _border(self) -> Border:
        return BORDER_IN_MAIN_THREAD if current_thread() is main_thread() else BORDER

    @contextmanager
    def _stopped_by_signals(self, loop: Loop) -> Iterator[None]:
        if current_thread() is not main_thread():
            yield
            return
        ours = [
            (number, getsignal(number))
            for number, default in ((SIGINT, default_int_handler), (SIGTERM, SIG_DFL))
            if getsignal(number) is default
        ]

        def stop(number: int, frame: FrameType | None) -> None:
            # A signal comes between any two instructions, perhaps while a lock is held: no lock is taken here. The
            # first one waits for the runs in flight, the second does not.
            loop.ask_to_stop(wait=loop.stopping is None)

        for number, _ in ours:
            signal(number, stop)
        try:
            yield
        finally:
            for number, handler in ours:
                signal(number, handler)
