"""An event loop that runs in a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from threading import Event, Thread
from typing import Any


class LoopThread:
    """Runs until it is stopped, whatever comes out of it: `sys.exit()` in a task ends the round of a loop."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._stopping = False
        self.thread = Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        while not self._stopping:
            with suppress(BaseException):
                self.loop.run_forever()
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()

    def run(self, coroutine: Coroutine[Any, Any, Any], seconds: float = 30) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(seconds)

    def hold(self) -> Event:
        """Keep the loop from going round until the event is set."""
        is_held, go_on = Event(), Event()

        def wait() -> None:
            is_held.set()
            go_on.wait(30)

        self.loop.call_soon_threadsafe(wait)
        assert is_held.wait(30)
        return go_on

    def _stop(self) -> None:
        self._stopping = True
        self.loop.stop()

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self._stop)
        self.thread.join(10)
        assert not self.thread.is_alive()
