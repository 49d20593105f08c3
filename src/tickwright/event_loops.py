"""Which event loop of asyncio the calling code runs in."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

__all__ = ["running_loop"]


def running_loop() -> AbstractEventLoop | None:
    """Return the event loop that runs in this thread; None where none does."""
    asyncio = sys.modules.get("asyncio")  # where nobody has imported it, no loop of its runs
    if asyncio is None:
        return None
    try:
        loop: AbstractEventLoop = asyncio.get_running_loop()
    except RuntimeError:
        return None
    return loop
